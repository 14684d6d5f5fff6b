"""Holds the self-check as the panel runs it: a dialog that keeps hands off, a timer that goes on.

Nuke's event loop turns between two steps, so that what threads ask of the main thread is done; the
dialog is modal, because a script that somebody edits meanwhile could not be left as it was.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Optional

import nuke

from nuke_plugin import running_jobs
from nuke_plugin.contract.errors import ImpastoError, NodeBusy, WorkerUnexpected
from nuke_plugin.qt import Qt, QtCore, QtWidgets, Signal
from nuke_plugin.self_check import report
from nuke_plugin.self_check.assumption import BROKEN, Assumption
from nuke_plugin.self_check.report import Report
from nuke_plugin.self_check.run import SelfCheck

_BETWEEN_STEPS_MS = 20

_MOST = 5
"""Broken assumptions that are told in the panel; the report has all."""


class SelfCheckRun(QtCore.QObject):
    """One press of the button; ``ended`` is sent with its title, its sentences and its file."""

    ended = Signal(str, str, str)

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._check = SelfCheck()
        self._steps: Optional[Iterator[Assumption]] = None
        self.dialog: Optional[QtWidgets.QProgressDialog] = None
        """Shows what is tried, and stops it."""
        self._timer = QtCore.QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BETWEEN_STEPS_MS)
        self._timer.timeout.connect(self._step)

    def start(self) -> None:
        """Begin; raises ``NodeBusy`` while Nuke or a node renders."""
        if nuke.executing():
            raise NodeBusy("The self-check", "Nuke is rendering something else")
        painting = list(running_jobs.by_node())
        if painting:
            raise NodeBusy("The self-check", f"{painting[0]} is rendering")
        dialog = QtWidgets.QProgressDialog(self._over)
        dialog.setWindowTitle("Impasto self-check")
        dialog.setLabelText("Trying what Impasto assumes about this Nuke...")
        dialog.setCancelButtonText("Stop")
        dialog.setRange(0, len(self._check.table))
        dialog.setAutoReset(False)
        dialog.setMinimumDuration(0)
        dialog.setMinimumWidth(420)
        dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
        dialog.show()
        self.dialog = dialog
        self._steps = self._check.steps()
        self._timer.start()

    def _step(self) -> None:
        assert self._steps is not None
        assert self.dialog is not None
        try:
            if self.dialog.wasCanceled():
                self._steps.close()  # type: ignore[attr-defined]
                self._end()
                return
            assumption = next(self._steps, None)
            if assumption is None:
                self._end()
                return
            self.dialog.setLabelText(assumption.sentence)
            self.dialog.setValue(len(self._check.findings))
            self._timer.start()
        except Exception as fault:  # noqa: BLE001  a button of the panel
            traceback.print_exc()
            error = WorkerUnexpected(type(fault).__name__, str(fault))
            self._close()
            self.ended.emit("The self-check failed", error.message, "")

    def _end(self) -> None:
        done = self._check.report()
        lines = sentences(done)
        file = ""
        try:
            file = str(done.write(report.default_folder()))
            lines.append("The report, and a .json beside it to send to us:")
        except ImpastoError as error:
            lines.append(error.message)
        self._close()
        title = "This Nuke is as Impasto takes it to be" if done.is_well else "This Nuke differs"
        self.ended.emit(title, "\n\n".join(lines), file)

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.close()
            self.dialog.deleteLater()
            self.dialog = None


def sentences(done: Report) -> list[str]:
    """Return what a person should know of a report: the numbers, what is broken, what was left."""
    broken = done.of(BROKEN)
    shown = [f"{one.sentence} Not here: {one.found}. {one.when_false}" for one in broken[:_MOST]]
    left = [f"And {len(broken) - _MOST} more, in the report."] if len(broken) > _MOST else []
    return [done.summary(), *done.left_behind, *shown, *left]
