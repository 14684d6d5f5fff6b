"""Holds the list of looks as Qt's views read it, and how one line of it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional, Union

from nuke_plugin import rich_text
from nuke_plugin.looks import facts
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.listing import StoredLook
from nuke_plugin.looks.record import Look
from nuke_plugin.panel.style_grid import dimmed, draw_picture
from nuke_plugin.panel.thumbnails import Thumbnails
from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets

LOOK_ROLE = int(Qt.ItemDataRole.UserRole)

_PICTURE = QtCore.QSize(112, 63)
_MARGIN_PX = 6
_WARNING = QtGui.QColor(247, 147, 30)

_WORDS = (
    (facts.MODEL_MISSING, "model not installed"),
    (facts.STYLE_MISSING, "style not installed"),
    (facts.MODEL_CHANGED, "model changed"),
    (facts.CONTROL_MISSING, "control differs"),
    (facts.STRENGTH_OUT_OF_RANGE, "strength out of range"),
    (facts.MODEL_NOT_COMPARED, "model not compared"),
    (facts.NEWER_KEPT, "from a newer Impasto"),
)

Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


@dataclass(frozen=True)
class ListedLook:
    """A look of the list."""

    stored: StoredLook
    """The look and its file."""

    differences: tuple[Fact, ...]
    """What of it is missing or another here."""

    styles: str
    """The titles of its styles, or of its effect."""

    @property
    def warning(self) -> str:
        """The worst difference in two words; empty when it paints here as it did."""
        kinds = {fact.kind for fact in self.differences}
        return next((words for kind, words in _WORDS if kind in kinds), "")


class LookModel(QtCore.QAbstractListModel):
    """The looks of one place."""

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._looks: list[ListedLook] = []

    def setLooks(self, looks: Sequence[ListedLook]) -> None:
        """Show these looks."""
        self.beginResetModel()
        self._looks = list(looks)
        self.endResetModel()

    def looks(self) -> list[ListedLook]:
        """Return the looks, in their order."""
        return list(self._looks)

    def rowCount(self, parent: Index = QtCore.QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return the number of looks."""
        return 0 if parent.isValid() else len(self._looks)

    def data(self, index: Index, role: int = LOOK_ROLE) -> Any:
        """Return the look, its name, or all that is known of it as a tooltip."""
        if not index.isValid():
            return None
        listed = self._looks[index.row()]
        if role == LOOK_ROLE:
            return listed
        if role == int(Qt.ItemDataRole.DisplayRole):
            return listed.stored.look.name
        if role == int(Qt.ItemDataRole.AccessibleDescriptionRole):
            return ", ".join(line for line in (listed.styles, listed.warning) if line)
        if role == int(Qt.ItemDataRole.ToolTipRole):
            lines = [listed.stored.look.name, str(listed.stored.path)]
            return rich_text.tooltip("\n\n".join((*lines, *facts.as_lines(listed.differences))))
        return None


class LookLinePainter(QtWidgets.QStyledItemDelegate):
    """Draws one look: thumbnail, name, styles, author and date, and what is wrong with it."""

    def __init__(self, thumbnails: Thumbnails, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: Index) -> QtCore.QSize:
        """Return the size of a line."""
        lines = 3 * option.fontMetrics.lineSpacing()
        return QtCore.QSize(200, max(_PICTURE.height(), lines) + 2 * _MARGIN_PX)

    def paint(
        self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: Index
    ) -> None:
        """Draw the line."""
        listed: ListedLook = index.data(LOOK_ROLE)
        palette = option.palette
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        is_chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        if is_chosen:
            shade = palette.color(QtGui.QPalette.ColorRole.Highlight)
            shade.setAlphaF(0.22)
            painter.fillRect(option.rect, shade)
        place = QtCore.QRect(option.rect.topLeft(), _PICTURE)
        place.translate(_MARGIN_PX, _MARGIN_PX)
        draw_picture(painter, place, self._picture(listed, option), palette)
        text = option.rect.adjusted(_PICTURE.width() + 3 * _MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, 0)
        self._draw_text(painter, text, listed, option)
        painter.restore()

    def _picture(
        self, listed: ListedLook, option: QtWidgets.QStyleOptionViewItem
    ) -> Optional[QtGui.QPixmap]:
        if listed.stored.thumbnail is None:
            return QtGui.QPixmap()
        scale = option.widget.devicePixelRatioF() if option.widget is not None else 1.0
        return self._thumbnails.picture(listed.stored.thumbnail, _PICTURE * scale)

    def _draw_text(
        self,
        painter: QtGui.QPainter,
        place: QtCore.QRect,
        listed: ListedLook,
        option: QtWidgets.QStyleOptionViewItem,
    ) -> None:
        look, metrics = listed.stored.look, option.fontMetrics
        line = QtCore.QRect(place.left(), place.top(), place.width(), metrics.lineSpacing())
        bold = QtGui.QFont(option.font)
        bold.setBold(True)
        plain_colour = option.palette.color(QtGui.QPalette.ColorRole.Text)
        self._draw_line(painter, line, look.name, bold, plain_colour)
        line.translate(0, metrics.lineSpacing())
        strength = look.strength if isinstance(look, Look) else 1.0
        at = f" at {strength:.2f}" if strength != 1 else ""
        self._draw_line(painter, line, f"{listed.styles}{at}", option.font, plain_colour)
        line.translate(0, metrics.lineSpacing())
        author = f"{look.author}, " if look.author else ""
        made = f"{author}{look.date[:10]} {look.date[11:16]} UTC"
        if listed.warning:
            self._draw_line(painter, line, f"{listed.warning} · {made}", option.font, _WARNING)
        else:
            self._draw_line(painter, line, made, option.font, dimmed(option.palette))

    def _draw_line(
        self,
        painter: QtGui.QPainter,
        place: QtCore.QRect,
        text: str,
        font: QtGui.QFont,
        colour: QtGui.QColor,
    ) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        elided = QtGui.QFontMetrics(font).elidedText(
            text, Qt.TextElideMode.ElideRight, place.width()
        )
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(place, flags, elided)
