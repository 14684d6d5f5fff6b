"""Makes the stand-in Nuke host importable as `nuke`, and starts it afresh for a test that asks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "standin" / "host"))


@pytest.fixture
def nuke_host() -> Iterator[ModuleType]:
    """Start a new Nuke in GUI mode, without plugins; yield the package that drives it."""
    import nuke  # noqa: F401  it sets the session up
    import nuke_standin

    nuke_standin.reset(gui=True)
    yield nuke_standin
    nuke_standin.reset(gui=True)
