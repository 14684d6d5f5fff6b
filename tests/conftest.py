"""Makes the stand-in Nuke host importable as `nuke`, and starts it afresh for a test that asks."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "standin" / "host"))

# PySide6 6.12.0 gives one reference to None away with each call that returns nothing, and Python
# before 3.12 counts them: after some ten thousand calls it ends with "none_dealloc". So there are
# more of them, in a list that is never let go.
_SPARE = [None, True, False] * 1_000_000
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_SPARE))


@pytest.fixture
def nuke_host() -> Iterator[ModuleType]:
    """Start a new Nuke in GUI mode, without plugins; yield the package that drives it."""
    import nuke  # noqa: F401  it sets the session up
    import nuke_standin

    nuke_standin.reset(gui=True)
    yield nuke_standin
    nuke_standin.reset(gui=True)
