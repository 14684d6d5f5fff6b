"""Holds the dockable panel: every installed style as a picture, and the selected node's strength.

Nuke makes it, on the main thread, from the text registered in ``nuke_menu``, and may make it more
than once. It loads with no worker and no model installed, because that is when it is needed most.
Nuke tells nobody which node is selected, so the panel looks twice a second while it is visible.
"""

from __future__ import annotations

import os
from typing import Optional

import nuke

from nuke_plugin import rich_text, style_knobs, style_node
from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.panel_notice import Notice
from nuke_plugin.qt import Qt, QtCore, QtGui, QtWidgets
from nuke_plugin.strength_control import StrengthControl
from nuke_plugin.style_grid import StyleGrid
from nuke_plugin.style_list import StyleEntry, StyleList
from nuke_plugin.worker_python import find_worker_python

_LOOK_EVERY_MS = 500


class Panel(QtWidgets.QWidget):
    """The panel as Nuke docks it."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("impasto.StylesPanel")
        self.setWindowTitle("Impasto")
        self._node: Optional[nuke.Group] = None
        self._node_name = ""
        self._styles = StyleList((), ())
        self.search_field = QtWidgets.QLineEdit(self)
        self.search_field.setPlaceholderText("Find a style")
        self.search_field.setClearButtonEnabled(True)
        self.refresh_button = QtWidgets.QPushButton("Refresh", self)
        self.refresh_button.setToolTip("Look again for models, styles and the worker.")
        self.worker_notice = Notice(self)
        self.model_notice = Notice(self)
        self.grid = StyleGrid(self)
        self.details = QtWidgets.QLabel(self)
        self.details.setWordWrap(True)
        self.details.setTextFormat(Qt.TextFormat.RichText)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.node_label = QtWidgets.QLabel(self)
        self.node_label.setTextFormat(Qt.TextFormat.PlainText)
        self.strength = StrengthControl(self)
        self.create_button = QtWidgets.QPushButton("&Create node", self)
        self.create_button.setToolTip("Create an ImpastoStyle node with this style (Return).")
        self.apply_button = QtWidgets.QPushButton("&Apply to node", self)
        self.apply_button.setToolTip("Give this style to the selected ImpastoStyle node (Return).")
        self.setFocusProxy(self.grid)
        self._arrange()
        self._connect()
        self.refresh()

    def _arrange(self) -> None:
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self.search_field, 1)
        top.addWidget(self.refresh_button)
        line = QtWidgets.QFrame(self)
        line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
        line.setFrameShadow(QtWidgets.QFrame.Shadow.Sunken)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self.create_button, 1)
        buttons.addWidget(self.apply_button, 1)
        for widget in (self.node_label, self.create_button, self.apply_button):
            # A node's long name must not make the pane wider.
            policy = widget.sizePolicy()
            policy.setHorizontalPolicy(QtWidgets.QSizePolicy.Policy.Ignored)
            widget.setSizePolicy(policy)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(top)
        layout.addWidget(self.worker_notice)
        layout.addWidget(self.model_notice)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.details)
        layout.addWidget(line)
        layout.addWidget(self.node_label)
        layout.addWidget(self.strength)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.search_field.textChanged.connect(lambda _: self._fill_grid())
        self.refresh_button.clicked.connect(self.refresh)
        self.grid.selectionModel().currentChanged.connect(lambda *_: self._show_details())
        self.grid.model().modelReset.connect(self._show_details)
        self.grid.applied.connect(self._apply_or_create)
        self.create_button.clicked.connect(self._create_node)
        self.apply_button.clicked.connect(self._apply_to_node)
        self._looker = QtCore.QTimer(self)
        self._looker.setInterval(_LOOK_EVERY_MS)
        self._looker.timeout.connect(self.look_at_selection)

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Start to follow the selection."""
        super().showEvent(event)
        self.look_at_selection()
        self._looker.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Stop following it: a hidden panel costs nothing."""
        self._looker.stop()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Look again at what is installed."""
        self._styles = StyleList.read(os.environ)
        self._fill_grid()
        self._show_problems()
        self.look_at_selection()

    def look_at_selection(self) -> None:
        """Follow the selected ImpastoStyle node; nothing while Nuke renders."""
        if nuke.executing():
            return
        self._follow(style_node.selected_style_node())

    def _fill_grid(self) -> None:
        wanted = self.search_field.text().casefold().split()
        self.grid.setEntries([entry for entry in self._styles.entries if _matches(entry, wanted)])

    def _show_problems(self) -> None:
        try:
            find_worker_python(os.environ)
            self.worker_notice.show_text("", "")
        except WorkerNotInstalled as error:
            self.worker_notice.show_missing_worker(error)
        problems = self._styles.problems
        if self._styles.entries:
            title = f"{len(problems)} model folder{'' if len(problems) == 1 else 's'} left out"
        else:
            title = "No style is installed"
            problems = (
                *problems,
                "Set IMPASTO_MODELS to a folder of models, or copy a model into onnx_models.",
            )
        self.model_notice.show_text(title, "\n\n".join(problems))

    def _show_details(self) -> None:
        entry = self.grid.chosen()
        self.create_button.setEnabled(entry is not None)
        self.apply_button.setEnabled(entry is not None and self._node is not None)
        if entry is None:
            found = "Nothing matches." if self._styles.entries else ""
            self.details.setText(found)
        else:
            self.details.setText(_details(entry))

    def _follow(self, node: Optional[nuke.Group]) -> None:
        name = node.fullName() if node is not None else ""
        is_another = name != self._node_name
        self._node, self._node_name = node, name
        self.strength.follow(node)
        if node is None:
            self.node_label.setText("No ImpastoStyle node is selected.")
            self.apply_button.setText("&Apply to node")
        else:
            style = node[style_knobs.STYLE].value()
            self.node_label.setText(f"{name}: {style}")
            self.apply_button.setText(f"&Apply to {node.name()}")
            if is_another:
                self.grid.choose(node[style_knobs.MODEL].value(), style)
        self._show_details()

    def _apply_or_create(self) -> None:
        if self._node is not None:
            self._apply_to_node()
        else:
            self._create_node()

    def _apply_to_node(self) -> None:
        entry = self.grid.chosen()
        if entry is not None and self._node is not None and style_node.is_attached(self._node):
            style_node.set_style(self._node, entry.model_id, entry.style_id)
            self._follow(self._node)

    def _create_node(self) -> None:
        entry = self.grid.chosen()
        if entry is not None:
            self._follow(style_node.create(entry.model_id, entry.style_id))


def _matches(entry: StyleEntry, wanted: list[str]) -> bool:
    text = " ".join((entry.title, entry.credit, entry.model_id, entry.style_id)).casefold()
    return all(word in text for word in wanted)


def _details(entry: StyleEntry) -> str:
    credit = f" · {rich_text.of(entry.credit)}" if entry.credit else ""
    ids = rich_text.of(f"{entry.model_id} / {entry.style_id}")
    return (
        f"<b>{rich_text.of(entry.title)}</b>{credit}<br>"
        f"<span style='color:gray'>{ids}</span><br>"
        f"{rich_text.of(entry.description)}"
    )
