"""Gives the tests of the installation a home of its own, without Nuke's variables."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that is now the user's home; its name is not plain."""
    folder = tmp_path / "Zuhause é 映"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("NUKE_PATH", raising=False)
    monkeypatch.delenv("IMPASTO_PYTHON", raising=False)
    return folder
