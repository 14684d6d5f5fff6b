"""Holds the light of a black body: the integral that the formula stands for, and its colours.

Some of a flame's colours lie outside Rec.709: below 1900 K blue would have to be negative. Such a
colour is drawn towards the grey of its luminance until it is 0. Luminance stays, and so does the
hue, as the wavelength that the eye would name; cutting the channel off would add light instead.
ACEScg holds the whole locus, and nothing is drawn anywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.planck import (
    CORE,
    FITS,
    HOTTEST_KELVIN,
    LEAST_KELVIN,
    XYZ_TO_REC709,
    tristimulus,
)
from nuke_plugin.worker.effects.shading.cie_1931 import FIRST_NM, MATCHING_FUNCTIONS, STEP_NM
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.planes import Planes

SECOND_RADIATION_CONSTANT = 1.438776877e-2
"""h c / k in metres kelvin (SI of 2019; CODATA 2018)."""

_UNIT_KELVIN = 2000.0
"""The temperature whose luminance is 1."""


def integrated(kelvin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return X, Y and Z, (N, 3), of temperatures in kelvin, (N,); 1 is Y at 2000 K.

    Planck's law, L(w, T) = c1 w^-5 / (exp(c2 / (w T)) - 1), summed over the CIE's table. Source:
    CIE 015:2018, 7 (tristimulus values); M. Planck, Annalen der Physik 309 (1901) 553.
    """
    unit = float(_summed(np.array([_UNIT_KELVIN]))[0, 1])
    return _summed(kelvin) / unit


def _summed(kelvin: NDArray[np.float64]) -> NDArray[np.float64]:
    functions = np.array(MATCHING_FUNCTIONS)  # (81, 3)
    metres = (FIRST_NM + STEP_NM * np.arange(len(functions))) * 1e-9
    exponent = SECOND_RADIATION_CONSTANT / (metres * kelvin[:, None])  # (N, 81)
    # Divided by the middle of the visible first: w^-5 alone is 1e31.
    radiance = (metres / 560e-9) ** -5.0 / np.expm1(exponent)
    total: NDArray[np.float64] = radiance @ functions
    return total


def chromaticity(kelvin: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return x and y, (N, 2), of a black body: the Planckian locus."""
    values = integrated(kelvin)
    located: NDArray[np.float64] = values[:, :2] / values.sum(axis=1, keepdims=True)
    return located


def glow(kelvin: NDArray[np.float32], brightest: float, space: ResultSpace) -> Planes:
    """Return the light of black bodies, (3, ...) in a space, none of it negative.

    ``kelvin`` is (H, W) or (N,); what is outside the formula's range counts as its end. A body of
    ``brightest`` kelvin has the luminance ``CORE``, one of another temperature what Planck says.
    """
    reciprocal = np.float32(1000) / np.clip(kelvin, LEAST_KELVIN, HOTTEST_KELVIN)
    scale = CORE / tristimulus(1, brightest)
    logarithm = np.log(reciprocal)
    values = np.stack([_formula(index, reciprocal, logarithm) for index in range(3)])
    values *= np.float32(scale)
    to_space = (space.matrix @ np.array(XYZ_TO_REC709)).astype(np.float32)
    colours: Planes = np.tensordot(to_space, values, axes=1)
    return held_in_gamut(colours, values[1])


def _formula(
    index: int, reciprocal: NDArray[np.float32], logarithm: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return X, Y or Z by the formula of ``contract/planck.py``, of u and its logarithm."""
    power, coefficients = FITS[index]
    exponent = np.full_like(reciprocal, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        exponent *= reciprocal
        exponent += np.float32(coefficient)
    exponent += np.float32(power) * logarithm
    return np.exp(exponent, out=exponent)


def held_in_gamut(colours: Planes, luminance: NDArray[np.float32]) -> Planes:
    """Return colours, (3, ...), drawn towards the grey of their luminance until none is negative.

    ``luminance`` is (...) and above 0.
    """
    least = np.minimum(colours.min(axis=0), 0)
    held: Planes = (colours - least) * (luminance / (luminance - least))
    return held
