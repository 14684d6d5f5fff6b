"""Promises of the strip's timer: open properties follow the script, and Nuke keeps its time."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import frame_states, frame_strip
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.qt import QtCore
from tests.nuke_plugin.comp import FIRST, Comp


@pytest.fixture
def quick_timer(nuke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the timer that Nuke's start made, looking many times a second."""
    monkeypatch.setattr(frame_strip, "_LEAST_PAUSE_SECONDS", 0.02)
    timer = frame_strip._timer
    assert timer is not None
    timer.start(0)
    yield timer
    timer.start(60_000)


def test_open_properties_follow_the_script(comp: Comp, qtbot: Any, quick_timer: Any) -> None:
    """A longer frame range shows in the strip of a node whose properties are open, by itself."""
    node = comp.node()
    qtbot.waitUntil(lambda: "3 missing" in node["frames"].value(), timeout=10_000)
    node["frame_range"].setValue("1001-1010")
    qtbot.waitUntil(lambda: "10 missing" in node["frames"].value(), timeout=10_000)
    node.hideControlPanel()
    node["frame_range"].setValue("1001")
    qtbot.wait(200)
    assert "10 missing" in node["frames"].value()


def test_a_saved_script_stays_saved(
    comp: Comp, qtbot: Any, quick_timer: Any, nuke: ModuleType
) -> None:
    """The strip shows a state and is nothing to save: Nuke asks for nothing on closing."""
    node = comp.node()
    comp.save()
    node["frames"].setValue("older")
    nuke.modified(False)
    qtbot.waitUntil(lambda: "3 missing" in node["frames"].value(), timeout=10_000)
    assert not nuke.modified()
    node["frame_range"].setValue("1001-1010")
    qtbot.waitUntil(lambda: "10 missing" in node["frames"].value(), timeout=10_000)
    assert nuke.modified()


def test_nothing_is_looked_at_while_nuke_renders(
    comp: Comp, qtbot: Any, quick_timer: Any, nuke: ModuleType
) -> None:
    """During a render the knobs are left alone, and afterwards the strip follows again."""
    node = comp.node()
    qtbot.waitUntil(lambda: "3 missing" in node["frames"].value(), timeout=10_000)
    seen: list[str] = []

    def while_rendering() -> None:
        node["frame_range"].setValue("1001-1005")
        qtbot.wait(200)
        seen.append(node["frames"].value())

    write = nuke.nodes.Write(file=str(comp.folder / "x.%04d.exr"), raw=True, file_type="exr")
    write.setInput(0, comp.plate)
    nuke.addBeforeRender(while_rendering)
    nuke.execute(write, FIRST, FIRST)
    assert "3 missing" in seen[0]
    qtbot.waitUntil(lambda: "5 missing" in node["frames"].value(), timeout=10_000)


def test_a_fault_does_not_stop_the_timer(
    comp: Comp, qtbot: Any, quick_timer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a look fails the next one is made all the same."""
    node = comp.node()
    with monkeypatch.context() as patch:

        def fail(_: object) -> None:
            raise ZeroDivisionError("planted")

        patch.setattr(frame_states.Judging, "go_on", fail)
        with qtbot.capture_exceptions() as faults:
            qtbot.waitUntil(lambda: len(faults) >= 2, timeout=10_000)
    qtbot.waitUntil(lambda: "3 missing" in node["frames"].value(), timeout=10_000)


def test_a_long_range_is_judged_in_slices(
    comp: Comp, qtbot: Any, quick_timer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two slices of a range Qt's loop turns, and the strip shows the whole in the end."""
    monkeypatch.setattr(frame_states, "SLICE_SECONDS", 0.0)
    told: list[str] = []
    really_go_on = frame_states.Judging.go_on

    def go_on(judging: frame_states.Judging) -> Any:
        told.append("slice")
        return really_go_on(judging)

    monkeypatch.setattr(frame_states.Judging, "go_on", go_on)
    turns = QtCore.QTimer()
    turns.timeout.connect(lambda: told.append("turn"))
    turns.start(0)
    node = comp.node(frame_range="1001-1010")
    qtbot.waitUntil(lambda: "10 missing" in node["frames"].value(), timeout=10_000)
    turns.stop()
    slices = [index for index, what in enumerate(told) if what == "slice"]
    assert len(slices) >= 10
    assert all(later > earlier + 1 for earlier, later in zip(slices, slices[1:]))


def test_a_node_that_goes_meanwhile_holds_up_no_other(
    comp: Comp, qtbot: Any, quick_timer: Any, monkeypatch: pytest.MonkeyPatch, nuke: ModuleType
) -> None:
    """A node that is deleted between two slices is let go, and the next one is looked at."""
    monkeypatch.setattr(frame_states, "SLICE_SECONDS", 0.0)
    nodes = [comp.node(), comp.node()]
    qtbot.waitUntil(lambda: bool(frame_strip._waiting), timeout=10_000)
    nuke.delete(nodes[0])
    qtbot.waitUntil(lambda: "3 missing" in nodes[1]["frames"].value(), timeout=10_000)


def test_what_is_finished_shows_soon(comp: Comp, qtbot: Any, quick_timer: Any) -> None:
    """A node whose properties are closed is brought up to date when a render asks for it."""
    node = comp.node()
    node.hideControlPanel()
    node["frames"].setValue("older")
    for _ in range(2):
        frame_strip.show_soon(node)
    assert len([one for one, _ in frame_strip._waiting if one is node]) == 1
    qtbot.waitUntil(lambda: "3 missing" in node["frames"].value(), timeout=10_000)


def test_failed_frames_are_told_until_they_are_painted(comp: Comp) -> None:
    """Frames that failed are red and in the label; a render without a failure takes that away."""
    node = comp.node()
    frame_strip.note_failed(node, FrameRange((1002,)))
    frame_strip.show(node)
    assert node["frames"].value().endswith("2 missing, 1 failed")
    assert "failed: 1002" in node["label"].evaluate()
    frame_strip.note_failed(node, FrameRange(()))
    frame_strip.show(node)
    assert node["frames"].value().endswith("3 missing")
    assert "failed" not in node["label"].evaluate()


def test_a_node_of_the_same_name_in_another_script_did_not_fail(
    comp: Comp, nuke: ModuleType
) -> None:
    """What failed in one script says nothing of the script that is open now."""
    node = comp.node()
    frame_strip.note_failed(node, FrameRange((1002,)))
    nuke.scriptSaveAs(str(comp.folder / "another_v001.nk").replace("\\", "/"), 1)
    frame_strip.show(node)
    assert "failed" not in node["frames"].value()
