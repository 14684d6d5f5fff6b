"""Holds the grid of styles: a picture of each at work, with the painting's name and artist.

A list view in icon mode, because it brings arrow keys, type-ahead and screen readers along; only
the drawing of one cell is ours. Colours come from the palette, so it looks as Nuke does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

from nuke_plugin import rich_text
from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets, Signal
from nuke_plugin.style_list import StyleEntry

_USUAL_CELL_PX = 170
_MARGIN_PX = 6
_PICTURE_SHAPE = 16 / 9

_ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_PICTURE_ROLE = int(Qt.ItemDataRole.UserRole) + 1

Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


class StyleModel(QtCore.QAbstractListModel):
    """The styles as Qt's views read them."""

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._entries: list[StyleEntry] = []
        self._pictures: list[QtGui.QPixmap] = []

    def setEntries(self, entries: Sequence[StyleEntry]) -> None:
        """Show these styles; a picture that cannot be read is left empty."""
        self.beginResetModel()
        self._entries = list(entries)
        self._pictures = [QtGui.QPixmap(str(entry.preview)) for entry in entries]
        self.endResetModel()

    def rowCount(self, parent: Index = QtCore.QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return the number of styles."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = _ENTRY_ROLE) -> Any:
        """Return the entry, its picture, or its name for type-ahead and tooltip."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == _ENTRY_ROLE:
            return entry
        if role == _PICTURE_ROLE:
            return self._pictures[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole):
            return entry.title
        if role == int(Qt.ItemDataRole.ToolTipRole):
            lines = (entry.title, entry.credit, f"{entry.model_id} / {entry.style_id}")
            return rich_text.tooltip("\n".join(lines))
        return None

    def row(self, model_id: str, style_id: str) -> int:
        """Return the row of a style, or -1."""
        for row, entry in enumerate(self._entries):
            if (entry.model_id, entry.style_id) == (model_id, style_id):
                return row
        return -1


class StyleCellPainter(QtWidgets.QStyledItemDelegate):
    """Draws one cell: picture, name, artist and year; a frame in the highlight when chosen."""

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: Index) -> QtCore.QSize:
        """Return the size of the view's grid."""
        view = option.widget
        return view.gridSize() if isinstance(view, QtWidgets.QListView) else QtCore.QSize()

    def paint(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw the cell."""
        entry: StyleEntry = index.data(_ENTRY_ROLE)
        cell = option.rect.adjusted(_MARGIN_PX // 2, _MARGIN_PX // 2, -_MARGIN_PX // 2, 0)
        picture = QtCore.QRect(
            cell.left(), cell.top(), cell.width(), round(cell.width() / _PICTURE_SHAPE)
        )
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QtWidgets.QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        _draw_picture(painter, picture, index.data(_PICTURE_ROLE), option.palette)
        if chosen or hovered:
            colour = option.palette.color(QtGui.QPalette.ColorRole.Highlight)
            colour.setAlphaF(1.0 if chosen else 0.45)
            painter.setPen(QtGui.QPen(colour, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(picture.adjusted(1, 1, -1, -1))
        _draw_lines(painter, cell, picture.bottom(), entry, option)
        painter.restore()


class StyleGrid(QtWidgets.QListView):
    """The grid; ``applied`` is sent by Return and by a double click."""

    applied = Signal()

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("styles")
        self.setAccessibleName("Styles")
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setMinimumHeight(140)
        self.setItemDelegate(StyleCellPainter(self))
        self._model = StyleModel(self)
        self.setModel(self._model)
        self.doubleClicked.connect(lambda _: self.applied.emit())

    def setEntries(self, entries: Sequence[StyleEntry]) -> None:
        """Show these styles and choose the one chosen before, else the first."""
        before = self.chosen()
        self._model.setEntries(entries)
        self._fit_cells()
        if before is None or not self.choose(before.model_id, before.style_id):
            self.setCurrentIndex(self._model.index(0, 0))

    def choose(self, model_id: str, style_id: str) -> bool:
        """Choose a style; False when it is not in the grid."""
        row = self._model.row(model_id, style_id)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row, 0))
        return row >= 0

    def chosen(self) -> Optional[StyleEntry]:
        """Return the chosen style, or None when the grid is empty."""
        index = self.currentIndex()
        return index.data(_ENTRY_ROLE) if index.isValid() else None

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Apply on Return; Qt knows the rest."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen() is not None:
            self.applied.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Let the cells fill the width."""
        super().resizeEvent(event)
        self._fit_cells()

    def _fit_cells(self) -> None:
        # Qt keeps room for a scroll bar even while none is shown, and wraps a row that is full.
        bar = self.style().pixelMetric(QtWidgets.QStyle.PixelMetric.PM_ScrollBarExtent)
        width = self.width() - bar - 4
        columns = max(1, min(round(width / _USUAL_CELL_PX), self._model.rowCount()))
        cell = min(width // columns, 2 * _USUAL_CELL_PX)
        lines = 2 * self.fontMetrics().lineSpacing() + _MARGIN_PX
        height = round((cell - _MARGIN_PX) / _PICTURE_SHAPE) + lines + 2 * _MARGIN_PX
        self.setGridSize(QtCore.QSize(cell, height))


def _draw_picture(
    painter: QtGui.QPainter,
    place: QtCore.QRect,
    picture: QtGui.QPixmap,
    palette: QtGui.QPalette,
) -> None:
    """Fill the place with the middle of the picture, or say that there is none."""
    if picture.isNull():
        painter.fillRect(place, palette.color(QtGui.QPalette.ColorRole.AlternateBase))
        painter.setPen(_dimmed(palette))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), "no preview")
        return
    wanted = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    scale = picture.width() / max(1, wanted.width())
    part = QtCore.QRectF(0, 0, place.width() * scale, place.height() * scale)
    part.moveCenter(QtCore.QRectF(picture.rect()).center())
    painter.drawPixmap(QtCore.QRectF(place), picture, part)


def _draw_lines(
    painter: QtGui.QPainter,
    cell: QtCore.QRect,
    top: int,
    entry: StyleEntry,
    option: QtWidgets.QStyleOptionViewItem,
) -> None:
    metrics = option.fontMetrics
    line = QtCore.QRect(cell.left() + 1, top + _MARGIN_PX, cell.width() - 2, metrics.lineSpacing())
    left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    elide = Qt.TextElideMode.ElideRight
    painter.setPen(option.palette.color(QtGui.QPalette.ColorRole.Text))
    painter.drawText(line, left, metrics.elidedText(entry.title, elide, line.width()))
    painter.setPen(_dimmed(option.palette))
    credit = metrics.elidedText(entry.credit, elide, line.width())
    painter.drawText(line.translated(0, metrics.lineSpacing()), left, credit)


def _dimmed(palette: QtGui.QPalette) -> QtGui.QColor:
    colour = palette.color(QtGui.QPalette.ColorRole.Text)
    colour.setAlphaF(0.6)
    return colour
