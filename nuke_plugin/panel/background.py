"""Holds the way of slow work off Qt's thread and of its outcome back: files on a network drive.

A timer on Qt's thread fetches the outcome, so that nothing of Qt is touched from another thread,
also not while the panel is being closed.
"""

from __future__ import annotations

import queue
import threading
from typing import Any, Callable, Optional

from nuke_plugin.qt import QtCore

_LOOK_EVERY_MS = 30

_Outcome = tuple[Any, Optional[Exception]]


class Background(QtCore.QObject):
    """Runs one piece of work after the other, each on a thread; outcomes come in the same order."""

    def __init__(self, parent: Optional[QtCore.QObject] = None) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
        self._then: Optional[Callable[[Any], None]] = None
        self._done: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
        self._looker = QtCore.QTimer(self)
        self._looker.setInterval(_LOOK_EVERY_MS)
        self._looker.timeout.connect(self._fetch)

    def run(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Run ``work`` on a thread and then, here, ``then`` with what it returned or raised."""
        self._waiting.append((work, then))
        self._start_next()

    def is_idle(self) -> bool:
        """Whether nothing runs or waits."""
        return self._then is None and not self._waiting

    def _start_next(self) -> None:
        if self._then is None and self._waiting:
            work, self._then = self._waiting.pop(0)
            thread = threading.Thread(target=self._work, args=(work,), daemon=True)
            thread.name = "impasto-files"
            thread.start()
            self._looker.start()

    def _work(self, work: Callable[[], Any]) -> None:
        try:
            self._done.put((work(), None))
        except Exception as error:  # noqa: BLE001  it is raised again where it was asked for
            self._done.put((None, error))

    def _fetch(self) -> None:
        try:
            value, error = self._done.get_nowait()
        except queue.Empty:
            return
        then, self._then = self._then, None
        self._looker.stop()
        try:
            if then is not None:
                then(value if error is None else error)
        finally:
            self._start_next()
