"""Promises of the wipe, with real Qt drawing off screen."""

from __future__ import annotations

from typing import Any

import pytest

from nuke_plugin.panel.wipe_view import WipeView
from nuke_plugin.qt import Qt, QtCore, QtGui

RED, BLUE = (255, 0, 0), (0, 0, 255)


def filled(colour: tuple[int, int, int]) -> QtGui.QPixmap:
    """Return a picture of one colour, 160 by 90."""
    picture = QtGui.QPixmap(160, 90)
    picture.fill(QtGui.QColor(*colour))
    return picture


@pytest.fixture
def wipe(nuke: Any, qtbot: Any) -> WipeView:
    """Return a wipe from red to blue, shown, wider than its pictures."""
    view = WipeView()
    qtbot.addWidget(view)
    view.resize(400, 180)
    view.setPictures(filled(RED), filled(BLUE), ("plate", "painted"))
    view.show()
    return view


def colour_at(view: WipeView, part: float) -> tuple[int, ...]:
    """Return the colour at a part of the pictures' width, a quarter down."""
    place = view.picturePlace()
    x = place.left() + round(part * (place.width() - 1))
    image = view.grab().toImage()
    return image.pixelColor(x, place.top() + place.height() // 4).getRgb()[:3]


def test_it_shows_before_left_and_after_right(wipe: WipeView) -> None:
    """Left of the line is the one picture, right of it the other, in their own shape."""
    assert colour_at(wipe, 0.2) == RED
    assert colour_at(wipe, 0.8) == BLUE
    assert wipe.picturePlace().size() == QtCore.QSize(320, 180)


def test_a_drag_moves_the_line(wipe: WipeView, qtbot: Any) -> None:
    """Pressing and dragging takes the line along, and no further than the edges."""
    place = wipe.picturePlace()
    start = QtCore.QPoint(place.left() + place.width() // 10, place.center().y())
    qtbot.mousePress(wipe, Qt.MouseButton.LeftButton, pos=start)
    assert wipe.line() == pytest.approx(0.1, abs=0.01)
    assert colour_at(wipe, 0.2) == BLUE
    qtbot.mousePress(wipe, Qt.MouseButton.LeftButton, pos=QtCore.QPoint(399, 10))

    assert wipe.line() == 1.0
    assert colour_at(wipe, 0.9) == RED


def test_the_keys_move_the_line(wipe: WipeView, qtbot: Any) -> None:
    """Arrows move it a little, Home and End to the edges."""
    qtbot.keyClick(wipe, Qt.Key.Key_Right)
    assert wipe.line() == pytest.approx(0.55)
    qtbot.keyClick(wipe, Qt.Key.Key_Home)
    assert wipe.line() == 0.0
    qtbot.keyClick(wipe, Qt.Key.Key_Left)
    assert wipe.line() == 0.0
    qtbot.keyClick(wipe, Qt.Key.Key_End)
    assert wipe.line() == 1.0


def test_one_picture_has_no_line(wipe: WipeView) -> None:
    """While the painted one is on its way, the plate is shown whole."""
    wipe.setPictures(filled(RED), QtGui.QPixmap(), ("plate", "painting..."))
    assert not wipe.hasPictures()
    assert colour_at(wipe, 0.2) == colour_at(wipe, 0.8) == RED


def test_nothing_says_why(wipe: WipeView) -> None:
    """Without pictures a sentence stands in their place."""
    before = wipe.grab().toImage()
    wipe.setNothing("Select a node.")
    after = wipe.grab().toImage()
    colours = {after.pixelColor(x, y).getRgb() for x in range(400) for y in range(60, 120)}
    assert before != after
    assert len(colours) > 2
