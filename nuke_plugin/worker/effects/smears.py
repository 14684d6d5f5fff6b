"""Holds the spreading of a matte along the flow: means over a finite reach, in a few passes.

A sum over n pixels is made of two sums over n/2, one moved by n/2, so a long reach costs little
more than a short one. Sums of whole pictures round each pixel alike, wherever a picture is cut.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

_DECAY = 3.5
"""How far the weights of an upward smear fall to its end: to exp(-3.5), 3 % of those at the matte.
Cut off higher, the end of a reach would show as an edge above a thin matte."""

_MEAN_STEPS = 2**12

Plane = NDArray[np.float32]


def upward_smear(matte: Plane, reach_px: int, spread: float, slope: float) -> Plane:
    """Return the mean, (H, W), of what lies 0 to ``reach_px`` below each pixel.

    The weights fall exponentially; the mean widens as what diffuses does, by the root of the way,
    to about ``spread`` of the reach at its end, and leans to the right by ``slope`` for a pixel of
    height.
    """
    ratio = math.exp(-_DECAY / reach_px)
    count = reach_px + 1
    total = matte.astype(np.float32)  # the sum over ``done`` pixels, from each pixel downwards
    done = 1
    for bit in bin(count)[3:]:
        total = _plus_moved(total, total, done, slope, _wide(spread, reach_px, done), ratio**done)
        done *= 2
        if bit == "1":
            wide = _wide(spread, reach_px, done)
            total = _plus_moved(total, matte, done, slope, wide, ratio**done)
            done += 1
    total *= np.float32((1 - ratio) / (1 - ratio**count))
    return total


def round_smear(matte: Plane, reach_px: int) -> Plane:
    """Return the mean, (H, W), of what lies within ``reach_px`` each way; weights fall outwards."""
    mean = matte.astype(np.float32)
    for step in steps_px(reach_px):
        mean = _beside(_beside(mean, step).T, step).T
    return np.ascontiguousarray(mean)


def plain_mean(plane: Plane, across_px: int, above_px: int, below_px: int) -> Plane:
    """Return the plain mean, (H, W), of what lies so far to both sides, above and below.

    Of values in steps of 1/4096, whose running sums are exact in OpenCV's doubles: a mean over a
    large reach costs as little as one over a small one, and a crop has the whole's bits.
    """
    whole = rounded(plane, _MEAN_STEPS)
    size, anchor = (2 * across_px + 1, above_px + below_px + 1), (across_px, above_px)
    mean = cv2.blur(whole, size, anchor=anchor, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(mean, np.float32)


def rounded(values: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    """Return values in whole steps, so many in 1."""
    whole = values * np.float32(steps)
    np.rint(whole, out=whole)
    whole *= np.float32(1 / steps)
    return whole


def steps_px(reach_px: int) -> list[int]:
    """Return whole numbers that sum to a reach, and whose sums leave no pixel of it out."""
    steps = []
    while reach_px > 0:
        steps.append((reach_px + 1) // 2)
        reach_px -= steps[-1]
    return steps[::-1]


def _wide(spread: float, reach_px: int, step: int) -> int:
    """Return how far what is moved up by a step widens to each side: variances add up."""
    return math.floor(spread * math.sqrt(reach_px * step) + 0.5)


def _plus_moved(
    total: Plane, moved: Plane, up: int, slope: float, wide: int, share: float
) -> Plane:
    """Return a picture plus a share of another, moved up by whole pixels, aside, and widened."""
    height, width = total.shape
    result = total.copy()
    if up >= height:
        return result
    part = moved[up:]
    for step in steps_px(wide):
        part = _beside(part, step)
    aside = math.floor(slope * up)
    fraction = slope * up - aside
    for right, weight in ((aside, 1 - fraction), (aside + 1, fraction)):
        if weight and abs(right) < width:
            source = part[:, max(0, -right) : width - max(0, right)]
            target = result[: height - up, max(0, right) : width - max(0, -right)]
            target += source * np.float32(share * weight)
    return result


def _beside(plane: Plane, step: int) -> Plane:
    """Return half of a picture and a quarter of it from a step to the left and to the right."""
    result = plane * np.float32(0.5)
    if step < plane.shape[1]:
        quarter = plane * np.float32(0.25)
        result[:, step:] += quarter[:, :-step]
        result[:, :-step] += quarter[:, step:]
    return result
