"""Holds the sprites of an effect's folder: its movie as a sheet of small pictures, for the panel.

Qt plays no movie without codecs, and every Qt reads a PNG. Smoke and fire leave most of a picture
empty; water, which fills it, gets fewer pictures in as many bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import Sprites

SPRITES_FILE = "sprites.png"
SPRITE_SIZE = (192, 108)
LARGEST_BYTES = 400_000
COLUMNS = 6
SLOWEST = 6.0
"""Pictures a second below which nothing seems to move."""

Picture = NDArray[np.uint8]


def write_sprites(
    file: Path, pictures: Sequence[Picture], frames_per_second: float, largest: int = LARGEST_BYTES
) -> Sprites:
    """Writes a loop's pictures, (H, W, 3) uint8 RGB, as a sheet; returns what a card says of it.

    Every second picture is shown, or fewer until the sheet has at most `largest` bytes; only steps
    that divide the loop, so that it closes.
    """
    count = len(pictures)
    shown = [step for step in range(2, count) if count % step == 0]
    steps = [step for step in shown if frames_per_second / step >= SLOWEST] or [1]
    small = [
        np.asarray(cv2.resize(one, SPRITE_SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for one in pictures
    ]
    for step in steps:
        sheet = _sheet(small[::step])
        if len(sheet) <= largest:
            break
    file.write_bytes(sheet)
    return Sprites(file.name, count // step, min(COLUMNS, count // step), frames_per_second / step)


def _sheet(pictures: Sequence[Picture]) -> bytes:
    """A PNG of the pictures, row by row; cells that are left over are black."""
    columns = min(COLUMNS, len(pictures))
    left = -len(pictures) % columns
    cells = [*pictures, *[np.zeros_like(pictures[0])] * left]
    rows = [np.concatenate(cells[at : at + columns], 1) for at in range(0, len(cells), columns)]
    bgr = cv2.cvtColor(np.concatenate(rows), cv2.COLOR_RGB2BGR)
    ok, data = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert ok
    return data.tobytes()
