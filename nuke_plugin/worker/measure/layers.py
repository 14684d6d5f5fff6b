"""Holds shots of cut-out layers that move apart over a moving ground, with exact occlusions.

Every layer is a still seen by a camera of its own; a cut-out's outline is a formula, evaluated at
each time where the layer then is, so that its edge is as exact as its motion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.measure.exact_motion import (
    FRAME_SIZE,
    FRAMES,
    Frame,
    Map,
    Mask,
    Move,
    lies_inside,
    pixel_grid,
    sample,
)

EDGE_PX = 2.0
"""Pixels nearer to an outline than this are not compared: bicubic sampling mixes both sides."""


@dataclass(frozen=True)
class Layer:
    """One still that moves on its own; without a radius it fills the frame."""

    still: Frame
    """What is on it."""

    move: Move
    """How its camera moves."""

    radius_px: float = 0.0
    """Mean radius of the cut-out in pixels of the still; 0 for a ground without an outline."""

    centre: tuple[float, float] = (0.5, 0.5)
    """Where the cut-out lies on the still, as shares of its width and height."""

    def depth(self, matrix: Map, size: tuple[int, int]) -> NDArray[np.float64]:
        """How far inside the outline each pixel of the frame lies, in pixels, negative outside.

        The outline is a wavy circle, so it has round and hollow parts: (H, W).
        """
        if self.radius_px == 0.0:
            return np.full((size[1], size[0]), np.inf)
        x, y = pixel_grid(size, matrix)
        x -= self.centre[0] * self.still.shape[1]
        y -= self.centre[1] * self.still.shape[0]
        angle = np.arctan2(y, x)
        waves = 1.0 + 0.22 * np.sin(3.0 * angle + 1.0) + 0.08 * np.sin(7.0 * angle)
        depth: NDArray[np.float64] = self.radius_px * waves - np.hypot(x, y)
        return depth


@dataclass(frozen=True)
class LayerShot:
    """Layers over one another, the first at the bottom."""

    layers: tuple[Layer, ...]
    """From the ground up."""

    matrices: tuple[tuple[Map, ...], ...]
    """matrices[time][layer]: from the frame's pixels to the layer's still."""

    plates: tuple[Frame, ...]
    """The frames in order, each (H, W, 3)."""

    shown: tuple[tuple[Mask, ...], ...]
    """shown[time][layer]: where that frame and the next show it, whole."""

    @classmethod
    def of(
        cls, layers: Sequence[Layer], frames: int = FRAMES, size: tuple[int, int] = FRAME_SIZE
    ) -> LayerShot:
        """Render ``frames`` frames of ``size``; an outline is soft over one pixel."""
        matrices = tuple(
            tuple(
                layer.move.matrix(time, (layer.still.shape[1], layer.still.shape[0]), size)
                for layer in layers
            )
            for time in range(frames)
        )
        plates = []
        for at_time in matrices:
            plate = np.zeros((size[1], size[0], 3), np.float32)
            for layer, matrix in zip(layers, at_time, strict=True):
                alpha = np.clip(layer.depth(matrix, size) + 0.5, 0.0, 1.0).astype(np.float32)
                plate += (sample(layer.still, matrix, size) - plate) * alpha[..., None]
            plates.append(plate)
        shown = tuple(_shown_in_both(layers, now, then, size) for now, then in pairwise(matrices))
        return cls(tuple(layers), matrices, tuple(plates), shown)

    def moved_back(self, then: Frame, time: int) -> tuple[Frame, Mask]:
        """See ``Shot``: each layer is moved by its own motion, where both frames show it."""
        size = (then.shape[1], then.shape[0])
        moved = np.zeros_like(then)
        seen: Mask = np.zeros(then.shape[:2], np.bool_)
        pairs = zip(self.matrices[time], self.matrices[time + 1], self.shown[time], strict=True)
        for here, there, shown in pairs:
            moved[shown] = sample(then, np.linalg.inv(there) @ here, size)[shown]
            seen |= shown
        return moved, seen


def _shown_in_both(
    layers: Sequence[Layer], now: Sequence[Map], then: Sequence[Map], size: tuple[int, int]
) -> tuple[Mask, ...]:
    """For each layer the pixels of a frame that show it, and still do in the next one."""
    found = []
    for index, (here, there) in enumerate(zip(now, then, strict=True)):
        back = np.linalg.inv(there) @ here
        moved = [matrix @ back for matrix in then]
        shown = _shows(layers, index, now, size) & _shows(layers, index, moved, size)
        found.append(shown & lies_inside(back, size))
    return tuple(found)


def _shows(
    layers: Sequence[Layer], index: int, matrices: Sequence[Map], size: tuple[int, int]
) -> Mask:
    """Where a layer is seen whole: well inside its outline and outside all those above it."""
    shown: Mask = layers[index].depth(matrices[index], size) > EDGE_PX
    for layer, matrix in zip(layers[index + 1 :], matrices[index + 1 :], strict=True):
        shown &= layer.depth(matrix, size) < -EDGE_PX
    return shown


def occlusion(stills: Sequence[Frame]) -> tuple[Layer, ...]:
    """Two cut-outs that cross a moving ground in opposite directions, from up to three stills."""
    ground, first, second = (stills[index % len(stills)] for index in (1, 2, 3))
    return (
        Layer(ground, Move(shift_px=(-2.1, 0.4))),
        Layer(first, Move(shift_px=(5.3, -1.6), roll_degrees=0.4), 150.0, (0.36, 0.45)),
        Layer(second, Move(shift_px=(-4.7, 2.2), zoom=1.006), 120.0, (0.62, 0.58)),
    )
