"""The rules of Nuke's main thread, without Qt and with the Qt this Python has."""

from __future__ import annotations

import importlib.util
import threading
import time
from collections.abc import Callable
from typing import Any

import nuke
import nukescripts
import pytest


def _in_thread(function: Callable[[], Any], pump: Callable[[], Any]) -> Any:
    """Run a function in another thread while the main loop turns; return or raise what it did."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((function(), None))
        except Exception as error:  # noqa: BLE001  it is raised again below
            outcome.append((None, error))

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 20
    while thread.is_alive() and time.monotonic() < deadline:
        pump()
        time.sleep(0.001)
    thread.join(1)
    pump()
    value, error = outcome[0]
    if error is not None:
        raise error
    return value


EDITS: dict[str, Callable[[Any], Any]] = {
    "createNode": lambda node: nuke.createNode("NoOp"),
    "nodes": lambda node: nuke.nodes.NoOp(),
    "setValue": lambda node: node["label"].setValue("x"),
    "setExpression": lambda node: node["xpos"].setExpression("1"),
    "setInput": lambda node: node.setInput(0, None),
    "addKnob": lambda node: node.addKnob(nuke.String_Knob("note", "Note")),
    "setName": lambda node: node.setName("Other"),
    "delete": lambda node: nuke.delete(node),
    "execute": lambda node: nuke.execute(node, 1, 1),
    "scriptClear": lambda node: nuke.scriptClear(),
    "message": lambda node: nuke.message("x"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_off_the_main_thread_are_refused(nuke_host: Any, edit: str) -> None:
    """Nodes are made, edited and executed, and dialogs opened, on the main thread only."""
    node = nuke.nodes.Write()
    with pytest.raises(RuntimeError, match="main thread"):
        _in_thread(lambda: EDITS[edit](node), nuke_host.pump)
    assert [made.name() for made in nuke.allNodes()] == ["Write1"]


def test_values_are_read_from_any_thread(nuke_host: Any) -> None:
    """Reading a knob's value from another thread is not refused."""
    node = nuke.nodes.Grade(multiply=2)
    assert _in_thread(lambda: node["multiply"].value(), nuke_host.pump) == 2.0


@pytest.mark.parametrize("module", [nuke, nukescripts, nukescripts.utils])
def test_from_the_main_thread_is_refused(nuke_host: Any, module: Any) -> None:
    """Calling the main thread from the main thread hangs Nuke, so it raises here."""
    with pytest.raises(RuntimeError, match="from the main thread"):
        module.executeInMainThread(print)
    with pytest.raises(RuntimeError, match="from the main thread"):
        module.executeInMainThreadWithResult(print)


def test_in_terminal_mode_is_refused(nuke_host: Any) -> None:
    """In terminal mode no loop turns, so nothing would ever run the call."""
    nuke_host.reset(gui=False)
    with pytest.raises(RuntimeError, match="terminal mode"):
        _in_thread(lambda: nuke.executeInMainThread(print), nuke_host.pump)


def test_call_runs_on_the_main_thread(nuke_host: Any) -> None:
    """The queued call may edit nodes, and its result comes back; a bare argument is one."""

    def rename(name: str, suffix: str = "") -> Any:
        node = nuke.createNode("NoOp")
        node.setName(name + suffix)
        return node

    made = _in_thread(
        lambda: nuke.executeInMainThreadWithResult(rename, "Made", {"suffix": "Here"}),
        nuke_host.pump,
    )
    assert made.name() == "MadeHere"
    assert _in_thread(lambda: nuke.executeInMainThread(rename, ("Late",)), nuke_host.pump) is None
    assert nuke.toNode("Late") is not None


def test_failure_is_swallowed(nuke_host: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A call that raises is printed, and the caller gets None and no exception."""

    def fail() -> None:
        raise ValueError("lost on the way")

    result = _in_thread(lambda: nuke.executeInMainThreadWithResult(fail), nuke_host.pump)
    assert result is None
    assert "lost on the way" in capsys.readouterr().out


def test_calls_keep_their_order(nuke_host: Any) -> None:
    """Calls posted one after the other run one after the other, when the loop turns."""
    seen: list[int] = []
    _in_thread(
        lambda: [nuke.executeInMainThread(seen.append, number) for number in range(20)] and None,
        lambda: None,
    )
    assert seen == []
    assert nuke_host.pump() == 20
    assert seen == list(range(20))


def test_deferred_call_waits_for_the_loop(nuke_host: Any) -> None:
    """ExecuteDeferred is legal on the main thread and runs at the loop's next turn."""
    seen: list[str] = []
    nukescripts.executeDeferred(seen.append, "later")
    assert seen == []
    nuke_host.pump()
    assert seen == ["later"]


def test_only_the_main_thread_turns_the_loop(nuke_host: Any) -> None:
    """Another thread cannot run what is queued for the main one."""
    with pytest.raises(RuntimeError, match="only the main thread"):
        _in_thread(nuke_host.pump, lambda: None)


def test_qt_turns_the_loop(nuke_host: Any, qtbot: Any) -> None:
    """With a Qt application its event loop runs the queued calls, and nobody needs to pump."""
    bindings = [importlib.util.find_spec(name) for name in ("PySide6", "PySide2")]
    binding = next(spec.name for spec in bindings if spec is not None)
    application = importlib.import_module(f"{binding}.QtWidgets").QApplication.instance()
    made = _in_thread(
        lambda: nuke.executeInMainThreadWithResult(nuke.createNode, "NoOp"),
        application.processEvents,
    )
    assert made.Class() == "NoOp"
