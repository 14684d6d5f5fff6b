"""Gives the tests of the panel the panel itself, off screen, in a saved script with a plate."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.nuke_plugin.comp import Comp

if TYPE_CHECKING:
    from nuke_plugin.panel.dock import Panel


@pytest.fixture(autouse=True)
def no_favourites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep favourites in the test's own folder; return the file, which is not there yet."""
    file = tmp_path / "home of ana" / "favourites.json"
    monkeypatch.setenv("IMPASTO_FAVOURITES", str(file))
    return file


@pytest.fixture(autouse=True)
def no_previews(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Take no frame by itself: the tests of the previews wait for no still moment instead."""
    if "nuke" in request.fixturenames:
        request.getfixturevalue("nuke")
        from nuke_plugin.panel import frame_previews

        monkeypatch.setattr(frame_previews, "SETTLED_SECONDS", 1e9)


@pytest.fixture
def panel(comp: Comp, qtbot: Any) -> Iterator[Panel]:
    """Return the panel as it looks in a saved script with a plate, shown.

    At its end what it was having painted has ended: a thread that is only about to start a worker
    would start it in the middle of the next test.
    """
    from nuke_plugin.panel.dock import Panel

    panel = Panel()
    previews = panel.styles.previews
    qtbot.addWidget(panel)
    panel.resize(420, 640)
    panel.show()
    yield panel
    patience = time.monotonic() + 60.0
    while previews.is_painting():
        assert time.monotonic() < patience, "A preview has not ended a minute after its panel."
        time.sleep(0.02)
