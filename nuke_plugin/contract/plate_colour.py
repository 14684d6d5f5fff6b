"""Holds the formula that keeps the plate's colour in a painting: its luma, the plate's chroma.

By values r, g, b of scene light, in the space of the result::

    y(c)  = 0.2126 max(r, 0) + 0.7152 max(g, 0) + 0.0722 max(b, 0)
    kept  = max(plate, 0) * min(1, y(painted) / y(plate)) + max(0, y(painted) - y(plate))
            + min(plate, 0)
    out   = painted + amount * (kept - painted)

Where the painting is darker the plate is dimmed, where it is brighter white light is added. So the
luma is the painting's, exactly, and no chroma can grow: a pure blue that was painted white becomes
a pale blue, not one of 14 as it would by a factor alone; a highlight of 40 is as bright as it was
painted, in its own hue. Negative parts stay the plate's. All of it scales with the picture, so it
holds for colours that are multiplied by their alpha. At amount 0 nothing is done, bit for bit.

The weights are Rec.709's (ITU-R BT.709-6, 3.2) in any space, as in Nuke's own luma nodes: what a
node can work out of two pictures, without a colour config, must be what the command does.
"""

from __future__ import annotations

LUMA_WEIGHTS = (0.2126, 0.7152, 0.0722)
"""Share of red, green and blue in luma; their sum is 1."""

LEAST_LUMA = 1e-30
"""What luma is divided by at least; where it counts the plate is black, and 0 times it is 0."""


def luma_expression(red: str, green: str, blue: str) -> str:
    """Return y(c) in the language of Nuke's Expression node, of three channels' names."""
    terms = zip(LUMA_WEIGHTS, (red, green, blue))
    return " + ".join(f"{weight} * max({channel}, 0)" for weight, channel in terms)


def kept_expression(plate: str, plate_luma: str, painted_luma: str) -> str:
    """Return ``kept`` of one channel in the same language; the lumas may be names or in brackets.

    In an Expression node the two lumas are its temporary variables, by ``luma_expression``.
    """
    return (
        f"max({plate}, 0) * min(1, {painted_luma} / max({plate_luma}, {LEAST_LUMA}))"
        f" + max(0, {painted_luma} - {plate_luma}) + min({plate}, 0)"
    )
