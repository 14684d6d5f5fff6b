"""Holds what running out of memory means: a frame that is too large, not a fault of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nuke_plugin.contract.errors import OutOfMemory


@contextmanager
def memory_for(width: int, height: int) -> Iterator[None]:
    """Work on a frame of this size; raise ``OutOfMemory`` when there is not enough for it."""
    try:
        yield
    except MemoryError as error:
        raise OutOfMemory(width, height) from error
