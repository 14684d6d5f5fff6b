"""Holds the pictures that networks are tried on: a frame of the shipped film, flats and noise."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.resizing import resized
from nuke_plugin.worker.shot import FIRST_FRAME, DemoShot

FRAME = FIRST_FRAME + 12
"""A character and leaves before a bright sky: dark, light, flat and fine."""

SIZE = (960, 540)


@functools.cache
def photo() -> NDArray[np.float32]:
    """Return the frame, (540, 960, 3) RGB, display encoded in [0, 1]."""
    film = DemoShot(*SIZE).film_picture(FRAME)
    picture = film.astype(np.float32) / np.float32(255)
    picture.setflags(write=False)
    return picture


def photo_of(width: int, height: int) -> NDArray[np.float32]:
    """Return the middle of the photo, in that shape and size: (1, 3, height, width)."""
    whole = photo()
    scale = min(SIZE[0] / width, SIZE[1] / height)
    cut_width, cut_height = max(1, int(width * scale)), max(1, int(height * scale))
    left, top = (SIZE[0] - cut_width) // 2, (SIZE[1] - cut_height) // 2
    cut = whole[top : top + cut_height, left : left + cut_width].transpose(2, 0, 1)
    return np.array(resized(np.ascontiguousarray(cut), width, height))[None]


def flat_of(width: int, height: int, value: float) -> NDArray[np.float32]:
    """Return a picture of one grey, (1, 3, height, width)."""
    return np.full((1, 3, height, width), value, np.float32)


def noise_of(width: int, height: int, seed: int = 0) -> NDArray[np.float32]:
    """Return even noise in [0, 1], (1, 3, height, width), always the same."""
    return np.random.default_rng(seed).random((1, 3, height, width), np.float32)
