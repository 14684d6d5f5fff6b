"""Holds the one hop to Nuke's main thread: nodes and knobs may be touched nowhere else.

``nuke.executeInMainThread`` and its variant with a result hang or fail when they are called from
the main thread itself, never run in terminal mode (``nuke -t``), where nobody turns the event loop,
and the variant with a result swallows exceptions and returns None. So: the main thread and terminal
mode call directly, and an outcome travels as a pair.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, TypeVar

import nuke

Value = TypeVar("Value")


def must_hop() -> bool:
    """Return whether the calling thread has to hand work to another thread to touch a node."""
    return bool(nuke.GUI) and threading.current_thread() is not threading.main_thread()


def run(function: Callable[..., Value], *args: Any) -> Value:
    """Run ``function`` on the main thread, wait for it, and return or raise what it did.

    Never to be called while the main thread waits for the calling one.
    """
    if not must_hop():
        return function(*args)
    outcome = nuke.executeInMainThreadWithResult(_outcome, (function, args))
    if outcome is None:
        raise RuntimeError("Nuke did not run the call on its main thread; it may be closing.")
    value, error = outcome
    if error is not None:
        raise error
    return value  # type: ignore[no-any-return]


def post(function: Callable[..., object], *args: Any) -> None:
    """Let the main thread run ``function`` soon, without waiting; calls keep their order."""
    if must_hop():
        nuke.executeInMainThread(function, args)
    else:
        function(*args)


def _outcome(function: Callable[..., Value], args: Any) -> tuple[Value | None, Exception | None]:
    try:
        return function(*args), None
    except Exception as error:  # noqa: BLE001  it is raised again in the thread that asked
        return None, error
