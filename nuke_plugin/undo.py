"""Holds what is an edit of the script for Nuke: one step of Undo for each of the user, or none."""

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


@contextmanager
def not_noticed() -> Iterator[None]:
    """Keep everything inside out of the history, and a script that was saved counts as saved.

    For what shows a state and is made anew at any time: it is nothing to save.
    """
    root = nuke.root()
    was_modified = root.modified()
    try:
        with not_recorded():
            yield
    finally:
        root.setModified(was_modified)
