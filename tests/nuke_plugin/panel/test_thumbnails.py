"""Promises of the panel's pictures: read beside the GUI, at the size they are drawn."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.panel import thumbnails
from nuke_plugin.panel.thumbnails import Thumbnails
from nuke_plugin.qt import QtCore, QtGui

SIZE = QtCore.QSize(160, 90)


@pytest.fixture
def picture_file(nuke: Any, tmp_path: Path) -> Path:
    """Return a PNG of 640 by 480 pixels, orange."""
    image = QtGui.QImage(640, 480, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor(220, 120, 60))
    file = tmp_path / "a picture été.png"
    assert image.save(str(file))
    return file


def fetched(cache: Thumbnails, file: Path, qtbot: Any) -> QtGui.QPixmap:
    """Return a picture after waiting for it."""
    qtbot.waitUntil(lambda: cache.picture(file, SIZE) is not None, timeout=10000)
    found = cache.picture(file, SIZE)
    assert found is not None
    return found


def test_a_picture_arrives_small(picture_file: Path, qtbot: Any) -> None:
    """Asking gives nothing at first, then a picture that just fills the size, and is announced."""
    cache = Thumbnails()
    assert cache.picture(picture_file, SIZE) is None
    with qtbot.waitSignal(cache.arrived, timeout=10000):
        pass
    found = cache.picture(picture_file, SIZE)

    assert found is not None
    assert (found.width(), found.height()) == (160, 120)
    assert cache.is_idle()


def test_an_unreadable_picture_is_told_as_null(nuke: Any, tmp_path: Path, qtbot: Any) -> None:
    """A file that is missing or no picture comes as a null picture, and is not asked for again."""
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    cache = Thumbnails()
    assert fetched(cache, tmp_path / "text.png", qtbot).isNull()
    assert fetched(cache, tmp_path / "missing.png", qtbot).isNull()
    assert cache.is_idle()


def test_nothing_is_read_on_qt_s_thread(
    picture_file: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    """Files are read on another thread: a dead network drive holds up no painting."""
    threads: list[threading.Thread] = []
    read = thumbnails._read

    def watched(*asked: Any) -> Any:
        threads.append(threading.current_thread())
        return read(*asked)

    monkeypatch.setattr(thumbnails, "_read", watched)
    fetched(Thumbnails(), picture_file, qtbot)
    assert threads
    assert threading.main_thread() not in threads


def test_memory_is_bounded(picture_file: Path, monkeypatch: pytest.MonkeyPatch, qtbot: Any) -> None:
    """Pictures that were not drawn for long are let go when there are too many."""
    monkeypatch.setattr(thumbnails, "_MOST_BYTES", 160 * 120 * 4 * 2)
    cache = Thumbnails()
    others = [picture_file.with_name(f"{n}.png") for n in range(3)]
    for other in others:
        other.write_bytes(picture_file.read_bytes())
        fetched(cache, other, qtbot)

    assert cache.picture(others[2], SIZE) is not None
    assert cache.picture(others[0], SIZE) is None


def test_a_changed_picture_is_read_again(picture_file: Path, qtbot: Any) -> None:
    """After ``forget`` the file is read anew."""
    cache = Thumbnails()
    fetched(cache, picture_file, qtbot)
    blue = QtGui.QImage(640, 480, QtGui.QImage.Format.Format_RGB32)
    blue.fill(QtGui.QColor(0, 0, 255))
    blue.save(str(picture_file))
    cache.forget()

    assert fetched(cache, picture_file, qtbot).toImage().pixelColor(5, 5).blue() == 255
