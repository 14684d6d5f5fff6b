"""Holds the resizing of pictures for networks that take one size only, and of what they painted."""

from __future__ import annotations

import cv2
import numpy as np

from nuke_plugin.worker.planes import Planes


def resized(planes: Planes, width: int, height: int) -> Planes:
    """Return a picture, (3, H, W) in [0, 1], as (3, height, width) in [0, 1].

    What shrinks is averaged, so that nothing aliases from frame to frame; what grows is cubic.
    """
    if planes.shape[1:] == (height, width):
        return planes
    shrinks = width <= planes.shape[2] and height <= planes.shape[1]
    filter_ = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    sized = [
        cv2.resize(np.ascontiguousarray(plane), (width, height), interpolation=filter_)
        for plane in planes
    ]
    return np.asarray(np.clip(np.stack(sized), 0, 1), np.float32)
