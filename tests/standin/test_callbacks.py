"""Callbacks run when Nuke runs them, and not otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nuke
import pytest


@pytest.fixture
def seen(nuke_host: Any) -> list[Any]:
    """Return a list, in a new Nuke, for callbacks to write into."""
    found: list[Any] = []
    nuke_host.session.namespace["seen"] = found
    return found


def test_creation_callbacks(seen: list[Any]) -> None:
    """OnUserCreate runs for createNode, onCreate for every way of making a node of its class."""
    nuke.addOnUserCreate(lambda: seen.append(("user", nuke.thisNode().name())), nodeClass="Grade")
    nuke.addOnCreate(lambda: seen.append(("create", nuke.thisNode().name())), nodeClass="Grade")
    nuke.createNode("Grade")
    nuke.nodes.Grade()
    nuke.nodes.NoOp()
    assert seen == [("user", "Grade1"), ("create", "Grade1"), ("create", "Grade2")]


def test_removed_callback_does_not_run(seen: list[Any]) -> None:
    """A callback is removed with the arguments it was added with."""
    nuke.addOnCreate(seen.append, ("a",), nodeClass="Grade")
    nuke.addOnCreate(seen.append, ("b",), nodeClass="Grade")
    nuke.removeOnCreate(seen.append, ("a",), nodeClass="Grade")
    nuke.nodes.Grade()
    assert seen == ["b"]


def test_stored_text_runs_in_nukes_scope(seen: list[Any]) -> None:
    """Text stored in a callback knob runs with nuke and thisNode at hand."""
    nuke.scriptReadText(
        'NoOp {\n inputs 0\n onCreate "seen.append(nuke.thisNode().name())"\n name Stored\n}\n'
    )
    assert seen == ["Stored"]


def test_script_callbacks(seen: list[Any], tmp_path: Path) -> None:
    """Saving, closing and opening a script run their callbacks, on the root."""
    for event in ("Save", "Close", "Load"):
        add = getattr(nuke, f"addOnScript{event}")
        add(lambda event=event: seen.append((event, nuke.thisNode() is nuke.root())))
    path = str(tmp_path / "a.nk")
    nuke.scriptSaveAs(path)
    nuke.scriptOpen(path)
    assert seen == [("Save", True), ("Close", True), ("Load", True)]


def test_knob_changed_only_while_the_panel_is_open(seen: list[Any]) -> None:
    """KnobChanged runs for edits while the panel shows, and for showPanel and inputChange."""
    node, other = nuke.nodes.Grade(), nuke.nodes.Constant()
    node["knobChanged"].setValue("seen.append(nuke.thisKnob().name())")
    node["multiply"].setValue(2)
    assert seen == []
    node.showControlPanel()
    node["multiply"].setValue(3)
    node.setInput(0, other)
    node.hideControlPanel()
    node["multiply"].setValue(4)
    assert seen == ["showPanel", "multiply", "inputChange", "hidePanel"]


def test_knob_changed_always(seen: list[Any]) -> None:
    """A knob flagged so reports its edits also while the panel is closed."""
    node = nuke.nodes.Grade()
    node["knobChanged"].setValue("seen.append(nuke.thisKnob().name())")
    node["multiply"].setFlag(nuke.KNOB_CHANGED_ALWAYS)
    node["multiply"].setValue(2)
    node["add"].setValue(2)
    assert seen == ["multiply"]


def test_knob_changed_does_not_call_itself(seen: list[Any]) -> None:
    """An edit made by knobChanged does not run it again, unless the knob is flagged so."""
    node = nuke.nodes.Grade()
    code = "seen.append(nuke.thisKnob().name())\nnuke.thisNode()['add'].setValue(len(seen))"
    node["knobChanged"].setValue(code)
    node.showControlPanel()
    assert seen == ["showPanel"]
    node["add"].setFlag(nuke.KNOB_CHANGED_RECURSIVE)
    node["knobChanged"].setValue(
        code.replace("nuke.thisNode()", "len(seen) < 6 and nuke.thisNode()")
    )
    assert seen[1:] == ["knobChanged", "add", "add", "add", "add"]


def test_begin_in_knob_changed_is_refused(seen: list[Any]) -> None:
    """A Group must not be entered in knobChanged."""
    group = nuke.nodes.Group()
    group["knobChanged"].setValue("nuke.thisNode().begin()")
    with pytest.raises(RuntimeError, match=r"begin\(\) in knobChanged"):
        group.showControlPanel()


def test_this_answers_in_callbacks(seen: list[Any]) -> None:
    """A button of a Group finds its Group and knob; outside callbacks there is no knob."""
    outer = nuke.nodes.Group(name="Outer")
    with outer:
        inner = nuke.nodes.Group(name="Inner")
    code = (
        "seen.append((nuke.thisNode().name(), nuke.thisKnob().name(), nuke.thisGroup().name(),"
        " nuke.thisParent().name(), nuke.thisClass()))"
    )
    inner.addKnob(nuke.PyScript_Knob("press", "Press", code))
    inner["press"].execute()
    assert seen == [("Inner", "press", "Inner", "Outer", "Group")]
    assert nuke.thisKnob() is None
    assert nuke.thisNode() is nuke.root()


def test_group_context(seen: list[Any]) -> None:
    """Inside begin and end, nodes are made and found in the Group; end wants its begin."""
    group = nuke.nodes.Group()
    with group:
        made = nuke.createNode("NoOp")
        assert nuke.toNode("NoOp1") is made
        assert nuke.thisGroup() is group
    assert nuke.toNode("NoOp1") is None
    assert nuke.toNode("Group1.NoOp1") is made
    assert group.run(lambda: nuke.allNodes("NoOp")) == [made]
    with pytest.raises(RuntimeError, match=r"without begin\(\)"):
        group.end()


def test_button_text_may_fail(seen: list[Any]) -> None:
    """What a button's text raises reaches the caller."""
    node = nuke.nodes.NoOp()
    node.addKnob(nuke.PyScript_Knob("press", "Press", "import absent_plugin"))
    with pytest.raises(ImportError):
        node["press"].execute()


def test_unknown_tcl_button_is_refused(nuke_host: Any) -> None:
    """A built-in Tcl button whose effect is not modelled is refused by name."""
    with pytest.raises(nuke_host.NotModelled, match="rescan_range"):
        nuke.nodes.Read()["rescan_range"].execute()
