"""Holds the pictures of a run for people: a sheet of its frames and a clip, both shaded."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.effects.picture import display, joined
from model_training.solvers.effects import FPS
from model_training.solvers.run_files import SolvedRun
from nuke_plugin.worker.whole_file import whole_file

SHEET_FILE = "sheet.png"
CLIP_FILE = "clip.webp"
"""Animated; every browser plays it."""
COLUMNS = 6
NEIGHBOURS = 3
"""Frames one after the other at the start of each row, to see the motion by."""
QUALITY = 85
MATTE_SHADE = np.array([0, 0, 90], np.float32)
"""Added where the matte is white, so that one sees where an effect comes from."""


def write_sheet(run: SolvedRun, rows: int = 2) -> Path:
    """Write a sheet of a run into its folder: each row starts with neighbours, then strides."""
    count = run.record.frames
    stride = max(1, (count // rows - NEIGHBOURS) // (COLUMNS - NEIGHBOURS))
    steps = [*range(NEIGHBOURS), *(NEIGHBOURS + i * stride for i in range(COLUMNS - NEIGHBOURS))]
    starts = [row * count // rows for row in range(rows)]
    pictures = [[picture(run, min(start + step, count - 1)) for step in steps] for start in starts]
    path = run.folder / SHEET_FILE
    with whole_file(path) as temporary:
        temporary.write_bytes(_encoded(joined(pictures)))
    return path


def write_clip(run: SolvedRun) -> Path:
    """Write a run as a moving picture into its folder, at the speed it was solved for."""
    animation = cv2.Animation()
    animation.frames = [picture(run, frame)[..., ::-1] for frame in range(run.record.frames)]
    animation.durations = [round(1000 / FPS)] * run.record.frames
    path = run.folder / CLIP_FILE
    with whole_file(path) as temporary:
        cv2.imwriteanimation(str(temporary), animation, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return path


def picture(run: SolvedRun, frame: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 RGB of one frame; the matte shows blue where nothing covers it."""
    matte = run.matte(frame)
    shown = display(run.record.effect, run.channels(frame), matte).astype(np.float32)
    free = 1 - np.minimum(shown.max(axis=2, keepdims=True) / 255, 1)
    tinted = np.clip(shown + matte[..., None] * free * MATTE_SHADE, 0, 255)
    return np.asarray(tinted, np.uint8)


def _encoded(picture: NDArray[np.uint8]) -> bytes:
    is_encoded, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
    assert is_encoded
    return bytes(data)
