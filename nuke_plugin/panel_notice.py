"""Holds the box in the panel that says what is wrong and offers the command that mends it."""

from __future__ import annotations

from typing import Optional

from nuke_plugin.qt import Qt, QtGui, QtWidgets


class Notice(QtWidgets.QFrame):
    """A box that says what is wrong, with a command to copy if one mends it."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._text = QtWidgets.QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._command = QtWidgets.QLineEdit(self)
        self._command.setObjectName("command")
        self._command.setReadOnly(True)
        self._copy = QtWidgets.QPushButton("Copy", self)
        self._copy.clicked.connect(self._copyCommand)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._command, 1)
        row.addWidget(self._copy)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._text)
        layout.addLayout(row)

    def show_text(self, text: str, command: str = "") -> None:
        """Show the box with this text, or hide it when the text is empty."""
        self._text.setText(text)
        self._command.setText(command)
        self._command.setCursorPosition(0)
        self._command.setVisible(bool(command))
        self._copy.setVisible(bool(command))
        self.setVisible(bool(text))

    def text(self) -> str:
        """Return what the box says."""
        return self._text.text()

    def command(self) -> str:
        """Return the command it offers."""
        return self._command.text()

    def _copyCommand(self) -> None:
        QtGui.QGuiApplication.clipboard().setText(self._command.text())
