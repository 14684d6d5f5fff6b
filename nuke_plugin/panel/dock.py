"""Holds the dockable panel as Nuke makes it: its tabs, and the clock they look at Nuke by.

Nuke makes it, on the main thread, from the text registered in ``nuke_menu``, and may make it more
than once. Nuke tells nobody which node is selected, so the panel looks twice a second: only while
it is visible, only for the tab that shows, and never while Nuke renders.
"""

from __future__ import annotations

import os
from typing import Optional, Protocol

import nuke

from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.panel.log_tab import LogTab
from nuke_plugin.panel.looks_tab import LooksTab
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.shots_tab import ShotsTab
from nuke_plugin.panel.styles_tab import StylesTab
from nuke_plugin.qt import QtCore, QtGui, QtWidgets
from nuke_plugin.worker_python import find_worker_python

_LOOK_EVERY_MS = 500


class Tab(Protocol):
    """What every tab of the panel does."""

    def look(self) -> None:
        """Show what is in Nuke now; called twice a second while the tab is visible."""

    def refresh(self) -> None:
        """Look again at what is on the disk."""


class Panel(QtWidgets.QWidget):
    """The panel as Nuke docks it."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setObjectName("impasto.StylesPanel")
        self.setWindowTitle("Impasto")
        self.worker_notice = Notice(self)
        self.tabs = QtWidgets.QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.styles = StylesTab(self)
        self.shots = ShotsTab(self)
        self.looks = LooksTab(self.styles.thumbnail_of, self.shots.selectedNodes, self)
        self.log = LogTab(self)
        self._tabs: list[Tab] = [self.styles, self.shots, self.looks, self.log]
        for title, tab in (
            ("Styles", self.styles),
            ("Shots", self.shots),
            ("Looks", self.looks),
            ("Log", self.log),
        ):
            self.tabs.addTab(tab, title)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.worker_notice)
        layout.addWidget(self.tabs, 1)
        self.setFocusProxy(self.styles)
        self.styles.refresh_button.clicked.connect(self.refresh)
        self.tabs.currentChanged.connect(lambda _: self.look())
        self._looker = QtCore.QTimer(self)
        self._looker.setInterval(_LOOK_EVERY_MS)
        self._looker.timeout.connect(self.look)
        self.refresh()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Start to follow Nuke."""
        super().showEvent(event)
        self.look()
        self._looker.start()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Stop following it: a hidden panel costs nothing."""
        self._looker.stop()
        super().hideEvent(event)

    def refresh(self) -> None:
        """Look again at what is installed."""
        try:
            find_worker_python(os.environ)
            self.worker_notice.show_text("", "")
        except WorkerNotInstalled as error:
            self.worker_notice.show_missing_worker(error)
        for tab in self._tabs:
            tab.refresh()
        self.look()

    def look(self) -> None:
        """Let the tab that shows follow Nuke; nothing while Nuke renders."""
        if not nuke.executing():
            self._tabs[self.tabs.currentIndex()].look()
