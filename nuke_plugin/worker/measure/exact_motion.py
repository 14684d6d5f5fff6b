"""Holds the exact-motion set: camera moves rendered from a still by sampling it at each time.

So the motion between two frames is known to the last digit, and no frame is ever warped twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.float32]
"""(H, W, 3) display-encoded RGB in [0, 1]."""

Mask = NDArray[np.bool_]
"""(H, W): which pixels count."""

Map = NDArray[np.float64]
"""3x3: from the pixels of one picture to those of another, affine."""

Painter = Callable[[Frame, str, float], Frame]
"""Paints a frame in a style at a strength, in [0, 1]; the result has the frame's size."""


@runtime_checkable
class ShotPainter(Protocol):
    """A painter that is given whole shots, because it may look at neighbouring frames."""

    def paint_shot(self, frames: Sequence[Frame], style: str, strength: float) -> list[Frame]:
        """The frames of one shot painted, in their order."""


class Shot(Protocol):
    """Frames whose motion is known."""

    @property
    def plates(self) -> tuple[Frame, ...]:
        """The frames in order, each (H, W, 3)."""

    def moved_back(self, then: Frame, time: int) -> tuple[Frame, Mask]:
        """Frame ``time + 1``, painted or not, moved onto frame ``time``, and where it is seen."""


FRAME_SIZE = (960, 540)
"""Width and height of every measured frame, in pixels."""

FRAMES = 4
"""Frames of a shot; three pairs of neighbours."""


@dataclass(frozen=True)
class Move:
    """A camera move over a still."""

    shift_px: tuple[float, float] = (0.0, 0.0)
    """How far the camera goes from frame to frame, right and down, in pixels."""

    zoom: float = 1.0
    """How much larger the picture gets from frame to frame; above 1 pushes in."""

    roll_degrees: float = 0.0
    """How far the camera turns from frame to frame."""

    def matrix(
        self, time: int, still_size: tuple[int, int], frame_size: tuple[int, int] = FRAME_SIZE
    ) -> Map:
        """The map from the pixels of frame ``time`` to the still's, whose middle it looks at."""
        width, height = frame_size
        angle, scale = np.radians(self.roll_degrees * time), self.zoom**-time
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        middle = np.array([still_size[0] / 2, still_size[1] / 2])
        middle += np.array(self.shift_px) * (time - (FRAMES - 1) / 2)
        turn = np.array([[cos, -sin], [sin, cos]])
        offset = middle - turn @ np.array([width / 2, height / 2])
        return np.array([[*turn[0], offset[0]], [*turn[1], offset[1]], [0.0, 0.0, 1.0]])


MOVES = {
    "pan": Move(shift_px=(3.3, 0.7)),
    "push": Move(zoom=1.008),
    "roll": Move(roll_degrees=0.5),
}


@dataclass(frozen=True)
class CameraShot:
    """A still seen by a moving camera."""

    plates: tuple[Frame, ...]
    """The frames in order, each (H, W, 3)."""

    matrices: tuple[Map, ...]
    """For each frame the map from its pixels to the still's."""

    @classmethod
    def of(
        cls, still: Frame, move: Move, frames: int = FRAMES, size: tuple[int, int] = FRAME_SIZE
    ) -> CameraShot:
        """Render ``frames`` frames of ``size`` (width, height) of a move over a still."""
        still_size = (still.shape[1], still.shape[0])
        matrices = tuple(move.matrix(time, still_size, size) for time in range(frames))
        return cls(tuple(sample(still, matrix, size) for matrix in matrices), matrices)

    def moved_back(self, then: Frame, time: int) -> tuple[Frame, Mask]:
        """See ``Shot``."""
        size = (then.shape[1], then.shape[0])
        back = np.linalg.inv(self.matrices[time + 1]) @ self.matrices[time]
        return sample(then, back, size), lies_inside(back, size)


def painted_shot(
    paint: Painter, frames: Sequence[Frame], style: str, strength: float = 1.0
) -> list[Frame]:
    """The frames of one shot painted: all at once by a ``ShotPainter``, else one by one."""
    if isinstance(paint, ShotPainter):
        return paint.paint_shot(frames, style, strength)
    return [paint(frame, style, strength) for frame in frames]


def pixel_grid(size: tuple[int, int], matrix: Map) -> tuple[NDArray[np.float64], ...]:
    """Where each pixel of (width, height) lies after a map: x and y, each (H, W)."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float64), np.arange(size[1], dtype=np.float64))
    (a, b, c), (d, e, f) = matrix[:2]
    return a * x + b * y + c, d * x + e * y + f


def lies_inside(matrix: Map, size: tuple[int, int]) -> Mask:
    """Which pixels a map leaves inside a frame of (width, height)."""
    x, y = pixel_grid(size, matrix)
    inside: Mask = (x >= 0) & (x <= size[0] - 1) & (y >= 0) & (y <= size[1] - 1)
    return inside


def sample(image: Frame, matrix: Map, size: tuple[int, int] = FRAME_SIZE) -> Frame:
    """``image`` seen through a map from the result's pixels to its own, bicubic, at ``size``."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    seen = cv2.warpAffine(image, matrix[:2], size, flags=flags, borderMode=border)
    return np.clip(seen, 0.0, 1.0).astype(np.float32)


def shrink(still: Frame, size: tuple[int, int] = FRAME_SIZE) -> Frame:
    """The whole still at (width, height), averaged over areas."""
    return cv2.resize(still, size, interpolation=cv2.INTER_AREA).astype(np.float32)
