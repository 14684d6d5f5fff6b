"""Holds the nodes that keep the plate's colour under the painting's brightness, without a render.

::

    painting ─ PaintedLuma ─┐
    plate ──────────────────┴─ PlateAndLuma ─ KeptColour ─┐
    painting ─────────────────────────────────────────────┴─ PlateColour ─ Colour (Switch)

The formula is ``contract/plate_colour.py``'s, as in ``impasto render --plate-colour``. An
Expression has one input, so the painting's luma comes to it in the alpha of the plate; no layer is
made for it, which would show up in every channel menu of the script. At 0 the Switch gives the
painting itself.
"""

from __future__ import annotations

import nuke

from nuke_plugin.contract.plate_colour import kept_expression, luma_expression

AMOUNT = "PlateColour"
"""The Dissolve whose ``which`` is the amount, 0 to 1."""

PLACES = {
    "PaintedLuma": (320, 240),
    "PlateAndLuma": (480, 240),
    "KeptColour": (480, 300),
    AMOUNT: (320, 300),
    "Colour": (160, 360),
}


def add(plate: nuke.Node, painting: nuke.Node) -> nuke.Node:
    """Return the painting with as much of the plate's colour as asked for.

    To be called in the Group's context; ``plate`` holds finite numbers.
    """
    luma = nuke.nodes.Expression(name="PaintedLuma", expr0="r", expr1="g", expr2="b")
    luma["expr3"].setValue(luma_expression("r", "g", "b"))
    luma.setInput(0, painting)
    both = nuke.nodes.Copy(name="PlateAndLuma", bbox="B", from0="rgba.alpha", to0="rgba.alpha")
    both.setInput(0, plate)
    both.setInput(1, luma)
    kept = nuke.nodes.Expression(name="KeptColour", temp_name0="plate_luma", expr3="a")
    kept["temp_expr0"].setValue(luma_expression("r", "g", "b"))
    for index, channel in enumerate(("r", "g", "b")):
        kept[f"expr{index}"].setValue(kept_expression(channel, "plate_luma", "a"))
    kept.setInput(0, both)
    amount = nuke.nodes.Dissolve(name=AMOUNT, channels="rgb")
    amount.setInput(0, painting)
    amount.setInput(1, kept)
    colour = nuke.nodes.Switch(name="Colour")
    colour.setInput(0, painting)
    colour.setInput(1, amount)
    colour["which"].setExpression(f"{AMOUNT}.which > 0")
    return colour
