"""Holds the table of the *Shots* tab as Qt's views read it: one row for every Impasto node.

A row is read from Nuke when the view first shows it, and the states of its frames, which cost a
look at every file, later still (``StateReader``): five hundred rows cost what twenty do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional, Union

import nuke

from nuke_plugin import rich_text, style_node
from nuke_plugin.frame_states import FrameStates, Judging
from nuke_plugin.panel import style_drag
from nuke_plugin.panel.shot_rows import ShotRow, row_of
from nuke_plugin.qt import Qt, QtCore, QtGui, Signal
from nuke_plugin.style_list import StyleList

SHOT, NODE, STYLE, STRENGTH, RANGE, FRESH, STALE, MISSING, RENDER = range(9)
TITLES = ("Shot", "Node", "Style", "Strength", "Range", "Fresh", "Stale", "Missing", "Render")

SORT_ROLE = int(Qt.ItemDataRole.UserRole)
_NUMBERS = (STRENGTH, FRESH, STALE, MISSING)
_STATE_COLOURS = {FRESH: "#6a9f5b", STALE: "#c9973f", MISSING: "#9a9a9a"}
_NOT_KNOWN = "…"

Index = Union[QtCore.QModelIndex, QtCore.QPersistentModelIndex]


class ShotTable(QtCore.QAbstractTableModel):
    """The nodes; ``dropped`` carries the ids of a style and the row it was dropped on."""

    dropped = Signal(str, str, int)

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._nodes: list[nuke.Group] = []
        self._names: list[str] = []
        self._rows: dict[str, ShotRow] = {}
        self._states: dict[str, FrameStates] = {}
        self._jobs: dict[str, str] = {}
        self._styles = StyleList((), ())

    # -- what is in it ------------------------------------------------------------------
    def setStyles(self, styles: StyleList) -> None:
        """Take the titles of the styles from this list."""
        self._styles = styles
        self._rows = {}
        self._tell(0, len(self._nodes) - 1)

    def setNodes(self, nodes: Sequence[nuke.Group]) -> bool:
        """Show these nodes and return whether they are others than before.

        The rows of those that stay stay where they are.
        """
        names = [node.fullName() for node in nodes]
        kept = set(names)
        if kept == set(self._names):
            by_name = dict(zip(names, nodes))
            self._nodes = [by_name[name] for name in self._names]
            return False
        for row in range(len(self._names) - 1, -1, -1):
            if self._names[row] not in kept:
                self.beginRemoveRows(QtCore.QModelIndex(), row, row)
                name = self._names.pop(row)
                del self._nodes[row]
                for known in (self._rows, self._states, self._jobs):
                    known.pop(name, None)
                self.endRemoveRows()
        by_name = dict(zip(names, nodes))
        self._nodes = [by_name[name] for name in self._names]
        new = [name for name in names if name not in set(self._names)]
        if new:
            last = len(self._names) + len(new) - 1
            self.beginInsertRows(QtCore.QModelIndex(), len(self._names), last)
            self._names.extend(new)
            self._nodes.extend(by_name[name] for name in new)
            self.endInsertRows()
        return True

    def node(self, row: int) -> nuke.Group:
        """Return the node of a row, which may have been deleted since."""
        return self._nodes[row]

    def name(self, row: int) -> str:
        """Return the full name of a row's node."""
        return self._names[row]

    def readAgain(self, row: int) -> None:
        """Read a row from its node again, and tell the views if it changed."""
        name = self._names[row]
        if name not in self._rows or not style_node.is_attached(self._nodes[row]):
            return
        now = row_of(self._nodes[row], self._styles)
        if now != self._rows[name]:
            self._rows[name] = now
            self._tell(row, row)

    def setStates(self, name: str, states: FrameStates) -> None:
        """Show the states of a node's frames."""
        if name in self._names and self._states.get(name) != states:
            self._states[name] = states
            row = self._names.index(name)
            self._tell(row, row)

    def states(self, row: int) -> Optional[FrameStates]:
        """Return the states of a row's frames, None while they are not known."""
        return self._states.get(self._names[row])

    def setJobs(self, jobs: dict[str, str]) -> None:
        """Show how far these nodes are with their render, and nothing for the others."""
        if jobs != self._jobs:
            changed = {
                name for name in (*jobs, *self._jobs) if jobs.get(name) != self._jobs.get(name)
            }
            self._jobs = jobs
            for row, name in enumerate(self._names):
                if name in changed:
                    self._tell(row, row)

    # -- as Qt asks ---------------------------------------------------------------------
    def rowCount(self, parent: Index = QtCore.QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return the number of nodes."""
        return 0 if parent.isValid() else len(self._nodes)

    def columnCount(self, parent: Index = QtCore.QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = int(Qt.ItemDataRole.DisplayRole),
    ) -> Any:
        """Return a column's title."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == int(Qt.ItemDataRole.DisplayRole):
            return TITLES[section]
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return a cell's text, number to sort by, colour, alignment or tooltip."""
        if not index.isValid():
            return None
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return _alignment(index.column())
        answer = {
            int(Qt.ItemDataRole.DisplayRole): self._text,
            int(Qt.ItemDataRole.ToolTipRole): self._tooltip,
            int(Qt.ItemDataRole.ForegroundRole): self._colour,
            SORT_ROLE: self._sorted_by,
        }.get(role)
        return None if answer is None else answer(index.row(), index.column())

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that a style can be dropped on a row."""
        return super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        """Return what can be dropped here."""
        return [style_drag.MIME_TYPE]

    def dropMimeData(
        self,
        data: QtCore.QMimeData,
        action: Qt.DropAction,
        row: int,
        column: int,
        parent: Index,
    ) -> bool:
        """Take a style that is dropped on a row."""
        style = style_drag.style_in(data.text())
        if style is None or not parent.isValid():
            return False
        self.dropped.emit(*style, parent.row())
        return True

    # -- cells --------------------------------------------------------------------------
    def _row(self, row: int) -> Optional[ShotRow]:
        name = self._names[row]
        if name not in self._rows:
            if not style_node.is_attached(self._nodes[row]):
                return None  # it goes with the next look
            self._rows[name] = row_of(self._nodes[row], self._styles)
        return self._rows[name]

    def _text(self, row: int, column: int) -> str:
        if column == RENDER:
            return self._jobs.get(self._names[row], "")
        if column in _STATE_COLOURS:
            number = self._count(row, column)
            return _NOT_KNOWN if number is None else str(number)
        found = self._row(row)
        if found is None:
            return ""
        if column == STRENGTH:
            return "" if found.strength is None else _strength_text(found)
        return {
            SHOT: found.shot,
            NODE: found.node,
            STYLE: found.style,
            RANGE: found.frames,
        }[column]

    def _count(self, row: int, column: int) -> Optional[int]:
        states = self._states.get(self._names[row])
        if states is None:
            return None
        return len({FRESH: states.fresh, STALE: states.stale, MISSING: states.missing}[column])

    def _sorted_by(self, row: int, column: int) -> Any:
        if column in _STATE_COLOURS:
            number = self._count(row, column)
            return -1 if number is None else number
        if column == STRENGTH:
            found = self._row(row)
            return -1.0 if found is None or found.strength is None else found.strength
        return self._text(row, column).casefold()

    def _tooltip(self, row: int, column: int) -> Optional[str]:
        states = self._states.get(self._names[row])
        if column in _STATE_COLOURS and states is not None:
            frames = {FRESH: states.fresh, STALE: states.stale, MISSING: states.missing}[column]
            return rich_text.tooltip(f"{TITLES[column]}: {frames.to_text() or 'none'}")
        found = self._row(row)
        if found is None:
            return None
        lines = (self._text(row, column), found.model if column == STYLE else "", found.problem)
        return rich_text.tooltip("\n\n".join(line for line in lines if line))

    def _colour(self, row: int, column: int) -> Optional[QtGui.QBrush]:
        if column not in _STATE_COLOURS:
            return None
        if self._count(row, column):
            return QtGui.QBrush(QtGui.QColor(_STATE_COLOURS[column]))
        palette = QtGui.QGuiApplication.palette()  # nothing to see there: grey
        return QtGui.QBrush(palette.color(QtGui.QPalette.ColorRole.PlaceholderText))

    def _tell(self, first: int, last: int) -> None:
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(TITLES) - 1))


class StateReader(QtCore.QObject):
    """Looks at the states of the nodes on the screen, one after the other, a slice at a time.

    A node may cost a walk upstream and a thousand file times, so a look judges a slice of them,
    all looks take no more than a tenth of Nuke's time, and a node is looked at again the later,
    the more it cost.
    """

    def __init__(
        self,
        table: ShotTable,
        visible_rows: Callable[[], Sequence[int]],
        judging_of: Callable[[nuke.Group], Judging],
        clock: Callable[[], float],
        parent: Optional[QtCore.QObject] = None,
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._visible_rows = visible_rows
        self._judging_of = judging_of
        self._clock = clock
        self._next_look: dict[str, float] = {}
        self._judged: Optional[tuple[str, nuke.Group, Judging]] = None
        self._spent = 0.0
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look, if it does not already."""
        if not self._timer.isActive():
            self._timer.start(0)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._judged = None

    def forget(self, name: str) -> None:
        """Look at a node again soon: something about it changed."""
        self._next_look.pop(name, None)
        if self._judged is not None and self._judged[0] == name:
            self._judged = None

    def look(self) -> None:
        """Judge a slice of the one node on the screen whose turn it is."""
        pause = 0.25
        began = self._clock()
        try:
            if not nuke.executing():
                if self._judged is None or not style_node.is_attached(self._judged[1]):
                    self._begin(began)
                if self._judged is not None:
                    pause = 0.0
                    name, _, judging = self._judged
                    self._judge(name, judging, began)
        finally:  # also after a fault: the rows below have their turn
            self._timer.start(int(1000 * max(pause, 9 * (self._clock() - began))))

    def _begin(self, now: float) -> None:
        due, self._judged, self._spent = self._due(now), None, 0.0
        if due is not None:
            row, name = due
            node = self._table.node(row)
            self._judged = name, node, self._judging_of(node)

    def _judge(self, name: str, judging: Judging, began: float) -> None:
        is_done = True
        try:
            states = judging.go_on()
            if states is None:
                is_done = False
            else:
                self._table.setStates(name, states)
        finally:
            self._spent += self._clock() - began
            if is_done:
                self._judged = None
                self._next_look[name] = began + max(3.0, 50 * self._spent)

    def _due(self, now: float) -> Optional[tuple[int, str]]:
        for row in self._visible_rows():
            name = self._table.name(row)
            is_there = style_node.is_attached(self._table.node(row))
            if is_there and self._next_look.get(name, 0.0) <= now:
                return row, name
        return None


def _strength_text(row: ShotRow) -> str:
    assert row.strength is not None
    return f"{row.strength:.2f}{' ~' if row.is_animated else ''}"


def _alignment(column: int) -> int:
    side = Qt.AlignmentFlag.AlignHCenter if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
