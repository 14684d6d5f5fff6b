"""Holds the plate that a bench paints: shapes, grain and a sun, the same at every size."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nuke_plugin.worker.exr_output import ResultPart, write_exr

_BAND_ROWS = 256


def write_plate(path: Path, width: int, height: int, seed: int = 0) -> None:
    """Write a half RGBA plate with waves, grain and a highlight of 40.

    Raises ``DiskFull`` or ``ResultFolderUnwritable``.
    """
    random = np.random.default_rng(seed)
    planes = np.ones((4, height, width), np.float16)
    x = np.arange(width, dtype=np.float32)
    for top in range(0, height, _BAND_ROWS):
        y = np.arange(top, min(top + _BAND_ROWS, height), dtype=np.float32)[:, None]
        waves = 0.4 + 0.35 * np.sin((x + 9 * seed) / 60) * np.cos(y / 45)
        off = (x - width / 3) ** 2 + (y - height / 3) ** 2
        sun = 40 * np.exp(-off / max(height / 20, 4) ** 2)
        for plane, gain in zip(planes[:3], (1.0, 0.8, 0.5), strict=True):
            grain = random.normal(0, 0.01, waves.shape).astype(np.float32)
            plane[top : top + len(y)] = waves * gain + sun + grain
    write_exr(path, [ResultPart.of_rgba(tuple(planes))])
