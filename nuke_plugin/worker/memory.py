"""Holds what running out of memory means: a frame that is too large, not a fault of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2

from nuke_plugin.contract.errors import OutOfMemory

_OPENCV_NO_MEMORY = -4
"""``cv2.Error.StsNoMem``: OpenCV raises one class for everything."""


@contextmanager
def memory_for(width: int, height: int) -> Iterator[None]:
    """Work on a frame of this size; raise ``OutOfMemory`` when there is not enough for it."""
    try:
        with opencv_memory():
            yield
    except MemoryError as error:
        raise OutOfMemory(width, height) from error


@contextmanager
def opencv_memory() -> Iterator[None]:
    """Work with OpenCV; raise ``MemoryError`` when it had none, as all others do."""
    try:
        yield
    except cv2.error as error:
        if error.code != _OPENCV_NO_MEMORY:
            raise
        raise MemoryError(str(error)) from error
