"""Holds E_warp, the warping error on a real clip (Lai et al. 2018, eq. 5 and 6).

Motion is estimated from the plate, so the number holds the flow's own errors too: it is read beside
the plate's. Under exact motion ``stability`` says more; this shows what a real shot does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.measure.exact_motion import FRAME_SIZE, FRAMES, Frame, Mask
from nuke_plugin.worker.shot import FIRST_FRAME, DemoShot

FIRST_MEASURED = FIRST_FRAME + 9
"""Where the shipped shot's character rises fastest, under a tilting camera."""

Flow = NDArray[np.float32]
"""(H, W, 2): where each pixel goes, x and y, in pixels."""


def real_clip(frames: int = FRAMES) -> list[Frame]:
    """Neighbouring frames of the shipped demo shot, display encoded, at FRAME_SIZE."""
    numbers = tuple(range(FIRST_MEASURED, FIRST_MEASURED + frames))
    return list(DemoShot(*FRAME_SIZE).display_pictures(FrameRange(numbers)))


def flow(here: Frame, there: Frame) -> Flow:
    """Dense motion from one plate to another: DIS, medium preset (Kroeger et al. 2016)."""
    grey = [
        cv2.cvtColor((np.clip(f, 0, 1) * 255 + 0.5).astype(np.uint8), cv2.COLOR_RGB2GRAY)
        for f in (here, there)
    ]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return np.asarray(dis.calc(grey[0], grey[1], np.empty(0, np.float32)), np.float32)


def follow(picture: NDArray[np.float32], motion: Flow) -> NDArray[np.float32]:
    """``picture`` seen from where its pixels came from, bilinear: (H, W, C) -> the same."""
    height, width = motion.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    seen = cv2.remap(picture, x + motion[..., 0], y + motion[..., 1], cv2.INTER_LINEAR)
    return np.asarray(seen, np.float32)


def not_occluded(forward: Flow, backward: Flow) -> Mask:
    """Where the way there and back ends where it began, inside the frame (Sundaram et al. 2010).

    |Ff + Fb|^2 <= 0.01 (|Ff|^2 + |Fb|^2) + 0.5, Fb taken where Ff leads.
    """
    height, width = forward.shape[:2]
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    x, y = columns + forward[..., 0], rows + forward[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    home = follow(backward, forward)
    gap = np.square(forward + home).sum(axis=2)
    size = np.square(forward).sum(axis=2) + np.square(home).sum(axis=2)
    visible: Mask = inside & (gap <= 0.01 * size + 0.5)
    return visible


def warping_error(plates: Sequence[Frame], painted: Sequence[Frame]) -> float:
    """Mean squared difference per channel to the next frame led back, where it is seen."""
    errors = []
    for (here, there), (now, then) in zip(pairwise(plates), pairwise(painted), strict=True):
        forward, backward = flow(here, there), flow(there, here)
        visible = not_occluded(forward, backward)
        errors.append(float(np.square(now - follow(then, forward))[visible].mean()))
    return float(np.mean(errors))
