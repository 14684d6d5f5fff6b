"""Holds smooth random fields that change with time: what makes a source flicker and air gust."""

from __future__ import annotations

import cv2
import numpy as np

from model_training.solvers.domain import Field


class ChangingNoise:
    """Noise of one wavelength: mean 0, variance about 1, another field every so many frames."""

    def __init__(
        self, random: np.random.Generator, shape: tuple[int, int], cell_px: float, frames: float
    ) -> None:
        self._seed = int(random.integers(2**62))
        self._shape = shape
        self._cell_px = cell_px
        self._frames = frames
        self._kept: dict[int, Field] = {}

    def at(self, frame: float) -> Field:
        """(H, W) at any frame; the same frame gives the same field."""
        first = int(np.floor(frame / self._frames))
        part = frame / self._frames - first
        self._kept = {key: self._kept[key] for key in (first, first + 1) if key in self._kept}
        a, b = (np.float32(f(part * np.pi / 2)) for f in (np.cos, np.sin))  # keeps the variance
        return np.asarray(a * self._lattice(first) + b * self._lattice(first + 1), np.float32)

    def _lattice(self, number: int) -> Field:
        if number not in self._kept:
            random = np.random.default_rng((self._seed, number % 2**32))
            height, width = self._shape
            cells = int(height // self._cell_px + 5), int(width // self._cell_px + 5)
            values = random.standard_normal(cells).astype(np.float32)
            offset = random.random(2) * 2 + 1
            scale = np.float32(1 / self._cell_px)
            grow = np.array([[scale, 0, offset[0]], [0, scale, offset[1]]], np.float32)
            field = cv2.warpAffine(
                values, grow, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
            )
            self._kept[number] = np.asarray(field, np.float32) / np.float32(0.66)
        return self._kept[number]
