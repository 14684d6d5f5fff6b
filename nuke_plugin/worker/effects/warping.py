"""Holds the warps of an effect's fields: eddies that carry what is spread along the flow.

An eddy is the curl of noise, so it turns what it carries round and neither gathers nor thins it.
Places are counted in sixteenths of a pixel and what is carried in small fractions of 1, so that
every product and sum between four pixels is exact: a crop has the whole frame's pixels bit for
bit, whatever order or instruction a machine sums them with.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.field_recipe import FieldRecipe, Warp
from nuke_plugin.worker.effects.lattice_noise import CELLS_A_WAVE, fill_channel
from nuke_plugin.worker.effects.moment import Moment
from nuke_plugin.worker.effects.smears import rounded

PLACE_STEPS = 16
"""Steps of a place in a pixel. Weights between four pixels are then multiples of 1/256."""

SMEAR_STEPS = 2**16
"""Steps of what lies between 0 and 1: with the weights, all 24 bits that a float32 has."""

NOISE_STEPS = 2**12
"""Steps of noise and of ways, which stay below 8 and below 512 pixels at a 64th of the steps."""

_WAY_STEPS = 64
_FIRST_KEY = 64
"""Octave from which warps are counted in the noise's keys: no recipe has as many octaves."""

_SLOPE = 1.179
"""Root mean square slope of noise of variance 1, a cell: of its splines' weights, over a cell."""

Plane = NDArray[np.float32]
Ways = NDArray[np.float32]
"""Where each pixel's content comes from, (H, W, 2): x and y beside its own place."""


def ways(
    recipe: FieldRecipe, moment: Moment, origin: tuple[int, int], shape: tuple[int, int]
) -> Ways:
    """Return how far from each of (H, W) pixels its content comes, float32 (H, W, 2).

    In sixteenths of a pixel, and within the recipe's ``warp_px``. ``origin`` is where in the frame
    the pixels begin, x and y. Each warp is sampled where those before it come from.
    """
    height, width = shape
    total: Ways = np.zeros((height, width, 2), np.float32)
    for index, warp in enumerate(recipe.warps):
        lead = lead_of(total)
        step = _eddies(warp, index, moment, origin, shape, lead)
        total += rounded(carried(step, total, lead), PLACE_STEPS)
    return total


def lead_of(total: Ways) -> tuple[int, int]:
    """Return how far beyond the pixels all lies that is carried to them, x and y."""
    across, along = (math.ceil(np.abs(total[..., axis]).max(initial=0)) + 1 for axis in (0, 1))
    return across, along


def carried(source: NDArray[np.float32], total: Ways, lead: tuple[int, int]) -> NDArray[np.float32]:
    """Return what lies in a picture where each pixel's content comes from, of the ways' size.

    ``source``, (H', W') or (H', W', 2), begins ``lead`` pixels before the ways, x and y. Beyond it
    is 0.
    """
    height, width = total.shape[:2]
    at_x = total[..., 0] + (np.arange(width, dtype=np.float32) + np.float32(lead[0]))
    at_y = total[..., 1] + (np.arange(height, dtype=np.float32) + np.float32(lead[1]))[:, None]
    found = cv2.remap(
        source, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
    )
    return np.asarray(found, np.float32)


def _eddies(
    warp: Warp,
    index: int,
    moment: Moment,
    origin: tuple[int, int],
    shape: tuple[int, int],
    beyond: tuple[int, int],
) -> Ways:
    """Return one warp's ways, (H + 2 beyond, W + 2 beyond, 2), held to its bounds."""
    height, width = shape[0] + 2 * beyond[1], shape[1] + 2 * beyond[0]
    # A pixel more on each side, for differences.
    stream: Plane = np.empty((height + 2, width + 2), np.float32)
    begins = (origin[0] - beyond[0] - 1, origin[1] - beyond[1] - 1)
    fill_channel(stream, warp, warp.velocity, _FIRST_KEY + index, 0, moment, begins)
    cell_y = warp.wavelength_px / CELLS_A_WAVE * warp.stretch
    size = np.float32(warp.amplitude_px * cell_y / (2 * _SLOPE))
    found: Ways = np.empty((height, width, 2), np.float32)
    np.subtract(stream[2:, 1:-1], stream[:-2, 1:-1], out=found[..., 0])
    np.subtract(stream[1:-1, :-2], stream[1:-1, 2:], out=found[..., 1])
    found *= size
    for axis, bound in enumerate(warp.bounds_px):
        np.clip(found[..., axis], -bound, bound, out=found[..., axis])
    return rounded(found, _WAY_STEPS)
