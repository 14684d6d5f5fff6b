"""Holds the box in the panel that says what is wrong and offers the command that mends it."""

from __future__ import annotations

from typing import Optional

from nuke_plugin import rich_text
from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.qt import Qt, QtGui, QtWidgets


class Notice(QtWidgets.QFrame):
    """A box that says what is wrong, with a command to copy if one mends it.

    One that tells what came of an action can be closed; one that tells a lasting fault cannot.
    """

    def __init__(
        self, parent: Optional[QtWidgets.QWidget] = None, can_be_closed: bool = False
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        # Only this frame: a style sheet that reached the children would undress Nuke's own style.
        self.setStyleSheet("#notice { background: palette(base); border-left: 3px solid #f7931e; }")
        self._title = QtWidgets.QLabel(self)
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._text = QtWidgets.QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._command = QtWidgets.QLineEdit(self)
        self._command.setObjectName("command")
        self._command.setReadOnly(True)
        let_shrink(self._command)
        self._copy = QtWidgets.QPushButton("Copy", self)
        self._copy.clicked.connect(self._copyCommand)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._command, 1)
        row.addWidget(self._copy)
        self.close_button = QtWidgets.QToolButton(self)
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        self.close_button.setAccessibleName("Close this message")
        self.close_button.setVisible(can_be_closed)
        self.close_button.clicked.connect(self.hide)
        top = QtWidgets.QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self.close_button)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self._text)
        layout.addLayout(row)

    def show_text(self, title: str, text: str, command: str = "") -> None:
        """Show the box with this text, or hide it when the text is empty."""
        self._title.setText(title)
        self._text.setText(text)
        self._command.setText(command)
        self._command.setCursorPosition(0)
        self._command.setVisible(bool(command))
        self._copy.setVisible(bool(command))
        self.setVisible(bool(text))

    def show_missing_worker(self, error: WorkerNotInstalled) -> None:
        """Show why no worker was found, in the words of ``impasto nuke-install --check``."""
        text = (
            f"Nothing can be rendered yet: {error.reason}. Run this in a terminal, then press "
            "Refresh:"
        )
        self.show_text(error.TITLE, text, error.install)
        self.setToolTip(rich_text.tooltip(error.message))

    def text(self) -> str:
        """Return what the box says."""
        return self._text.text()

    def command(self) -> str:
        """Return the command it offers."""
        return self._command.text()

    def _copyCommand(self) -> None:
        QtGui.QGuiApplication.clipboard().setText(self._command.text())
