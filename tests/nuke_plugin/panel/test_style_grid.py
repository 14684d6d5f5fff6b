"""Promises of the grid of styles as it is drawn: sharp on every screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.panel.style_grid import CellPicture, StyleCellPainter, StyleGrid, picture_place
from nuke_plugin.qt import QtCore, QtGui, QtWidgets
from tests.nuke_plugin.panel.style_examples import entry

CELL = QtCore.QRect(0, 0, 120, 140)


class Screen(QtWidgets.QWidget):
    """A widget on a screen with so many device pixels in each of Qt's."""

    ratio = 1.0

    def devicePixelRatioF(self) -> float:
        """Return how many."""
        return self.ratio


def drawn(grid: StyleGrid, painter: StyleCellPainter, screen: Screen) -> QtGui.QImage:
    """Return the first cell of a grid as a screen shows it."""
    ratio = int(screen.ratio)
    image = QtGui.QImage(CELL.size() * ratio, QtGui.QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QtGui.QColor("red"))
    option = QtWidgets.QStyleOptionViewItem()
    option.rect, option.widget = CELL, screen
    brush = QtGui.QPainter(image)
    painter.paint(brush, option, grid.model().index(0, 0))
    brush.end()
    return image


def striped(size: QtCore.QSize) -> QtGui.QPixmap:
    """Return a picture whose columns are black and white by turns."""
    row = bytes(255 * (x % 2) for x in range(size.width()) for _ in "bgra")
    layout = QtGui.QImage.Format.Format_RGB32
    image = QtGui.QImage(row * size.height(), size.width(), size.height(), len(row), layout)
    return QtGui.QPixmap.fromImage(image)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 3.0])
def test_a_picture_has_the_pixels_of_the_screen(nuke: Any, qtbot: Any, ratio: float) -> None:
    """Where a pixel of Qt's is two or three of the screen, a picture is drawn in all of these."""
    grid, screen = StyleGrid(), Screen()
    for widget in (grid, screen):
        qtbot.addWidget(widget)
    grid.setEntries([entry(preview=Path("/nowhere/preview.png"))])
    screen.ratio = ratio
    asked: list[QtCore.QSize] = []

    def source(_: Any, size: QtCore.QSize) -> CellPicture:
        asked.append(size)
        return CellPicture(striped(size))

    place = picture_place(CELL)
    image = drawn(grid, StyleCellPainter(source, grid), screen)
    assert asked == [place.size() * ratio]
    row = int(place.center().y() * ratio)
    left = int(place.left() * ratio)
    seen = [image.pixelColor(left + x, row).red() for x in range(int(place.width() * ratio))]
    assert seen == [255 * (x % 2) for x in range(len(seen))]
