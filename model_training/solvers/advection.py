"""Holds advection: fields carried by a velocity, sharp and without new extremes.

MacCormack's scheme on semi-Lagrangian steps (Selle et al. 2008, "An Unconditionally Stable
MacCormack Method"), its correction limited to the values that the step was interpolated from.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from model_training.solvers.domain import Field

_SQUARE = np.ones((2, 2), np.uint8)


def advected(field: Field, velocity: Field, frames: float) -> Field:
    """A field (H, W, C) after `frames` of the velocity (H, W, 2), px a frame, x first.

    What comes in over the edge is what stands there. Values stay between those of the field.
    """
    x, y = _places(*field.shape[:2])
    step_x, step_y = velocity[..., 0] * frames, velocity[..., 1] * frames
    from_x, from_y = _clipped(x - step_x, y - step_y)
    to_x, to_y = _clipped(x + step_x, y + step_y)
    forward = _sampled(field, from_x, from_y)
    back = _sampled(forward, to_x, to_y)
    corrected = forward + np.float32(0.5) * (field - back)
    least, most = _corner_range(field, from_x, from_y)
    return np.clip(corrected, least, most, out=corrected)


def displaced(field: Field, x_px: Field, y_px: Field) -> Field:
    """A field (H, W) or (H, W, C) sampled at each pixel plus (x_px, y_px), bilinear."""
    x, y = _places(*field.shape[:2])
    return _sampled(field, *_clipped(x + x_px, y + y_px))


def _corner_range(field: Field, x: Field, y: Field) -> tuple[Field, Field]:
    """Least and most of the four values that each sample is made of."""
    corner_x, corner_y = np.floor(x), np.floor(y)
    border = cv2.BORDER_REPLICATE
    least = cv2.erode(field, _SQUARE, anchor=(0, 0), borderType=border)
    most = cv2.dilate(field, _SQUARE, anchor=(0, 0), borderType=border)
    near = cv2.INTER_NEAREST
    return (
        cv2.remap(least, corner_x, corner_y, near, borderMode=border).reshape(field.shape),
        cv2.remap(most, corner_x, corner_y, near, borderMode=border).reshape(field.shape),
    )


def _sampled(field: Field, x: Field, y: Field) -> Field:
    sampled = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32).reshape(field.shape)


def _clipped(x: Field, y: Field) -> tuple[Field, Field]:
    height, width = x.shape
    return np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)


@lru_cache(maxsize=8)
def _places(height: int, width: int) -> tuple[Field, Field]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x, y
