"""Holds the resizing of a crop in the phase of its whole frame, so that both have the same pixels.

A scale p/q of small numbers makes p pixels of every q. A picture that begins and ends on a multiple
of q holds whole groups of them, each resized with the same weights wherever it lies: what shrinks
is averaged over areas, so that nothing aliases from frame to frame; what grows is cubic (Keys 1981,
a = -0.75, as OpenCV's).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

MOST_PARTS = 128
"""Largest p and q, so that a crop is extended by less than that many pixels: the scale that is
nearest to another one is within a fraction of a percent of it, and of use down to a 128th."""

_CUBIC = -0.75
_REACH = 2
"""Pixels on each side that a cubic kernel reads."""


def near_fraction(scale: float) -> Fraction:
    """Return a scale above 0 as the nearest fraction of small numbers, at least a 128th."""
    near = Fraction(scale).limit_denominator(MOST_PARTS)
    return max(near, Fraction(1, MOST_PARTS))


def extended(start: int, size: int, scale: Fraction) -> tuple[int, int]:
    """Return how many pixels before ``start`` a group begins, and the size in whole groups."""
    lead = start % scale.denominator
    groups = -(-(lead + size) // scale.denominator)
    return lead, groups * scale.denominator


def rescaled(
    plane: NDArray[np.float32], scale: Fraction, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return a plane, (H, W) of whole groups, at ``scale`` times its size; in ``out`` if given."""
    height, width = plane.shape
    sized = (int(height * scale), int(width * scale))
    if scale <= 1:
        result = plane if scale == 1 else _shrunk(plane, sized)
        if out is None:
            return result
        out[:] = result
        return out
    # OpenCV's own cubic holds positions in float32, and a pixel far to the right has another phase.
    taps = _taps(scale)  # (read, p)
    across = np.ascontiguousarray(_groups(plane, scale, axis=1))  # (H, groups, read)
    wide = np.matmul(across.reshape(-1, len(taps)), taps).reshape(height, sized[1])  # (H, W p/q)
    down = _groups(wide, scale, axis=0).transpose(0, 2, 1)  # (groups, read, W p/q)
    if out is None:
        out = np.empty(sized, np.float32)
    np.matmul(taps.T, down, out=out.reshape(len(down), scale.numerator, sized[1]))
    return out


def _shrunk(plane: NDArray[np.float32], sized: tuple[int, int]) -> NDArray[np.float32]:
    small = cv2.resize(np.ascontiguousarray(plane), sized[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _groups(plane: NDArray[np.float32], scale: Fraction, axis: int) -> NDArray[np.float32]:
    """Return a view of a plane in groups of q along an axis, with what the kernel reads round each.

    The groups lie along that axis, (n, W) or (H, n), and what is read last, (..., read).
    """
    pad = [(_REACH, _REACH) if side == axis else (0, 0) for side in (0, 1)]
    padded = np.pad(plane, pad, mode="edge")
    read = scale.denominator + 2 * _REACH
    windows = np.lib.stride_tricks.sliding_window_view(padded, read, axis=axis)
    every = scale.denominator
    return windows[::every] if axis == 0 else windows[:, ::every]


@lru_cache(maxsize=32)
def _taps(scale: Fraction) -> NDArray[np.float32]:
    """Return the weights of a group's q pixels, and those round them, for its p pixels."""
    made, of = scale.numerator, scale.denominator
    centres = (np.arange(made) + 0.5) * of / made - 0.5  # in pixels of the group
    distance = np.abs(np.arange(-_REACH, of + _REACH)[:, None] - centres[None, :])
    near = ((_CUBIC + 2) * distance - (_CUBIC + 3)) * distance**2 + 1
    far = _CUBIC * (((distance - 5) * distance + 8) * distance - 4)
    taps = np.where(distance <= 1, near, np.where(distance < 2, far, 0))
    return np.asarray(taps / taps.sum(axis=0), np.float32)
