"""Holds the *Shots* tab: every Impasto node of the script, and actions for many at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from typing import Callable, Optional

import nuke

from nuke_plugin import effect_list, impasto_nodes, running_jobs, style_node
from nuke_plugin.contract.farm_job import ANY, CPU, GPU, FarmJob
from nuke_plugin.farm.send import send
from nuke_plugin.frame_states import Judging
from nuke_plugin.looks import clipboard
from nuke_plugin.looks.facts import Fact
from nuke_plugin.panel import said, shot_actions, shot_table
from nuke_plugin.panel.background import Background
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.shot_table import ShotTable, StateReader
from nuke_plugin.qt import QAction, Qt, QtCore, QtGui, QtWidgets, run
from nuke_plugin.render_job import RenderJob
from nuke_plugin.style_list import StyleList

_WALK_SHARE = 0.02
"""Share of Nuke's time that looking for nodes in the script may take."""

_RENDER_EVERY_MS = 50
_DEVICES = {
    ANY: "To any host: on a GPU where one has it",
    GPU: "To hosts with a GPU",
    CPU: "To hosts without a GPU",
}
SENT = "sent"
_COLUMN_WIDTHS = {
    shot_table.SHOT: 80,
    shot_table.NODE: 110,
    shot_table.STRENGTH: 62,
    shot_table.RANGE: 84,
    shot_table.FRESH: 46,
    shot_table.STALE: 46,
    shot_table.MISSING: 58,
    shot_table.RENDER: 64,
}


