"""Holds the way from other threads to Nuke's main thread, with the refusals of the real one.

Calls are queued and run by the Qt event loop when an application exists, else by
`pump()`. The main thread must not call these functions: in Nuke that hangs.
In terminal mode no loop would ever run the call, so it is refused there too.
"""

from __future__ import annotations

import sys
import threading
import traceback
from typing import Any, Callable

from nuke_standin.session import session

WAIT_SECONDS = 120.0
_wakers: dict[int, Any] = {}
_making_waker = threading.Lock()


def executeInMainThread(
    call: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] = {}
) -> None:
    """Queue `call` for the main thread and return at once."""
    _refuse_from_main_thread("executeInMainThread")
    arguments = _as_tuple(args)
    _post(lambda: _run_and_print_failure(call, arguments, kwargs))


def executeInMainThreadWithResult(
    call: Callable[..., Any],
    args: Any = (),
    kwargs: dict[str, Any] = {},
) -> Any:
    """Run `call` on the main thread and return its result; a failure is printed, not raised."""
    _refuse_from_main_thread("executeInMainThreadWithResult")
    arguments = _as_tuple(args)
    done = threading.Event()
    box = []

    def run() -> None:
        try:
            box.append(_run_and_print_failure(call, arguments, kwargs))
        finally:
            done.set()

    _post(run)
    if not done.wait(WAIT_SECONDS):
        raise RuntimeError(
            f"executeInMainThreadWithResult: the main loop did not run the call in {WAIT_SECONDS} s"
        )
    return box[0]


def pump() -> int:
    """Run the queued calls, on the main thread; return how many ran."""
    if not session.on_main_thread():
        raise RuntimeError("pump: only the main thread may run the queued calls")
    count = 0
    while True:
        with session.main_calls_lock:
            if not session.main_calls:
                return count
            call = session.main_calls.pop(0)
        call()
        count += 1


def executeDeferred(call: Callable[..., Any], args: Any = (), kwargs: dict[str, Any] = {}) -> None:
    """Queue `call` for the next idle moment of the main loop; legal from any thread."""
    arguments = _as_tuple(args)
    _post(lambda: _run_and_print_failure(call, arguments, kwargs))


def _refuse_from_main_thread(name: str) -> None:
    if session.on_main_thread():
        raise RuntimeError(f"{name} called from the main thread: Nuke hangs here")
    if not session.gui:
        raise RuntimeError(f"{name} in terminal mode: no main loop runs the call; call directly")


def _as_tuple(args: Any) -> tuple[Any, ...]:
    return args if isinstance(args, tuple) else (args,)


def _run_and_print_failure(
    call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    try:
        return call(*args, **kwargs)
    except Exception:  # noqa: BLE001  Nuke prints what the call raises and goes on
        traceback.print_exc(file=sys.stdout)
        return None


def _post(run: Callable[[], None]) -> None:
    with session.main_calls_lock:
        session.main_calls.append(run)
    for binding in ("PySide6", "PySide2"):
        core = sys.modules.get(f"{binding}.QtCore")
        if core is not None and core.QCoreApplication.instance() is not None:
            with _making_waker:  # several threads may post first
                waker = _waker(core)
            waker.posted.emit()
            return


def _waker(core: Any) -> Any:
    """Return the object living on Qt's main thread whose queued signal drains the calls."""
    application = core.QCoreApplication.instance()
    if id(application) not in _wakers:

        class Waker(core.QObject):
            posted = core.Signal()

            def __init__(self) -> None:
                super().__init__()
                self.moveToThread(application.thread())
                self.posted.connect(self.drain, core.Qt.ConnectionType.QueuedConnection)

            def drain(self) -> None:
                pump()

        _wakers[id(application)] = Waker()
    return _wakers[id(application)]
