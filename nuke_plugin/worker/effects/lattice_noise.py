"""Holds the noise of the effects: values of a hashed lattice, joined by cubic splines, at any time.

A value of the lattice follows from its cell, its octave, its channel and the seed by whole numbers
alone, so it is the same on every machine, and a crop has the pixels of the whole frame. A uniform
cubic B-spline in x, y and time joins them: smooth to the second derivative, so nothing pops.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.field_recipe import FieldRecipe, Octave, Warp
from nuke_plugin.worker.effects.moment import Moment

CELLS_A_WAVE = 2
"""Cells of the lattice in a wave, in x, in y and in time."""

_BAND_ROWS = 64
"""Rows put together at a time, so that they stay in a core's own cache."""

_WORD = 0xFFFFFFFF
_FACTORS = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)


def fill_noise(
    planes: NDArray[np.float32], recipe: FieldRecipe, moment: Moment, origin: tuple[int, int]
) -> None:
    """Fill (K, H, W) with a recipe's noise, octave by octave: mean 0, variance 1 in every pixel.

    ``origin`` is where in the frame the planes begin, x and y. In a loop it is the sum of the noise
    of this time and of one loop earlier, weighted so that the squares of the weights sum to 1.
    """
    for plane, index, octave, channel in _channels(planes, recipe):
        velocity = octave.velocities[channel]
        fill_channel(plane, octave, velocity, index, channel, moment, origin)


def _channels(
    planes: NDArray[np.float32], recipe: FieldRecipe
) -> Iterator[tuple[NDArray[np.float32], int, Octave, int]]:
    of_all = iter(planes)
    for index, octave in enumerate(recipe.octaves):
        for channel in range(octave.channels):
            yield next(of_all), index, octave, channel


def fill_channel(
    plane: NDArray[np.float32],
    waves: Octave | Warp,
    velocity: tuple[float, float],
    index: int,
    channel: int,
    moment: Moment,
    origin: tuple[int, int],
) -> None:
    """Fill one plane, (H, W), with noise: one channel of what has this index in the recipe."""
    (weight, first), *rest = moment.parts()
    _fill(plane, waves, velocity, index, channel, first, origin)
    for other, earlier in rest:
        part = np.empty_like(plane)
        _fill(part, waves, velocity, index, channel, earlier, origin)
        plane *= np.float32(weight)
        part *= np.float32(other)
        plane += part


def _fill(
    plane: NDArray[np.float32],
    waves: Octave | Warp,
    velocity: tuple[float, float],
    index: int,
    channel: int,
    moment: Moment,
    origin: tuple[int, int],
) -> None:
    """Fill one plane with the noise of a moment outside of any loop."""
    height, width = plane.shape
    cell_x = waves.wavelength_px / CELLS_A_WAVE
    cell_y = cell_x * waves.stretch
    speed_x, speed_y = velocity
    shift_x = speed_x * moment.time + waves.drift * moment.drift
    key = _mixed(moment.seed, index, channel)
    # Else all octaves would have their knots in one corner.
    aside_x, aside_y = (key & 0xFFFF) / 0x10000, (key >> 16) / 0x10000
    columns = (origin[0] + np.arange(width) + 0.5 - shift_x) / cell_x + aside_x
    rows = (origin[1] + np.arange(height) + 0.5 - speed_y * moment.time) / cell_y + aside_y
    times = np.array([moment.time * CELLS_A_WAVE / waves.evolution_frames])
    (first_x, weights_x), (first_y, weights_y) = _taps(columns), _taps(rows)
    first_time, weights_time = _taps(times)
    cells_x = np.arange(first_x.min(), first_x.max() + 4)
    cells_y = np.arange(first_y.min(), first_y.max() + 4)
    values = np.zeros((cells_y.size, cells_x.size))
    for later in range(4):
        at_time = _values(cells_x, cells_y, int(first_time[0]) + later, key)
        values += weights_time[later, 0] * at_time
    lattice = values.astype(np.float32)
    _join(plane, lattice, first_x - cells_x[0], weights_x, first_y - cells_y[0], weights_y)


def _join(
    plane: NDArray[np.float32],
    lattice: NDArray[np.float32],
    first_x: NDArray[np.int64],
    weights_x: NDArray[np.float32],
    first_y: NDArray[np.int64],
    weights_y: NDArray[np.float32],
) -> None:
    """Fill a plane, (H, W), with the spline through a lattice, (rows, columns).

    By single sums and products in one order: a matrix product would round otherwise in a crop.
    """
    height, width = plane.shape
    across: NDArray[np.float32] = np.zeros((lattice.shape[0], width), np.float32)
    for tap in range(4):
        across += lattice[:, first_x + tap] * weights_x[tap]
    scratch = np.empty((min(_BAND_ROWS, height), width), np.float32)
    for start in range(0, height, _BAND_ROWS):
        band = plane[start : start + _BAND_ROWS]
        part, at = scratch[: len(band)], slice(start, start + len(band))
        np.take(across, first_y[at], axis=0, out=band, mode="clip")
        band *= weights_y[0, at, None]
        for tap in range(1, 4):
            np.take(across, first_y[at] + tap, axis=0, out=part, mode="clip")
            part *= weights_y[tap, at, None]
            band += part


def _taps(places: NDArray[np.floating[Any]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return for places in cells the first of four knots, and the weights, (4, count).

    The weights are those of the uniform cubic B-spline (Unser 1999, eq. 4), divided by the root of
    the sum of their squares: independent values of variance 1 then give variance 1.
    """
    whole = np.floor(places)
    t = places - whole
    s = 1 - t
    weights = np.stack(
        [
            s * s * s / 6,
            (3 * t * t * t - 6 * t * t + 4) / 6,
            (3 * s * s * s - 6 * s * s + 4) / 6,
            t * t * t / 6,
        ]
    )
    weights /= np.sqrt((weights * weights).sum(axis=0))
    return whole.astype(np.int64) - 1, weights.astype(np.float32)


def _values(
    cells_x: NDArray[np.int64], cells_y: NDArray[np.int64], cell_time: int, key: int
) -> NDArray[np.float64]:
    """Return the lattice's values, (rows, columns): uniform, mean 0, variance 1."""
    start = (key ^ (cell_time * _FACTORS[2])) & _WORD
    along_y = _scrambled(cells_y.astype(np.uint32) * np.uint32(_FACTORS[1]) ^ np.uint32(start))
    along_x = cells_x.astype(np.uint32) * np.uint32(_FACTORS[0])
    words = _scrambled(along_y[:, None] ^ along_x[None, :])
    values: NDArray[np.float64] = words.astype(np.float64)
    values = (values / 2**31 - 1) * math.sqrt(3)
    return values


def _scrambled(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return words of 32 bits, each bit of which depends on all of the given one.

    Source: the finaliser "lowbias32" of C. Wellons' hash prospector, public domain.
    """
    words = words ^ (words >> np.uint32(16))
    words = words * np.uint32(0x7FEB352D)
    words = words ^ (words >> np.uint32(15))
    words = words * np.uint32(0x846CA68B)
    return words ^ (words >> np.uint32(16))


def _mixed(seed: int, octave: int, channel: int) -> int:
    """Return the key of one channel, 32 bits, from a seed of any size."""
    key = 0
    for word in (seed & _WORD, (seed >> 32) & _WORD, octave * 256 + channel):
        key = int(_scrambled(np.array([key ^ word], np.uint32) + np.uint32(_FACTORS[3]))[0])
    return key