class ShotsTab(QtWidgets.QWidget):
    """The table, a search, and the actions."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._styles = StyleList((), ())
        self._walk_at = 0.0
        self._to_render: list[nuke.Group] = []
        self._said: list[Fact] = []
        self.table = ShotTable(self)
        self.proxy = QtCore.QSortFilterProxyModel(self)
        self.proxy.setSourceModel(self.table)
        self.proxy.setSortRole(shot_table.SORT_ROLE)
        self.proxy.setFilterKeyColumn(-1)
        self.proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.proxy.setDynamicSortFilter(False)
        self.search_field = QtWidgets.QLineEdit(self)
        self.search_field.setPlaceholderText("Find a shot, node or style")
        self.search_field.setAccessibleName("Find a shot")
        self.search_field.setClearButtonEnabled(True)
        self.count_label = QtWidgets.QLabel(self)
        self.view = QtWidgets.QTableView(self)
        self.view.setModel(self.proxy)
        self.notice = Notice(self, can_be_closed=True)
        self.notice.show_text("", "")
        self.style_button = QtWidgets.QToolButton(self)
        self.style_menu = QtWidgets.QMenu("Style", self)
        self.strength_field = QtWidgets.QDoubleSpinBox(self)
        self.strength_button = QtWidgets.QPushButton("Set", self)
        self.render_button = self._button("&Render", self._render, "Render stale, missing frames.")
        self.cancel_button = self._button("Ca&ncel", self._cancel, "Stop their renders.")
        self.copy_button = self._button("&Copy look", self._copy, "Copy the look of one row.")
        self.farm_button = QtWidgets.QToolButton(self)
        self.farm_menu = QtWidgets.QMenu("Send to farm", self)
        self.paste_button = self._button(
            "&Paste look", self._paste, "Give the copied look to the selected rows."
        )
        self._sender = Background(self)
        self.reader = StateReader(self.table, self.visibleRows, Judging, time.monotonic, self)
        self.setFocusProxy(self.view)
        self._set_up_view()
        self._set_up_actions()
        self._arrange()
        self._show_selection()

    def _set_up_view(self) -> None:
        view = self.view
        view.setAccessibleName("Shots")
        view.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setSortingEnabled(True)
        view.sortByColumn(shot_table.SHOT, Qt.SortOrder.AscendingOrder)
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setDragDropMode(QtWidgets.QAbstractItemView.DragDropMode.DropOnly)
        view.setDropIndicatorShown(True)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setHorizontalScrollMode(QtWidgets.QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = view.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(view.fontMetrics().height() + 8)
        columns = view.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setMinimumSectionSize(36)
        scale = view.fontMetrics().averageCharWidth() / 6.5
        for column, width in _COLUMN_WIDTHS.items():
            columns.resizeSection(column, round(width * max(1.0, scale)))
        columns.setSectionResizeMode(shot_table.STYLE, QtWidgets.QHeaderView.ResizeMode.Stretch)

    def _set_up_actions(self) -> None:
        self.style_button.setText("Set style")
        self.style_button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.style_button.setMenu(self.style_menu)
        self.style_button.setToolTip("Give the selected rows a style; or drag one onto a row.")
        self.style_menu.aboutToShow.connect(self._fill_style_menu)
        self.strength_field.setRange(0.0, 1.0)
        self.strength_field.setSingleStep(0.05)
        self.strength_field.setValue(1.0)
        self.strength_field.setPrefix("Strength ")
        self.strength_field.setMaximumWidth(140)
        self.strength_field.setAccessibleName("Strength to set")
        self.strength_button.setToolTip("Give the selected rows this strength.")
        self.strength_button.clicked.connect(self._set_strength)
        self.farm_button.setText("Send to farm")
        self.farm_button.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self.farm_button.setMenu(self.farm_menu)
        self.farm_button.setToolTip("Make a job of the selected rows for many machines.")
        for device, text in _DEVICES.items():
            action = self.farm_menu.addAction(text)
            action.triggered.connect(lambda _=False, device=device: self._send(device))
        self.show_action = QAction("Show in the node graph", self)
        self.show_action.triggered.connect(lambda: self._show_in_graph())
        self.search_field.textChanged.connect(self.proxy.setFilterFixedString)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._show_selection())
        self.view.activated.connect(lambda _: self._show_in_graph())
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.table.dropped.connect(self._dropped)
        self._renderer = QtCore.QTimer(self)
        self._renderer.setInterval(_RENDER_EVERY_MS)
        self._renderer.timeout.connect(self._render_next)

    def _arrange(self) -> None:
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self.search_field, 1)
        top.addWidget(self.count_label)
        settings = QtWidgets.QHBoxLayout()
        settings.addWidget(self.style_button)
        settings.addStretch(1)
        settings.addWidget(self.strength_field, 1)
        settings.addWidget(self.strength_button)
        actions = QtWidgets.QHBoxLayout()
        for button in (
            self.render_button,
            self.cancel_button,
            self.farm_button,
            self.copy_button,
            self.paste_button,
        ):
            let_shrink(button)
            actions.addWidget(button, 1)
        let_shrink(self.search_field, self.strength_field)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.notice)
        layout.addLayout(settings)
        layout.addLayout(actions)

    # -- what is shown ------------------------------------------------------------------
    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Begin to look at the frames of what is on the screen."""
        super().showEvent(event)
        self._walk_at = 0.0
        self.reader.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Look no more."""
        self.reader.stop()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Look again at what is installed."""
        self._styles = StyleList.read()
        self.table.setStyles(self._styles)

    def look(self) -> None:
        """Follow the script: its nodes, the rows on the screen, the renders."""
        began = time.monotonic()
        if began >= self._walk_at:
            if self.table.setNodes(list(impasto_nodes.all_nodes())):
                header = self.view.horizontalHeader()
                self.proxy.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
            took = time.monotonic() - began
            self._walk_at = began + max(1.0, took / _WALK_SHARE)
        for row in self.visibleRows():
            self.table.readAgain(row)
        jobs = running_jobs.by_node()
        texts = {name: _job_text(job) for name, job in jobs.items()}
        self.table.setJobs({**dict.fromkeys(self._waiting(), "waits"), **texts})
        for name in jobs:
            self.reader.forget(name)
        self._show_selection()

    def visibleRows(self) -> list[int]:
        """Return the rows of the table that are on the screen, from the top."""
        first = self.view.rowAt(0)
        if first < 0:
            return []
        last = self.view.rowAt(self.view.viewport().height() - 1)
        last = self.proxy.rowCount() - 1 if last < 0 else last
        indexes = (self.proxy.index(row, 0) for row in range(first, last + 1))
        return [self.proxy.mapToSource(index).row() for index in indexes]

    def selectedNodes(self) -> list[nuke.Group]:
        """Return the nodes of the selected rows that are still there, from the top."""
        selected = sorted(self.view.selectionModel().selectedRows(), key=lambda index: index.row())
        rows = (self.proxy.mapToSource(index).row() for index in selected)
        nodes = (self.table.node(row) for row in rows)
        return [node for node in nodes if style_node.is_attached(node)]

    def _show_selection(self) -> None:
        count, selected = self.table.rowCount(), len(self.selectedNodes())
        nodes = f"{count} node{'' if count == 1 else 's'}"
        self.count_label.setText(f"{nodes}, {selected} selected" if selected else nodes)
        for button in (
            self.style_button,
            self.strength_field,
            self.strength_button,
            self.render_button,
            self.cancel_button,
            self.paste_button,
        ):
            button.setEnabled(selected > 0)
        self.farm_button.setEnabled(selected > 0 and self._sender.is_idle())
        self.copy_button.setEnabled(selected == 1)

    # -- what is done -------------------------------------------------------------------
    def _button(self, text: str, press: Callable[[], None], tooltip: str) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(text, self)
        button.setToolTip(tooltip)
        button.clicked.connect(lambda: press())
        return button

    def _run(self, action: str, press: Callable[[], Iterable[Fact]]) -> None:
        said.run(self.notice, action, press)
        self.look()

    def _fill_style_menu(self) -> None:
        self.style_menu.clear()
        several = len(self._styles.model_ids()) > 1
        for model in self._styles.model_ids():
            entries = [entry for entry in self._styles.entries if entry.model_id == model]
            menu = self.style_menu.addMenu(entries[0].model_title) if several else self.style_menu
            for entry in entries:
                action = menu.addAction(entry.title)
                action.triggered.connect(
                    lambda _=False, key=entry.key: self._set_style(self.selectedNodes(), *key)
                )
        effects = effect_list.entries()
        menu = self.style_menu.addMenu("Effects") if effects else self.style_menu
        for entry in effects:
            action = menu.addAction(entry.title)
            action.triggered.connect(
                lambda _=False, key=entry.key: self._set_style(self.selectedNodes(), *key)
            )

    def _set_style(self, nodes: Sequence[nuke.Group], model: str, style: str) -> None:
        self._run("Set style", lambda: shot_actions.set_style(nodes, model, style))

    def _set_strength(self) -> None:
        nodes, strength = self.selectedNodes(), self.strength_field.value()
        self._run("Set strength", lambda: shot_actions.set_strength(nodes, strength))

    def _dropped(self, model: str, style: str, row: int) -> None:
        """Set a dropped style: on all selected rows if it fell on one of them, else on its row."""
        selected = self.selectedNodes()
        target = self.table.node(row)
        is_among = any(node.fullName() == self.table.name(row) for node in selected)
        self._set_style(selected if is_among else [target], model, style)

    def _render(self) -> None:
        """Render the selected rows: one is started at a time, so that Nuke breathes between."""
        waiting = self._waiting()
        nodes = self.selectedNodes()
        self._to_render += [node for node in nodes if node.fullName() not in waiting]
        self._said = []
        self.notice.show_text("", "")
        self._renderer.start()
        self.look()

    def _waiting(self) -> set[str]:
        """Return the names of the nodes whose render was asked for and not started yet."""
        return {node.fullName() for node in self._to_render if style_node.is_attached(node)}

    def _render_next(self) -> None:
        if nuke.executing():
            return  # a slice of plates, or something of the user's: soon again
        if not self._to_render:
            self._renderer.stop()
            return
        node = self._to_render.pop(0)
        said.run(self.notice, "Render", lambda: self._started(node))
        if not self._to_render:
            self._renderer.stop()
            self.look()

    def _started(self, node: nuke.Group) -> list[Fact]:
        self._said = [*self._said, *shot_actions.start_render(node)]
        return self._said

    def _cancel(self) -> None:
        nodes = self.selectedNodes()
        names = {node.fullName() for node in nodes}
        self._to_render = [
            node
            for node in self._to_render
            if style_node.is_attached(node) and node.fullName() not in names
        ]
        shot_actions.cancel(nodes)
        self.look()

    def _send(self, device: str) -> None:
        """Make a job of the selected rows; the worker writes it in the background."""
        nodes = self.selectedNodes()
        jobs: list[FarmJob] = []

        def made() -> Iterable[Fact]:
            jobs.append(shot_actions.farm_job(nodes, device))
            return ()

        if said.run(self.notice, "Send to farm", made):
            environ = dict(os.environ)
            said.show(self.notice, "Send to farm", ["Making the job: one frame is painted..."])
            self._sender.run(lambda: send(jobs[0], environ), self._sent)
        self.look()

    def _sent(self, outcome: object) -> None:
        def told() -> Iterable[Fact]:
            if isinstance(outcome, Exception):
                raise outcome
            return (Fact(SENT, "", str(outcome)),)

        said.run(self.notice, "Send to farm", told)
        self.look()

    def _copy(self) -> None:
        def copied() -> Iterable[Fact]:
            (node,) = self.selectedNodes()
            text, facts = clipboard.look_text(node)
            QtGui.QGuiApplication.clipboard().setText(text)
            return facts

        self._run("Copy look", copied)

    def _paste(self) -> None:
        text, nodes = QtGui.QGuiApplication.clipboard().text(), self.selectedNodes()
        self._run("Paste look", lambda: clipboard.apply_text(text, nodes).facts)

    def _show_in_graph(self) -> None:
        nodes = self.selectedNodes()
        if nodes:
            shot_actions.show_in_graph(nodes[0])

    def _open_menu(self, place: QtCore.QPoint) -> None:
        if not self.selectedNodes():
            return
        menu = QtWidgets.QMenu(self)
        menu.addMenu(self.style_menu)
        if self.farm_button.isEnabled():
            menu.addMenu(self.farm_menu)
        for button in (
            self.render_button,
            self.cancel_button,
            self.copy_button,
            self.paste_button,
        ):
            action = menu.addAction(button.text())
            action.setEnabled(button.isEnabled())
            action.triggered.connect(button.click)
        menu.addSeparator()
        menu.addAction(self.show_action)
        run(menu, self.view.viewport().mapToGlobal(place))


def _job_text(job: RenderJob) -> str:
    if job.is_cancelled:
        return "cancelling"
    if not running_jobs.is_first(job):
        return "waits"
    return f"{job.done} of {job.total}"
