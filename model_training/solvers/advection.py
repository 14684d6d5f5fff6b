"""Holds advection: fields carried by a velocity, sharp and without new extremes.

MacCormack's scheme on semi-Lagrangian steps (Selle et al. 2008, "An Unconditionally Stable
MacCormack Method"), its correction limited to the values that the step was interpolated from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from model_training.solvers.domain import Field

_SQUARE = np.ones((2, 2), np.uint8)


@dataclass(frozen=True)
class Path:
    """Where each pixel's gas comes from and goes to in a step: columns and rows, each (H, W)."""

    from_x: Field
    from_y: Field
    to_x: Field
    to_y: Field

    @classmethod
    def of(cls, velocity: Field, frames: float) -> Path:
        """The path of a velocity (H, W, 2), px a frame, x first, by the midpoint rule.

        A straight step would leave a vortex at its tangent and wind everything into its middle.
        """
        return cls(*_traced(velocity, -frames), *_traced(velocity, frames))


def advected(field: Field, path: Path) -> Field:
    """A field (H, W, C) carried along a path.

    What comes in over the edge is what stands there. Values stay between those of the field.
    """
    forward = _sampled(field, path.from_x, path.from_y)
    back = _sampled(forward, path.to_x, path.to_y)
    corrected = forward + np.float32(0.5) * (field - back)
    least, most = _corner_range(field, path.from_x, path.from_y)
    return np.clip(corrected, least, most, out=corrected)


def displaced(field: Field, x_px: Field, y_px: Field) -> Field:
    """A field (H, W) or (H, W, C) sampled at each pixel plus (x_px, y_px), bilinear."""
    x, y = _places(*field.shape[:2])
    return _sampled(field, *_clipped(x + x_px, y + y_px))


def _traced(velocity: Field, frames: float) -> tuple[Field, Field]:
    x, y = _places(*velocity.shape[:2])
    half = np.float32(frames / 2)
    middle = _sampled(velocity, *_clipped(x + half * velocity[..., 0], y + half * velocity[..., 1]))
    return _clipped(x + 2 * half * middle[..., 0], y + 2 * half * middle[..., 1])


def _corner_range(field: Field, x: Field, y: Field) -> tuple[Field, Field]:
    """Least and most of the four values that each sample is made of."""
    corner_x, corner_y = np.floor(x), np.floor(y)
    border = cv2.BORDER_REPLICATE
    least = cv2.erode(field, _SQUARE, anchor=(0, 0), borderType=border)
    most = cv2.dilate(field, _SQUARE, anchor=(0, 0), borderType=border)
    near = cv2.INTER_NEAREST
    lowest, highest = (
        cv2.remap(part, corner_x, corner_y, near, borderMode=border) for part in (least, most)
    )
    return (
        np.asarray(lowest, np.float32).reshape(field.shape),
        np.asarray(highest, np.float32).reshape(field.shape),
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
