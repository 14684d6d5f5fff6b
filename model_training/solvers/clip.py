"""Holds the pictures of a run for people: a sheet of its frames, in false colours.

They show what the solver did; how an effect looks in a comp is for `impasto shade`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.solvers.domain import Field
from model_training.solvers.run_files import SolvedRun
from nuke_plugin.worker.whole_file import whole_file

SHEET_FILE = "sheet.png"
COLUMNS = 6
NEIGHBOURS = 3
"""Frames one after the other at the start of each row, to see the motion by."""


def write_sheet(run: SolvedRun, rows: int = 2) -> Path:
    """Write a sheet of a run into its folder: each row starts with neighbours, then strides."""
    count = run.record.frames
    lines = []
    for row in range(rows):
        first = row * count // rows
        stride = max(1, (count // rows - NEIGHBOURS) // (COLUMNS - NEIGHBOURS))
        frames = [first + step for step in range(NEIGHBOURS)]
        frames += [first + NEIGHBOURS + step * stride for step in range(COLUMNS - NEIGHBOURS)]
        lines.append(np.concatenate([picture(run, min(f, count - 1)) for f in frames], axis=1))
    path = run.folder / SHEET_FILE
    with whole_file(path) as temporary:
        cv2.imwrite(str(temporary), np.concatenate(lines)[..., ::-1])
    return path


def picture(run: SolvedRun, frame: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of one frame; the matte shows blue where nothing covers it."""
    channels = dict(zip(run.effect.channels, run.channels(frame), strict=True))
    colours = _COLOURS[run.record.effect](channels)
    colours[..., 2] = np.maximum(colours[..., 2], 0.35 * run.matte(frame))
    return (np.clip(colours, 0, 1) * 255).astype(np.uint8)


def _fire(channels: dict[str, Field]) -> Field:
    """Heat from red to white over soot in grey."""
    heat = channels["temperature"][..., None]
    glow = np.clip(heat * [2.2, 1.7, 2.0] - [0.0, 0.25, 1.1], 0, 1)
    smoke = (1 - np.exp(-channels["soot"]))[..., None] * 0.25
    return np.asarray(np.maximum(glow, smoke), np.float32)


_COLOURS = {"fire": _fire}
