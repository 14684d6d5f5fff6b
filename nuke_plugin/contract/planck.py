"""Holds the light of a black body in closed form: what a flame of a temperature looks like.

Planck's law, weighed with the CIE 1931 colour matching functions and integrated, gives X, Y and Z
of a temperature; ``worker/effects/shading/blackbody.py`` does it. Here is a formula for what comes
out, with ``u = 1000 / kelvin``::

    X, Y or Z = u^p exp(c0 + u (c1 + u (c2 + u (c3 + u (c4 + u c5)))))      1 is Y at 2000 K

Its error against the integral is 0.18 % at most from 700 to 10,000 K, and the tests measure it. The
command works with it too, and not with the integral, so that Nuke's Expression, which can hold no
integral, shows what the command writes.
"""

from __future__ import annotations

import math

LEAST_KELVIN, HOTTEST_KELVIN = 700.0, 10_000.0
"""The temperatures for which the formula holds; others are taken for the nearest of these."""

FITS = (
    (-0.602248, (11.07354, -22.15694, -1.280737, 1.536538, -0.7518612, 0.1602647)),
    (-0.4987929, (11.36511, -22.07786, -5.325442, 6.995582, -3.827721, 0.8127718)),
    (-0.3066815, (12.92068, -29.37176, -3.285791, 4.488351, -2.057867, 0.4321113)),
)
"""For X, Y and Z: p, and c0 to c5. Least squares of the logarithm over 6,000 temperatures, weighed
until the largest error was as small as it gets."""

XYZ_TO_REC709 = (
    (3.2409699419, -1.5373831776, -0.4986107603),
    (-0.9692436363, 1.8759675015, 0.0415550574),
    (0.0556300797, -0.2039769589, 1.0569715142),
)
"""From the primaries and the white of ITU-R BT.709-6, table 1, 1.3 and 1.4. Rows are R, G and B."""

CORE = 8.0
"""Luminance of the hottest, thickest fire at exposure 0, where a white wall in daylight has 1."""


def tristimulus_expression(index: int, reciprocal: str) -> str:
    """Return X, Y or Z (index 0 to 2) in the language of Nuke's Expression node.

    ``reciprocal`` names u there, 1000 / kelvin.
    """
    power, (first, *others) = FITS[index]
    horner = f"{others[-1]}"
    for coefficient in reversed(others[:-1]):
        horner = f"({coefficient} + {reciprocal} * {horner})"
    return f"pow({reciprocal}, {power}) * exp({first} + {reciprocal} * {horner})"


def tristimulus(index: int, kelvin: float) -> float:
    """Return X, Y or Z (index 0 to 2) of one temperature within the formula's range."""
    reciprocal = 1000 / kelvin
    power, coefficients = FITS[index]
    exponent = sum(c * reciprocal**n for n, c in enumerate(coefficients))
    return float(reciprocal**power * math.exp(exponent))
