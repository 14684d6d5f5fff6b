"""Holds the way from Control-C to a render that stops in the middle of a frame.

Python runs signal handlers on the main thread only, and not while that thread is inside ONNX
Runtime. So the work runs on a thread of its own and the main one waits for a signal.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from nuke_plugin.contract.errors import RenderCancelled

if TYPE_CHECKING:
    from nuke_plugin.worker.cancellation import Cancellation

_T = TypeVar("_T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK_SECONDS = 0.1
"""How long the main thread may sleep before it sees that the work has ended."""


class Interrupted(Exception):
    """The work was stopped by a signal, and what it had begun was cleaned up."""

    def __init__(self, signal_number: int, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = 128 + signal_number
        """What a shell expects of a program that a signal ended: 130 for Control-C."""


def run_interruptible(work: Callable[[Cancellation], _T]) -> _T:
    """Return what ``work`` returns; the first Control-C or SIGTERM cancels it, a second kills.

    ``work`` is called on another thread and raises ``RenderCancelled`` once its cancellation is
    requested, which becomes ``Interrupted`` here. Any other error of its passes as it is.
    """
    from nuke_plugin.worker.cancellation import Cancellation  # loads ONNX Runtime

    cancellation = Cancellation()
    pressed: list[int] = []

    def press(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        cancellation.request()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, press) for number in _SIGNALS}
    try:
        outcome: Future[_T] = Future()
        # A daemon, so that a second Control-C need not wait for a dead network drive.
        thread = threading.Thread(
            target=_settle, args=(outcome, work, cancellation), name="impasto-work", daemon=True
        )
        thread.start()
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
        return outcome.result()
    except RenderCancelled as error:
        if not pressed:
            raise
        raise Interrupted(pressed[0], error.message) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settle(
    outcome: Future[_T], work: Callable[[Cancellation], _T], cancellation: Cancellation
) -> None:
    try:
        outcome.set_result(work(cancellation))
    except BaseException as error:  # noqa: BLE001  raised again on the main thread
        outcome.set_exception(error)
