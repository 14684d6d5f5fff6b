"""Holds the two ways the plugin treats Nuke's undo history: one step per user action, or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import nuke


@contextmanager
def one_step(label: str) -> Iterator[None]:
    """Make everything inside one step of Undo, shown as ``label``."""
    undo = nuke.Undo()
    undo.begin(label)
    try:
        yield
    finally:
        undo.end()


@contextmanager
def not_recorded() -> Iterator[None]:
    """Keep everything inside out of the history: progress and results are no user's action."""
    undo = nuke.Undo()
    undo.disable()
    try:
        yield
    finally:
        undo.enable()
