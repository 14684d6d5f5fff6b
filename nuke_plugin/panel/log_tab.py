"""Holds the *Log* tab: what the worker said last, what support asks for, and the self-check."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Mapping
from typing import Optional

import nuke

from nuke_plugin import worker_client
from nuke_plugin.contract.errors import ImpastoError, WorkerNotInstalled
from nuke_plugin.contract.version import PROTOCOL, VERSION
from nuke_plugin.contract.worker_start import cleaned_environment
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.self_check_run import SelfCheckRun
from nuke_plugin.qt import BINDING, Qt, QtCore, QtGui, QtWidgets
from nuke_plugin.style_list import StyleList
from nuke_plugin.worker_python import PLUGIN_ROOT, find_worker_python

_OTHER_VARIABLES = ("OCIO", "NUKE_PATH")
_OWN_PREFIX = "IMPASTO_"


class LogTab(QtWidgets.QWidget):
    """The worker's state and last lines."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._shown: Optional[list[str]] = None
        self.state = QtWidgets.QLabel(self)
        self.state.setWordWrap(True)
        self.lines = QtWidgets.QPlainTextEdit(self)
        self.lines.setReadOnly(True)
        self.lines.setAccessibleName("What the worker said last")
        self.lines.setLineWrapMode(QtWidgets.QPlainTextEdit.LineWrapMode.NoWrap)
        self.lines.setFont(QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont))
        self.copy_button = QtWidgets.QPushButton("&Copy for support", self)
        self.copy_button.setToolTip("Copy versions, settings, models and these lines as text.")
        self.copy_button.clicked.connect(self._copy)
        self.copied = QtWidgets.QLabel(self)
        let_shrink(self.copied)
        self.copied.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.copied.hide()
        self.check_button = QtWidgets.QPushButton("Check this &Nuke", self)
        self.check_button.setToolTip(
            "Try every assumption that Impasto makes about Nuke, render one small frame, and write "
            "a report. Your script stays as it is."
        )
        self.check_button.clicked.connect(self._check)
        self.check_notice = Notice(self, can_be_closed=True)
        self.check_notice.hide()
        self.check: Optional[SelfCheckRun] = None
        """The self-check that runs."""
        row = QtWidgets.QHBoxLayout()
        for button in (self.check_button, self.copy_button):
            let_shrink(button)
            row.addWidget(button, 1)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.check_notice)
        layout.addWidget(self.state)
        layout.addWidget(self.lines, 1)
        layout.addWidget(self.copied)
        layout.addLayout(row)
        self.setFocusProxy(self.lines)
        self.look()

    def refresh(self) -> None:
        """Show the lines anew."""
        self._shown = None
        self.look()

    def look(self) -> None:
        """Show what the worker said since; the view stays where the reader is."""
        self.state.setText(_state())
        lines = worker_client.session().log()
        if lines == self._shown:
            return
        self._shown = lines
        bar = self.lines.verticalScrollBar()
        was_at_end, place = bar.value() >= bar.maximum(), bar.value()
        self.lines.setPlainText("\n".join(lines) or "The worker has said nothing.")
        bar.setValue(bar.maximum() if was_at_end else place)

    def _check(self) -> None:
        check = SelfCheckRun(self)
        check.ended.connect(self._show_checked)
        try:
            check.start()
        except ImpastoError as error:
            self.check_notice.show_text("Not checked", error.message)
            return
        self.check = check
        self.check_button.setEnabled(False)

    def _show_checked(self, title: str, text: str, file: str) -> None:
        if self.check is not None:
            self.check.deleteLater()
        self.check = None
        self.check_button.setEnabled(True)
        self.check_notice.show_text(title, text, file)

    def _copy(self) -> None:
        QtGui.QGuiApplication.clipboard().setText(support_text(os.environ))
        self.copied.setText("Copied.")
        self.copied.show()
        QtCore.QTimer.singleShot(4000, self.copied.hide)


def support_text(environ: Mapping[str, str]) -> str:
    """Return what support asks for: versions, settings, models, the worker's last lines.

    Of the environment it holds Impasto's own variables, ``OCIO`` and ``NUKE_PATH``, no others:
    they may hold passwords.
    """
    return "\n".join((*_versions(environ), "", *_models(environ), "", *_log()))


def _state() -> str:
    pid = worker_client.session().pid
    if pid is not None:
        return f"The worker runs as process {pid}."
    return "The worker is not running. The first render or preview starts it."


def _versions(environ: Mapping[str, str]) -> Iterator[str]:
    yield f"Impasto {VERSION}, protocol {PROTOCOL}, in {PLUGIN_ROOT}"
    yield f"Nuke {nuke.NUKE_VERSION_STRING}, Python {platform.python_version()}, " + (
        f"{BINDING} {QtCore.qVersion()}"
    )
    yield f"{platform.platform()}, {platform.machine()}, {os.cpu_count()} processors"
    try:
        yield f"Worker: {find_worker_python(environ)}"
    except WorkerNotInstalled as error:
        yield f"Worker: {error.message}"
    for name in sorted(environ):
        if name.startswith(_OWN_PREFIX) or name in _OTHER_VARIABLES:
            yield f"{name}={environ[name]}"
    dropped = sorted(set(environ) - set(cleaned_environment(environ)))
    yield f"Kept from the worker: {', '.join(dropped) or 'nothing'}"
    yield f"sys.executable: {sys.executable}"


def _models(environ: Mapping[str, str]) -> Iterator[str]:
    styles = StyleList.read(environ)
    for model in styles.model_ids():
        yield f"Model {model}: {', '.join(styles.style_ids(model))}"
    yield from styles.problems or ("No model folder is left out.",)


def _log() -> Iterator[str]:
    yield _state()
    yield from worker_client.session().log() or ("It has said nothing.",)
