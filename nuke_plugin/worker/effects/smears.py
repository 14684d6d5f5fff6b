"""Holds the spreading of a matte along the flow: means over a finite reach, in a few passes.

A mean over n pixels is made of log2 n sums of two shifted pictures, each twice as far apart as the
one before, so a long reach costs little more than a short one. Sums of whole pictures round each
pixel alike, wherever the picture is cut.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_DECAY = 2.0
"""How far the weights of an upward smear fall to its end: to exp(-2) of those at the matte."""

Plane = NDArray[np.float32]


def upward_smear(matte: Plane, reach_px: int, spread: float, slope: float) -> Plane:
    """Return the mean, (H, W), of what lies 0 to ``reach_px`` below each pixel.

    The weights fall exponentially; the mean widens by ``spread`` and leans to the right by
    ``slope`` for a pixel of height.
    """
    mean = matte.astype(np.float32)
    for step in steps_px(reach_px):
        ratio = math.exp(-_DECAY * step / reach_px)
        share = ratio / (1 + ratio)
        wide = max(1, math.floor(spread * step + 0.5)) if spread else 0
        mean = _with_shifted(mean, step, _taps(slope * step, wide), share)
    return mean


def round_smear(matte: Plane, reach_px: int) -> Plane:
    """Return the mean, (H, W), of what lies within ``reach_px`` each way; weights fall outwards."""
    mean = matte.astype(np.float32)
    for step in steps_px(reach_px):
        across = mean * np.float32(0.5)
        quarter = mean * np.float32(0.25)
        across[:, step:] += quarter[:, :-step]
        across[:, :-step] += quarter[:, step:]
        mean = across * np.float32(0.5)
        quarter = across * np.float32(0.25)
        mean[step:] += quarter[:-step]
        mean[:-step] += quarter[step:]
    return mean


def steps_px(reach_px: int) -> list[int]:
    """Return whole numbers that sum to a reach, and whose sums leave no pixel of it out."""
    steps = []
    while reach_px > 0:
        steps.append((reach_px + 1) // 2)
        reach_px -= steps[-1]
    return steps[::-1]


def _with_shifted(mean: Plane, up: int, taps: dict[int, float], share: float) -> Plane:
    """Return the mean of a picture and of itself moved up, and aside by each tap's pixels."""
    height, width = mean.shape
    result = mean * np.float32(1 - share)
    if up >= height:
        return result
    for aside, weight in taps.items():
        if abs(aside) >= width:
            continue
        source = mean[up:, max(0, -aside) : width - max(0, aside)]
        target = result[: height - up, max(0, aside) : width - max(0, -aside)]
        target += source * np.float32(share * weight)
    return result


def _taps(aside: float, wide: int) -> dict[int, float]:
    """Return weights by whole pixels to the right, for a move by a fraction that widens."""
    whole = math.floor(aside)
    part = aside - whole
    taps: dict[int, float] = {}
    for at, weight in ((whole, 1 - part), (whole + 1, part)):
        shares = ((-wide, 0.25), (0, 0.5), (wide, 0.25)) if wide else ((0, 1.0),)
        for offset, share in shares if weight else ():
            taps[at + offset] = taps.get(at + offset, 0.0) + weight * share
    return taps
