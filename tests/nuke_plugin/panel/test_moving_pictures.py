"""Promises of moving pictures in the grid: looked at they play, else nothing runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.effect_card import Sprites
from nuke_plugin.panel.style_grid import StyleGrid, picture_place
from nuke_plugin.qt import QtGui
from nuke_plugin.style_list import MovingPreview
from tests.nuke_plugin.panel.style_examples import entry

COLOURS = ((250, 20, 20), (20, 250, 20), (20, 20, 250))
STILL = (90, 80, 70)
PATIENCE_MS = 10_000


def picture(file: Path, columns: int, rows: int, cells: Any) -> Path:
    """Write a picture of cells of one colour each."""
    image = QtGui.QImage(32 * columns, 18 * rows, QtGui.QImage.Format.Format_RGB32)
    image.fill(QtGui.QColor(0, 0, 0))
    painter = QtGui.QPainter(image)
    for at, colour in enumerate(cells):
        painter.fillRect(32 * (at % columns), 18 * (at // columns), 32, 18, QtGui.QColor(*colour))
    painter.end()
    assert image.save(str(file))
    return file


def moving_entry(folder: Path, name: str, sheet: str = "sheet.png") -> Any:
    """Return an entry with a still and a sheet of three pictures in two columns."""
    moving = MovingPreview(folder / sheet, Sprites(sheet, 3, 2, 50.0))
    return entry(name, preview=folder / "still.png", moving=moving)


@pytest.fixture
def grid(nuke: Any, tmp_path: Path, qtbot: Any) -> StyleGrid:
    """Return the grid with two moving pictures, one that is damaged and one that is gone."""
    picture(tmp_path / "still.png", 1, 1, [STILL])
    picture(tmp_path / "sheet.png", 2, 2, COLOURS)
    (tmp_path / "damaged.png").write_bytes((tmp_path / "sheet.png").read_bytes()[:60])
    grid = StyleGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 400)
    sheets = {"one": "sheet.png", "two": "sheet.png", "damaged": "damaged.png", "gone": "gone.png"}
    grid.setEntries([moving_entry(tmp_path, *both) for both in sheets.items()])
    grid.show()
    return grid


def shown(grid: StyleGrid, row: int) -> tuple[int, ...]:
    """Return the colour in the middle of a cell's picture."""
    place = picture_place(grid.visualRect(grid.model().index(row, 0)))
    colour = grid.viewport().grab(place).toImage()
    return tuple(colour.pixelColor(colour.width() // 2, colour.height() // 2).getRgb()[:3])


def test_the_chosen_one_plays_and_no_other(grid: StyleGrid, qtbot: Any) -> None:
    """Every picture of the sheet is shown in turn, never its empty cell; the others stand still."""
    grid.setCurrentIndex(grid.model().index(0, 0))
    qtbot.waitUntil(lambda: shown(grid, 0) in COLOURS, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: shown(grid, 1) == STILL, timeout=PATIENCE_MS)
    seen: set[tuple[int, ...]] = set()

    def has_gone_round() -> bool:
        seen.add(shown(grid, 0))
        return len(seen) >= 3

    qtbot.waitUntil(has_gone_round, timeout=PATIENCE_MS)
    assert seen == set(COLOURS)
    assert shown(grid, 1) == STILL
    grid.setCurrentIndex(grid.model().index(1, 0))
    qtbot.waitUntil(lambda: shown(grid, 1) in COLOURS, timeout=PATIENCE_MS)
    assert shown(grid, 0) == STILL


def test_what_nobody_sees_costs_nothing(grid: StyleGrid, qtbot: Any) -> None:
    """The clock runs by itself while the chosen cell is on the screen, and stops when hidden."""
    grid.setCurrentIndex(grid.model().index(0, 0))
    qtbot.waitUntil(lambda: shown(grid, 0) in COLOURS, timeout=PATIENCE_MS)
    drawn = []
    really_draw = grid.moving.picture
    grid.moving.picture = lambda *asked: drawn.append(1) or really_draw(*asked)  # type: ignore
    qtbot.waitUntil(lambda: len(drawn) >= 3, timeout=PATIENCE_MS)  # nothing else asks for it
    grid.hide()
    qtbot.waitUntil(lambda: not grid.moving.is_playing(), timeout=PATIENCE_MS)
    drawn.clear()
    qtbot.wait(100)
    assert drawn == []
    grid.show()
    qtbot.waitUntil(grid.moving.is_playing, timeout=PATIENCE_MS)
    grid.setCurrentIndex(grid.model().index(2, 0))
    qtbot.waitUntil(lambda: not grid.moving.is_playing(), timeout=PATIENCE_MS)


def test_a_sheet_that_cannot_be_read_leaves_the_still(grid: StyleGrid, qtbot: Any) -> None:
    """A damaged file and one that is gone show the still picture, and nothing plays or raises."""
    for row in (2, 3):
        grid.setCurrentIndex(grid.model().index(row, 0))
        qtbot.waitUntil(lambda at=row: shown(grid, at) == STILL, timeout=PATIENCE_MS)
        qtbot.waitUntil(grid.thumbnails.is_idle, timeout=PATIENCE_MS)
        assert shown(grid, row) == STILL
        qtbot.waitUntil(lambda: not grid.moving.is_playing(), timeout=PATIENCE_MS)
