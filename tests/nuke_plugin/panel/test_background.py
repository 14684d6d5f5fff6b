"""Promises of work beside Qt's thread, with real threads and Qt's own event loop."""

from __future__ import annotations

import threading
from typing import Any

from nuke_plugin.panel.background import Background


def test_work_runs_beside_and_is_told_here(nuke: Any, qtbot: Any) -> None:
    """The work has a thread of its own, its outcome comes to Qt's."""
    told: list[tuple[Any, threading.Thread]] = []
    background = Background()
    background.run(
        threading.current_thread, lambda found: told.append((found, threading.current_thread()))
    )
    assert told == []
    qtbot.waitUntil(background.is_idle, timeout=5000)
    ((worked, here),) = told

    assert worked is not threading.main_thread()
    assert here is threading.main_thread()


def test_pieces_come_in_their_order(nuke: Any, qtbot: Any) -> None:
    """A piece begins when the one before has ended, and what it raised is told as it was."""
    first_may_end = threading.Event()
    told: list[Any] = []
    background = Background()

    def failing() -> None:
        raise OSError("the drive is gone")

    background.run(lambda: first_may_end.wait(10), told.append)
    background.run(failing, told.append)
    background.run(lambda: "third", told.append)
    qtbot.wait(100)
    assert told == []
    first_may_end.set()
    qtbot.waitUntil(background.is_idle, timeout=5000)

    assert told[0] is True
    assert str(told[1]) == "the drive is gone"
    assert told[2] == "third"


def test_a_fault_in_the_telling_stops_nothing(nuke: Any, qtbot: Any) -> None:
    """When what is told raises, the next piece runs all the same."""
    told: list[Any] = []
    background = Background()

    def faulty(_: Any) -> None:
        raise RuntimeError("a fault in the panel")

    background.run(lambda: 1, faulty)
    background.run(lambda: 2, told.append)
    with qtbot.captureExceptions() as caught:
        qtbot.waitUntil(background.is_idle, timeout=5000)

    assert told == [2]
    assert [str(one[1]) for one in caught] == ["a fault in the panel"]
