"""Holds the moving pictures of the grid: sprites, played while somebody looks at the cell.

A movie needs codecs that Nuke's Qt has not; a sheet of small pictures is a PNG, which every Qt
reads. Nothing runs by itself: a cell that is drawn as playing asks for the picture of this moment,
and only that makes it be drawn again. One that is scrolled away, hidden or left asks no more.
"""

from __future__ import annotations

from typing import Optional

from nuke_plugin.panel.thumbnails import Thumbnails
from nuke_plugin.qt import QtCore, QtGui, QtWidgets
from nuke_plugin.style_list import MovingPreview

_SHEET = QtCore.QSize(4096, 4096)
"""A sheet is read as it is unless it is larger in both ways."""


class MovingPictures(QtCore.QObject):
    """The pictures of this moment, for one view."""

    def __init__(self, thumbnails: Thumbnails, view: QtWidgets.QAbstractItemView) -> None:
        super().__init__(view)
        self._thumbnails = thumbnails
        self._view = view
        self._drawn: list[QtCore.QRect] = []
        self._clock = QtCore.QElapsedTimer()
        self._clock.start()
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._draw_again)

    def picture(self, moving: MovingPreview, place: QtCore.QRect) -> Optional[QtGui.QPixmap]:
        """Return the picture of this moment for a place that is being drawn; asks for the next one.

        None while the sheet is being read, and for one that cannot be.
        """
        sheet = self._thumbnails.picture(moving.file, _SHEET)
        if sheet is None or sheet.isNull():
            return None
        sprites = moving.sprites
        width, height = sheet.width() // sprites.columns, sheet.height() // sprites.rows
        if not width or not height:
            return None
        self._drawn.append(QtCore.QRect(place))
        if not self._timer.isActive():
            self._timer.start(max(1, round(1000 / sprites.frames_per_second)))
        at = int(self._clock.elapsed() * sprites.frames_per_second / 1000) % sprites.count
        row, column = divmod(at, sprites.columns)
        return sheet.copy(column * width, row * height, width, height)

    def is_playing(self) -> bool:
        """Whether anything is drawn again and again."""
        return bool(self._timer.isActive())

    def _draw_again(self) -> None:
        drawn, self._drawn = self._drawn, []
        if not drawn:
            self._timer.stop()
        for place in drawn:
            self._view.viewport().update(place)
