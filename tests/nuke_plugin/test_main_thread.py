"""Promises of the hop to Nuke's main thread."""

from __future__ import annotations

import threading
from types import ModuleType
from typing import Any, Callable

import pytest

from nuke_plugin import main_thread
from nuke_plugin.contract.errors import ScriptNotSaved


def in_thread(qtbot: Any, function: Callable[[], object]) -> Any:
    """Run a function on another thread while Qt's loop turns; return or raise what it did."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((function(), None))
        except Exception as error:  # noqa: BLE001  it is raised again below
            outcome.append((None, error))

    threading.Thread(target=run).start()
    qtbot.waitUntil(lambda: bool(outcome), timeout=10_000)
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


def test_a_node_made_from_another_thread_is_made_on_the_main_one(
    nuke: ModuleType, qtbot: Any
) -> None:
    """``run`` makes the call on the main thread and returns its value to the caller."""
    made = in_thread(
        qtbot, lambda: main_thread.run(lambda name: nuke.nodes.Dot(name=name).name(), "Here")
    )

    assert made == "Here"
    assert nuke.toNode("Here") is not None


def test_an_exception_comes_back_as_itself(nuke: ModuleType, qtbot: Any) -> None:
    """What the call raises on the main thread is raised in the thread that asked."""

    def fail() -> None:
        raise ScriptNotSaved("painted.%04d.exr")

    with pytest.raises(ScriptNotSaved, match="not saved"):
        in_thread(qtbot, lambda: main_thread.run(fail))


def test_none_is_a_value(nuke: ModuleType, qtbot: Any) -> None:
    """A call that returns None is not mistaken for one that failed."""
    assert in_thread(qtbot, lambda: main_thread.run(lambda: None)) is None


def test_the_main_thread_calls_directly(nuke: ModuleType) -> None:
    """From the main thread there is no hop, which would hang Nuke."""
    assert main_thread.run(threading.current_thread) is threading.main_thread()
    seen: list[int] = []
    main_thread.post(seen.append, 1)
    assert seen == [1]


def test_terminal_mode_calls_directly(terminal_nuke: ModuleType) -> None:
    """Without an event loop nothing is queued: it would never run."""
    assert not main_thread.must_hop()
    assert main_thread.run(lambda: 5) == 5


def test_posts_keep_their_order(nuke: ModuleType, qtbot: Any) -> None:
    """What is posted runs on the main thread, in the order of posting, without waiting."""
    seen: list[tuple[int, bool]] = []

    def note(number: int) -> None:
        seen.append((number, threading.current_thread() is threading.main_thread()))

    in_thread(qtbot, lambda: [main_thread.post(note, number) for number in range(5)])
    qtbot.waitUntil(lambda: len(seen) == 5, timeout=5000)

    assert seen == [(number, True) for number in range(5)]
