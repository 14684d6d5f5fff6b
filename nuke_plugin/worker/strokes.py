"""Holds the size of the strokes: how large the network sees a frame, and the way back to it.

A network paints strokes of a certain number of pixels. To cover the same part of the frame at every
resolution, they are painted at one size of frame: that of the photos on which they were learned,
whose short side was ``training_scale_px``. What the network did not see of the plate is put back::

    result = up(painted) + detail * up(gain) * (plate - up(seen))

``up`` is cubic, and ``gain`` says how the painting answers the plate's luminance in each place:
the slope of the guided filter (He, Sun & Tang 2010, eq. 5), at the network's size (He & Sun 2015).
Where the plate is flat or only grainy it is 0; where light was painted dark it is negative.
"""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.network_card import NetworkCard
from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.aligned_resizing import near_fraction, rescaled
from nuke_plugin.worker.planes import Planes

LARGEST_ENLARGEMENT = 2.0
"""How much larger than the plate the network may see it: beyond, strokes would be finer than two
pixels, and time grows with the square."""

GUIDE_WINDOW_PX = 9
"""Side of the guided filter's window, pixels at the network's size: a stroke's width."""

GUIDE_FLOOR = 0.02
"""Deviation of luminance below which a place counts as flat, display units: grain."""

LARGEST_GAIN = 1.5
"""Most that the painting may answer: a sharper edge than the plate's rings."""

_LUMA = np.array(LUMA_WEIGHTS, np.float32)


def network_scale(card: NetworkCard, settings: StrokeSettings, frame_px: int) -> Fraction:
    """Return how large the network sees a plate: 1 for its own pixels, 1/2 for half the width.

    ``frame_px`` is the short side of the whole format in pixels, so that a crop has the strokes of
    its frame. A model that does not know its own scale, which others trained, sees every plate as
    it is.
    """
    if settings.scale is None or card.training_scale_px == 0:
        return Fraction(1)
    scale = card.training_scale_px / (settings.scale * frame_px)
    return near_fraction(min(scale, LARGEST_ENLARGEMENT))


def least_scale(card: NetworkCard, frame_px: int) -> float:
    """Return the stroke scale below which strokes get no smaller, by the format's short side."""
    return card.training_scale_px / (LARGEST_ENLARGEMENT * frame_px)


def as_seen(plate: Planes, scale: Fraction) -> Planes:
    """Return a plate, (3, H, W) of whole groups in [0, 1], as the network sees it."""
    height, width = plate.shape[1:]
    seen: Planes = np.empty((3, int(height * scale), int(width * scale)), np.float32)
    for plane, own in zip(seen, plate, strict=True):
        rescaled(own, scale, out=plane)
    return np.clip(seen, 0, 1, out=seen)


def enlarged(
    painted: Planes, seen: Planes, plate: Planes, scale: Fraction, detail: float
) -> Planes:
    """Return a painting at the plate's size, with the plate's detail.

    ``painted`` and ``seen``, (3, h, w), are what the network painted of what; ``plate`` (3, H, W)
    was seen at ``scale``. All are display encoded, in [0, 1].
    """
    back = 1 / scale
    result = as_seen(painted, back)
    if detail == 0:
        return result
    luma = _luminance(seen)
    fine = _luminance(plate) - rescaled(luma, back)
    fine *= detail
    gain = np.empty_like(fine)
    for plane, own in zip(result, painted, strict=True):
        rescaled(_slope(luma, own), back, out=gain)
        gain *= fine
        plane += gain
    return np.clip(result, 0, 1, out=result)


def _slope(guide: NDArray[np.float32], plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how a plane answers the guide in the windows round each pixel, (h, w).

    In float64: on flat ground the variance is the small difference of large means.
    """
    x, y = guide.astype(np.float64), plane.astype(np.float64)
    mean_x, mean_y = _mean(x), _mean(y)
    covariance = _mean(x * y) - mean_x * mean_y
    variance = _mean(x * x) - mean_x * mean_x
    slope = _mean(covariance / (np.maximum(variance, 0) + GUIDE_FLOOR**2))
    return np.asarray(np.clip(slope, -LARGEST_GAIN, LARGEST_GAIN), np.float32)


def _mean(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    window = (GUIDE_WINDOW_PX, GUIDE_WINDOW_PX)
    return np.asarray(cv2.blur(plane, window, borderType=cv2.BORDER_REFLECT), np.float64)


def _luminance(planes: Planes) -> NDArray[np.float32]:
    """Return the Rec. 709 luma of (3, h, w), (h, w)."""
    return np.asarray(np.tensordot(_LUMA, planes, axes=1), np.float32)
