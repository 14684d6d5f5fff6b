"""Holds the grid of styles: a picture of each at work, with the painting's name and artist.

A list view in icon mode, because it brings arrow keys, type-ahead and screen readers along; only
the drawing of one cell is ours. Colours come from the palette, so it looks as Nuke does. Pictures
are asked for when a cell is drawn: of a hundred styles only those on the screen are read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from nuke_plugin import qt, rich_text
from nuke_plugin.panel import style_drag
from nuke_plugin.panel.moving_pictures import MovingPictures
from nuke_plugin.panel.thumbnails import Thumbnails
from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets, Signal
from nuke_plugin.style_list import StyleEntry

_USUAL_CELL_PX = 170
_MARGIN_PX = 6
_PICTURE_SHAPE = 16 / 9
_STAR_PX = 18

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_FAVOURITE_ROLE = ENTRY_ROLE + 1

Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


@dataclass(frozen=True)
class CellPicture:
    """What a cell shows now."""

    picture: Optional[QtGui.QPixmap]
    """The picture; None while it is being read, null when it cannot be."""

    note: str = ""
    """A word over the picture: that it is not painted yet."""


PictureSource = Callable[[StyleEntry, QtCore.QSize], CellPicture]
"""Returns what to show of a style in a size of device pixels, at once."""


class StyleModel(QtCore.QAbstractListModel):
    """The styles as Qt's views read them."""

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._entries: list[StyleEntry] = []
        self._favourites: frozenset[tuple[str, str]] = frozenset()

    def setEntries(self, entries: Sequence[StyleEntry]) -> None:
        """Show these styles."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def entries(self) -> list[StyleEntry]:
        """Return all styles, in their order."""
        return list(self._entries)

    def setFavourites(self, favourites: Collection[tuple[str, str]]) -> None:
        """Mark these styles with a star."""
        self._favourites = frozenset(favourites)
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, 0))

    def rowCount(self, parent: Index = QtCore.QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return the number of styles."""
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that a style can be dragged."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def data(self, index: Index, role: int = ENTRY_ROLE) -> Any:
        """Return the entry, whether it is a favourite, or its name for type-ahead and tooltip."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == _FAVOURITE_ROLE:
            return entry.key in self._favourites
        if role == int(Qt.ItemDataRole.DisplayRole):
            return entry.title
        if role == int(Qt.ItemDataRole.AccessibleDescriptionRole):
            return entry.credit
        if role == int(Qt.ItemDataRole.ToolTipRole):
            lines = (entry.title, entry.credit, f"{entry.model_id} / {entry.style_id}")
            return rich_text.tooltip("\n".join(line for line in lines if line))
        return None

    def mimeTypes(self) -> list[str]:
        """Return what a dragged style may be read as."""
        return [style_drag.MIME_TYPE, "text/plain"]

    def mimeData(self, indexes: Sequence[QtCore.QModelIndex]) -> QtCore.QMimeData:
        """Return what a dragged style carries."""
        entry: StyleEntry = indexes[0].data(ENTRY_ROLE)
        text = style_drag.text_of(*entry.key)
        data = QtCore.QMimeData()
        data.setText(text)
        data.setData(style_drag.MIME_TYPE, QtCore.QByteArray(text.encode("utf-8")))
        return data

    def row(self, model_id: str, style_id: str) -> int:
        """Return the row of a style, or -1."""
        for row, entry in enumerate(self._entries):
            if entry.key == (model_id, style_id):
                return row
        return -1


class StyleCellPainter(QtWidgets.QStyledItemDelegate):
    """Draws one cell: picture, name, artist and year; a frame in the highlight when chosen."""

    def __init__(
        self,
        source: PictureSource,
        parent: QtWidgets.QWidget,
        moving: Optional[MovingPictures] = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._moving = moving

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: Index) -> QtCore.QSize:
        """Return the size of the view's grid."""
        view = option.widget
        return view.gridSize() if isinstance(view, QtWidgets.QListView) else QtCore.QSize()

    def paint(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw the cell."""
        entry: StyleEntry = index.data(ENTRY_ROLE)
        place = picture_place(option.rect)
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QtWidgets.QStyle.StateFlag.State_MouseOver)
        scale = option.widget.devicePixelRatioF() if option.widget is not None else 1.0
        is_looked_at = chosen or hovered
        shown = (self._moment(entry, place) if is_looked_at else None) or self._source(
            entry, place.size() * scale
        )
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        draw_picture(painter, place, shown.picture, option.palette)
        if shown.note:
            _draw_note(painter, place, shown.note, option)
        if index.data(_FAVOURITE_ROLE):
            _draw_star(painter, place)
        if chosen or hovered:
            colour = option.palette.color(QtGui.QPalette.ColorRole.Highlight)
            colour.setAlphaF(1.0 if chosen else 0.45)
            painter.setPen(QtGui.QPen(colour, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))
        _draw_lines(painter, place, entry, option)
        painter.restore()

    def _moment(self, entry: StyleEntry, place: QtCore.QRect) -> Optional[CellPicture]:
        """Return what a moving picture shows now; None where there is none to be had."""
        if self._moving is None or entry.moving is None:
            return None
        picture = self._moving.picture(entry.moving, place)
        return None if picture is None else CellPicture(picture)


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
        self.setDragEnabled(True)  # which a static movement switches off
        self.setDragDropMode(QtWidgets.QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setMinimumHeight(140)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.arrived.connect(self.viewport().update)
        self.picture_source: PictureSource = self.cardPicture
        self.moving = MovingPictures(self.thumbnails, self)
        self.setItemDelegate(
            StyleCellPainter(lambda *asked: self.picture_source(*asked), self, self.moving)
        )
        self._model = StyleModel(self)
        self.setModel(self._model)
        self.doubleClicked.connect(lambda _: self.applied.emit())

    def cardPicture(self, entry: StyleEntry, size: QtCore.QSize) -> CellPicture:
        """Return the picture that came with the model."""
        return CellPicture(self.thumbnails.picture(entry.preview, size))

    def setEntries(self, entries: Sequence[StyleEntry]) -> None:
        """Show these styles and choose the one chosen before, else the first."""
        before = self.chosen()
        self._model.setEntries(entries)
        self._fit_cells()
        if before is None or not self.choose(*before.key):
            self.setCurrentIndex(self._model.index(0, 0))

    def setFavourites(self, favourites: Collection[tuple[str, str]]) -> None:
        """Mark these styles with a star."""
        self._model.setFavourites(favourites)

    def choose(self, model_id: str, style_id: str) -> bool:
        """Choose a style; False when it is not in the grid."""
        row = self._model.row(model_id, style_id)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row, 0))
        return row >= 0

    def chosen(self) -> Optional[StyleEntry]:
        """Return the chosen style, or None when the grid is empty."""
        index = self.currentIndex()
        return index.data(ENTRY_ROLE) if index.isValid() else None

    def entries(self) -> list[StyleEntry]:
        """Return all styles in the grid."""
        return self._model.entries()

    def visibleEntries(self) -> list[StyleEntry]:
        """Return the styles on the screen, top left first."""
        screen = self.viewport().rect()
        rows = range(self._model.rowCount())
        indexes = (self._model.index(row, 0) for row in rows)
        return [
            index.data(ENTRY_ROLE) for index in indexes if self.visualRect(index).intersects(screen)
        ]

    def startDrag(self, actions: Qt.DropAction) -> None:
        """Drag the chosen style, with its picture under the pointer."""
        index = self.currentIndex()
        if not index.isValid():
            return
        place = picture_place(self.visualRect(index))
        drag = QtGui.QDrag(self)
        drag.setMimeData(self._model.mimeData([index]))
        drag.setPixmap(self.viewport().grab(place))
        drag.setHotSpot(QtCore.QPoint(place.width() // 2, place.height() // 2))
        qt.run(drag, Qt.DropAction.CopyAction)

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


def picture_place(cell: QtCore.QRect) -> QtCore.QRect:
    """Return where in a cell its picture is."""
    inner = cell.adjusted(_MARGIN_PX // 2, _MARGIN_PX // 2, -_MARGIN_PX // 2, 0)
    height = round(inner.width() / _PICTURE_SHAPE)
    return QtCore.QRect(inner.left(), inner.top(), inner.width(), height)


def draw_picture(
    painter: QtGui.QPainter,
    place: QtCore.QRect,
    picture: Optional[QtGui.QPixmap],
    palette: QtGui.QPalette,
) -> None:
    """Fill the place with the middle of the picture, or say that there is none."""
    if picture is None or picture.isNull():
        painter.fillRect(place, palette.color(QtGui.QPalette.ColorRole.AlternateBase))
        if picture is not None:
            painter.setPen(dimmed(palette))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), "no preview")
        return
    wanted = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    scale = picture.width() / max(1, wanted.width())
    part = QtCore.QRectF(0, 0, place.width() * scale, place.height() * scale)
    part.moveCenter(QtCore.QRectF(picture.rect()).center())
    painter.drawPixmap(QtCore.QRectF(place), picture, part)


def dimmed(palette: QtGui.QPalette) -> QtGui.QColor:
    """Return the colour of text that says less."""
    colour = palette.color(QtGui.QPalette.ColorRole.Text)
    colour.setAlphaF(0.6)
    return colour


def _draw_note(
    painter: QtGui.QPainter,
    place: QtCore.QRect,
    note: str,
    option: QtWidgets.QStyleOptionViewItem,
) -> None:
    """Darken a picture that is not the artist's own frame, and say why."""
    painter.fillRect(place, QtGui.QColor(0, 0, 0, 120))
    line = QtCore.QRect(place.left(), place.bottom() - option.fontMetrics.height() - 5, 0, 0)
    line.setSize(QtCore.QSize(place.width(), option.fontMetrics.height() + 2))
    painter.setPen(QtGui.QColor(255, 255, 255, 220))
    painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), note)


