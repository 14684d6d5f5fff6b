"""Holds the wipe: a frame before and after, with a line between that hand or keys move."""

from __future__ import annotations

from typing import Optional

from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets, Signal

_STEP = 0.05
_GRIP_PX = 7
_MARGIN_PX = 4


class WipeView(QtWidgets.QWidget):
    """Two pictures of one size; ``moved`` tells where the line is, 0 at the left to 1."""

    moved = Signal(float)

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._before = QtGui.QPixmap()
        self._after = QtGui.QPixmap()
        self._names = ("plate", "painted")
        self._nothing = ""
        self._line = 0.5
        self.setAccessibleName("Before and after")
        self.setToolTip("Drag the line, or move it with the arrow keys, Home and End.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setMinimumHeight(80)

    def setPictures(
        self, before: QtGui.QPixmap, after: QtGui.QPixmap, names: tuple[str, str]
    ) -> None:
        """Show these pictures under these names; without ``after`` there is no line."""
        self._before, self._after, self._names = before, after, names
        self.update()

    def setNothing(self, reason: str) -> None:
        """Show no picture, and say why."""
        self._before, self._after, self._nothing = QtGui.QPixmap(), QtGui.QPixmap(), reason
        self.update()

    def hasPictures(self) -> bool:
        """Whether there are two pictures to compare."""
        return not self._before.isNull() and not self._after.isNull()

    def line(self) -> float:
        """Return where the line is, 0 at the left to 1 at the right."""
        return self._line

    def setLine(self, line: float) -> None:
        """Move the line."""
        line = min(max(line, 0.0), 1.0)
        if line != self._line:
            self._line = line
            self.moved.emit(line)
            self.update()

    def sizeHint(self) -> QtCore.QSize:
        """Return a size that shows a frame at a glance."""
        return QtCore.QSize(420, 236)

    def picturePlace(self) -> QtCore.QRect:
        """Return where in the widget the pictures are."""
        if self._before.isNull():
            return self.rect()
        size = self._before.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QtCore.QRect(QtCore.QPoint(0, 0), size)
        place.moveCenter(self.rect().center())
        return place

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Draw the left of the one picture and the right of the other."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        if self._before.isNull():
            painter.fillRect(self.rect(), self.palette().color(QtGui.QPalette.ColorRole.Base))
            painter.setPen(self.palette().color(QtGui.QPalette.ColorRole.PlaceholderText))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(self.rect().adjusted(12, 4, -12, -4), flags, self._nothing)
            return
        place = self.picturePlace()
        painter.drawPixmap(place, self._before)
        if not self._after.isNull():
            x = place.left() + round(self._line * place.width())
            painter.save()
            painter.setClipRect(QtCore.QRect(x, place.top(), place.right() - x + 1, place.height()))
            painter.drawPixmap(place, self._after)
            painter.restore()
            self._drawLine(painter, place, x)
        self._drawName(painter, place, self._names[0], Qt.AlignmentFlag.AlignLeft)
        self._drawName(painter, place, self._names[1], Qt.AlignmentFlag.AlignRight)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Take the line to the pointer."""
        self._follow(event)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Move the line along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Move the line by the arrow keys; Home and End show one picture whole."""
        steps = {
            Qt.Key.Key_Left: self._line - _STEP,
            Qt.Key.Key_Right: self._line + _STEP,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        if event.key() in steps:
            self.setLine(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _follow(self, event: QtGui.QMouseEvent) -> None:
        place = self.picturePlace()
        # PySide2 knows no position() of a mouse event, and PySide6 warns of pos().
        position = event.position() if hasattr(event, "position") else event.localPos()
        self.setLine((position.x() - place.left()) / max(1, place.width()))

    def _drawLine(self, painter: QtGui.QPainter, place: QtCore.QRect, x: int) -> None:
        role = QtGui.QPalette.ColorRole.Highlight
        colour = self.palette().color(role) if self.hasFocus() else QtGui.QColor(255, 255, 255)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtGui.QPen(QtGui.QColor(0, 0, 0, 120), 3))
        painter.drawLine(x, place.top(), x, place.bottom())
        painter.setPen(QtGui.QPen(colour, 1))
        painter.drawLine(x, place.top(), x, place.bottom())
        painter.setBrush(colour)
        painter.drawEllipse(QtCore.QPoint(x, place.center().y()), _GRIP_PX, _GRIP_PX)

    def _drawName(
        self,
        painter: QtGui.QPainter,
        place: QtCore.QRect,
        name: str,
        side: Qt.AlignmentFlag,
    ) -> None:
        if not name:
            return
        metrics = self.fontMetrics()
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, place.width() // 2 - 24)
        box = metrics.boundingRect(text).adjusted(-6, -3, 6, 3)
        box.moveBottom(place.bottom() - _MARGIN_PX)
        if side == Qt.AlignmentFlag.AlignLeft:
            box.moveLeft(place.left() + _MARGIN_PX)
        else:
            box.moveRight(place.right() - _MARGIN_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QtGui.QColor(0, 0, 0, 150))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QtGui.QColor(255, 255, 255, 230))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
