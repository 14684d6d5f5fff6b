"""Holds the box that a fluid is solved in: the frame, a margin of air round it, fields in both.

The projection is spectral, hence periodic: what leaves at the top would come back at the bottom. In
the margin a sponge takes heat and motion away, so that the frame sees open air on all sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""(H, W), (H, W, 2) or (H, W, C) values at pixel centres; y down, row 0 on top."""


@dataclass(frozen=True)
class Domain:
    """A frame and its margin, all in pixels."""

    width: int
    """Of the frame."""
    height: int
    """Of the frame."""
    side_px: int = 32
    """Least margin at the left and at the right; neutral 0, which makes the frame periodic."""
    top_px: int = 48
    """Least margin above, where the gas leaves."""
    bottom_px: int = 24
    """Least margin below, where air is drawn in."""

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Height and width of the whole box: the next lengths that a transform is quick with."""
        height = self.height + self.top_px + self.bottom_px
        width = self.width + 2 * self.side_px
        return _quick_length(height), _quick_length(width)

    @cached_property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns of the frame in the box."""
        left = (self.shape[1] - self.width) // 2
        return slice(self.top_px, self.top_px + self.height), slice(left, left + self.width)

    @cached_property
    def sponge(self) -> Field:
        """(H, W) 0 in the frame, rising to 1 at the box's edge."""
        rows, columns = self.inside
        y = _outside(self.shape[0], rows)
        x = _outside(self.shape[1], columns)
        return np.asarray(np.maximum(y[:, None], x[None, :]) ** 2, np.float32)

    def padded(self, frame: Field) -> Field:
        """A frame's field, (H, W) or (H, W, C), in the box, with 0 round it."""
        box = np.zeros((*self.shape, *frame.shape[2:]), np.float32)
        box[self.inside] = frame
        return box

    def extended(self, frame: Field) -> Field:
        """A frame's field (H, W) in the box, going on beyond the frame as it ends at its edge."""
        rows, columns = self.inside
        height, width = self.shape
        extended = np.pad(
            frame,
            ((rows.start, height - rows.stop), (columns.start, width - columns.stop)),
            mode="edge",
        )
        return np.asarray(extended, np.float32)


def _quick_length(length: int) -> int:
    return int(2 * cv2.getOptimalDFTSize((length + 1) // 2))


def _outside(length: int, inside: slice) -> Field:
    """How far each place of an axis is into the margin, 0..1."""
    place = np.arange(length, dtype=np.float32)
    before = (inside.start - place) / max(1, inside.start)
    after = (place - inside.stop + 1) / max(1, length - inside.stop)
    return np.asarray(np.clip(np.maximum(before, after), 0.0, 1.0), np.float32)
