"""Holds the pictures that a network is probed with: shipped stills, and what no camera gives."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.measure.stills import shipped_stills

Picture = NDArray[np.float32]
"""(3, H, W) display-encoded RGB in [0, 1]."""


def noise(height: int, width: int, seed: int = 0) -> Picture:
    """Return a picture of unrelated numbers."""
    return np.random.default_rng(seed).random((3, height, width), dtype=np.float32)


def extremes(side: int) -> dict[str, Picture]:
    """Return black, white, noise and single white pixels on black."""
    black = np.zeros((3, side, side), np.float32)
    points = black.copy()
    points[:, ::7, ::5] = 1
    return {
        "black": black,
        "white": np.ones_like(black),
        "noise": noise(side, side),
        "points": points,
    }


def small_stills(side: int) -> dict[str, Picture]:
    """Return the middle of each shipped still, halved, as a square."""
    found = {}
    for name, still in shipped_stills().items():
        half = cv2.resize(still, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        top, left = ((length - side) // 2 for length in half.shape[:2])
        part = half[top : top + side, left : left + side]
        found[name] = np.ascontiguousarray(part.transpose(2, 0, 1), np.float32)
    return found