def _draw_star(painter: QtGui.QPainter, place: QtCore.QRect) -> None:
    corner = QtCore.QRect(place.right() - _STAR_PX - 3, place.top() + 4, _STAR_PX, _STAR_PX)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QtGui.QColor(0, 0, 0, 150))
    painter.drawEllipse(corner)
    painter.setPen(QtGui.QColor(255, 205, 70))
    painter.drawText(corner, int(Qt.AlignmentFlag.AlignCenter), "★")


def _draw_lines(
    painter: QtGui.QPainter,
    place: QtCore.QRect,
    entry: StyleEntry,
    option: QtWidgets.QStyleOptionViewItem,
) -> None:
    metrics = option.fontMetrics
    top = place.bottom() + _MARGIN_PX
    line = QtCore.QRect(place.left() + 1, top, place.width() - 2, metrics.lineSpacing())
    left = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    elide = Qt.TextElideMode.ElideRight
    painter.setPen(option.palette.color(QtGui.QPalette.ColorRole.Text))
    painter.drawText(line, left, metrics.elidedText(entry.title, elide, line.width()))
    painter.setPen(dimmed(option.palette))
    credit = metrics.elidedText(entry.credit, elide, line.width())
    painter.drawText(line.translated(0, metrics.lineSpacing()), left, credit)
