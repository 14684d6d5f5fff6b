"""Knobs and nodes refuse what Nuke refuses, and keep what Nuke keeps."""

from __future__ import annotations

from typing import Any

import nuke
import pytest


@pytest.fixture(autouse=True)
def _fresh(nuke_host: Any) -> None:
    """Start each test in a new Nuke."""


def test_unknown_knob() -> None:
    """node['x'] of a missing knob raises NameError; knob('x') returns None."""
    node = nuke.nodes.NoOp()
    with pytest.raises(NameError, match="knob mixx does not exist"):
        node["mixx"]
    assert node.knob("mixx") is None
    with pytest.raises(NameError, match="knob mixx does not exist"):
        nuke.nodes.Keymix(mixx=1)


def test_unknown_node_class() -> None:
    """A class Nuke does not have is an unknown command, by every way of creating it."""
    with pytest.raises(RuntimeError, match="Keymx: Unknown command"):
        nuke.createNode("Keymx")
    with pytest.raises(RuntimeError, match="Keymx: Unknown command"):
        nuke.nodes.Keymx()
    with pytest.raises(RuntimeError, match="Keymx: Unknown command"):
        nuke.scriptReadText("Keymx {\n inputs 0\n}\n")


def test_exr_knobs_come_with_the_file_type() -> None:
    """A Write has the knobs of EXR only while its file_type is exr."""
    write = nuke.nodes.Write()
    with pytest.raises(NameError, match="knob datatype does not exist"):
        write["datatype"]
    write["file_type"].setValue("exr")
    assert write["datatype"].value() == "16 bit half"
    write["file_type"].setValue("png")
    assert write.knob("datatype") is None


@pytest.mark.parametrize(
    ("knob", "value"),
    [("file", 3), ("first", "one"), ("file_type", "exrr"), ("on_error", None), ("raw", "yes")],
)
def test_wrong_value_is_refused(knob: str, value: Any) -> None:
    """A value of the wrong type, and a text that is not in a built-in menu, are refused."""
    with pytest.raises(TypeError):
        nuke.nodes.Read()[knob].setValue(value)


def test_menu_items_with_labels() -> None:
    """An item "id TAB label" is chosen by either and answers with the id."""
    keymix = nuke.nodes.Keymix()
    keymix["bbox"].setValue("B side")
    assert keymix["bbox"].value() == "B"
    keymix["bbox"].setValue(2)
    assert keymix["bbox"].value() == "A"


def test_user_menu_keeps_what_is_not_in_it() -> None:
    """A user menu keeps a text that is no item, also when its items change."""
    node = nuke.nodes.NoOp()
    node.addKnob(nuke.Enumeration_Knob("style", "Style", ["ink", "oil"]))
    node["style"].setValue("gone")
    assert node["style"].value() == "gone"
    node["style"].setValues(["ink"])
    assert node["style"].value() == "gone"


def test_knob_belongs_to_one_node() -> None:
    """A knob is added once, under a name the node does not have yet."""
    node, knob = nuke.nodes.NoOp(), nuke.String_Knob("note", "Note")
    node.addKnob(knob)
    with pytest.raises(RuntimeError, match="already belongs to NoOp1"):
        nuke.nodes.NoOp().addKnob(knob)
    with pytest.raises(ValueError, match="already has a knob named note"):
        node.addKnob(nuke.String_Knob("note", "Note"))
    with pytest.raises(ValueError, match="not a user knob"):
        node.removeKnob(node["label"])


def test_first_user_knob_brings_a_tab() -> None:
    """A user knob on a node without a user tab gets the tab User, as in Nuke."""
    node = nuke.nodes.NoOp()
    node.addKnob(nuke.Double_Knob("level", "Level"))
    assert node["User"].Class() == "Tab_Knob"


def test_default_value_takes_a_list() -> None:
    """SetDefaultValue wants a list, and moves a value that was never set."""
    knob = nuke.Double_Knob("level", "Level")
    with pytest.raises(TypeError, match="a list of numbers"):
        knob.setDefaultValue(1.0)  # type: ignore[arg-type]
    knob.setDefaultValue([0.5])
    assert knob.value() == 0.5


def test_names_are_made_unique() -> None:
    """Nodes of a group never share a name, and a name is a plain identifier."""
    first, second = nuke.nodes.Merge2(), nuke.nodes.Merge2()
    assert (first.name(), second.name()) == ("Merge1", "Merge2")
    second.setName("Merge1")
    assert second.name() == "Merge2"
    second["name"].setValue("Over")
    assert nuke.toNode("Over") is second
    with pytest.raises(ValueError, match="not a valid node name"):
        second.setName("two words")
    with pytest.raises(ValueError, match="exists"):
        second.setName("Merge1", uncollide=False)


def test_wires_are_refused_where_nuke_refuses_them() -> None:
    """No loop, no wire out of the group, no input beyond the node's last."""
    first = nuke.nodes.NoOp()
    second = nuke.nodes.NoOp(inputs=[first])
    group = nuke.nodes.Group()
    with group:
        inside = nuke.nodes.NoOp()
    assert not first.setInput(0, second)
    assert not inside.setInput(0, first)
    assert not first.setInput(1, group)
    assert not group.setInput(0, first)
    with pytest.raises(TypeError):
        first.setInput(0, "NoOp2")


def test_create_node_wires_and_selects() -> None:
    """CreateNode hangs the node below the selected one, selects it and opens its panel."""
    first = nuke.createNode("Constant")
    second = nuke.createNode("Grade", "multiply 2 name Warm", inpanel=False)
    assert second.input(0) is first
    assert nuke.selectedNodes() == [second]
    assert (second.name(), second["multiply"].value()) == ("Warm", 2.0)
    assert (first.shown(), second.shown()) == (True, False)


def test_delete_closes_the_gap() -> None:
    """What hung on a deleted node hangs on its input; the deleted one answers nothing more."""
    first = nuke.nodes.Constant()
    middle = nuke.nodes.Grade(inputs=[first])
    last = nuke.nodes.NoOp(inputs=[middle])
    nuke.delete(middle)
    assert last.input(0) is first
    with pytest.raises(ValueError, match="not attached to a node"):
        middle.name()
    with pytest.raises(ValueError, match="not attached to a node"):
        middle["multiply"]


def test_animation() -> None:
    """An animated knob has a value at each frame, and is written with its curve."""
    knob = nuke.nodes.Keymix()["mix"]
    knob.setAnimated()
    knob.setValueAt(0.0, 1)
    knob.setValueAt(1.0, 11)
    assert (knob.isAnimated(), knob.valueAt(6), knob.valueAt(99)) == (True, 0.5, 1.0)
    text = knob.toScript()
    other = nuke.nodes.Keymix()["mix"]
    other.fromScript(text)
    assert other.valueAt(6) == 0.5


def test_link_follows_a_knob_inside_the_group() -> None:
    """A Link_Knob on a Group reads and sets the knob inside that it names."""
    group = nuke.nodes.Group()
    with group:
        nuke.nodes.Keymix(name="Masked")
    link = nuke.Link_Knob("mix", "Mix")
    link.setLink("Masked.mix")
    group.addKnob(link)
    group["mix"].setValue(0.25)
    assert group.node("Masked")["mix"].value() == 0.25
    assert group["mix"].getLinkedKnob() is group.node("Masked")["mix"]
    link.setLink("Masked.mixx")
    with pytest.raises(RuntimeError, match="nothing is named"):
        link.value()


def test_file_text_is_evaluated() -> None:
    """A file name's Tcl, frame pattern and view are filled in on use, and kept in the knob."""
    nuke.root()["name"].setValue("/shots/ab 010/comp.nk")
    write = nuke.nodes.Write()
    text = "[file dirname [value root.name]]/out/%V/p.%04d.exr"
    write["file"].setValue(text)
    nuke.frame(7)
    assert write["file"].value() == text
    assert write["file"].evaluate() == "/shots/ab 010/out/main/p.0007.exr"
    assert nuke.filename(write) == "/shots/ab 010/out/%V/p.%04d.exr"
    assert nuke.value("Write1.file") == "/shots/ab 010/out/%V/p.%04d.exr"
    write["file"].setValue("p.####.exr")
    assert write["file"].evaluate() == "p.0007.exr"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3 ^ 2", 19.0),
        ("frame == 5 ? 10 : 20", 10.0),
        ("!(1 > 2) && 3 != 4", 1.0),
        ("clamp(mix * 4, 0, 1)", 1.0),
        ("[value Other.mix] + Other.mix", 1.5),
        ("[exists Other] + [exists Nobody]", 1.0),
        ("[string equal [value Other.bbox] B]", 1.0),
        ("[if {[value Other.mix] > 0.5} {return 3} else {return 4}]", 3.0),
        ("Other.error + parent.first_frame", 1.0),
        ("-Other.width", -2048.0),
    ],
)
def test_expressions(expression: str, expected: float) -> None:
    """Nuke's expression language, with Tcl inside, as knobs use it."""
    nuke.frame(5)
    node = nuke.nodes.Keymix(mix=0.5)
    other = nuke.nodes.Keymix(name="Other", mix=0.75, bbox="B")
    assert other.width() == 2048
    node["mix"].setValue(0.5)
    slot = nuke.Double_Knob("result", "Result")
    node.addKnob(slot)
    slot.setExpression(expression)
    assert slot.value() == expected


@pytest.mark.parametrize(
    "expression", ["nobody.mix", "1 +", "[nonsense 1]", "sine(3)", "[value nobody.mix]", "mix mix"]
)
def test_wrong_expression_raises(expression: str) -> None:
    """An expression that names nothing or is no expression raises when the value is asked for."""
    knob = nuke.nodes.Keymix()["mix"]
    knob.setExpression(expression)
    with pytest.raises(RuntimeError):
        knob.value()


def test_write_knobs_and_read_knobs() -> None:
    """WriteKnobs tells what differs from the defaults, and readKnobs takes it on another node."""
    node = nuke.nodes.Grade(multiply=2.5)
    text = node.writeKnobs(nuke.TO_SCRIPT | nuke.WRITE_NON_DEFAULT_ONLY)
    assert text.splitlines() == ["multiply 2.5", "name Grade1"]
    assert "black_clamp true" in node.writeKnobs(nuke.TO_SCRIPT | nuke.WRITE_ALL)
    assert node.writeKnobs(nuke.WRITE_NON_DEFAULT_ONLY).split() == ["multiply", "name"]
    other = nuke.nodes.Grade()
    other.readKnobs("multiply 2.5\nadd {0.1 0.2 0.3 0}")
    assert other["add"].value() == [0.1, 0.2, 0.3, 0.0]
    with pytest.raises(RuntimeError, match="no such knob: multply"):
        other.readKnobs("multply 2")


def test_undo_steps(nuke_host: Any) -> None:
    """Each edit is a step of Undo; edits inside begin and end are one; disabled ones are none."""
    steps = nuke_host.session.undo.steps
    node = nuke.nodes.NoOp()
    assert [name for name, _ in steps] == ["create NoOp"]
    with nuke.Undo("Choose style"):
        node["label"].setValue("a")
        node.addKnob(nuke.String_Knob("note", "Note"))
    assert [name for name, _ in steps][1:] == ["Choose style"]
    nuke.Undo.disable()
    node["label"].setValue("b")
    nuke.Undo.enable()
    assert len(steps) == 2
    with pytest.raises(RuntimeError, match=r"without Undo\.begin"):
        nuke.Undo.end()
    with pytest.raises(RuntimeError, match=r"without Undo\.disable"):
        nuke.Undo.enable()


def test_formats() -> None:
    """A format has a name to be added, and a node's format knob follows the project without one."""
    nuke.root()["format"].setValue(nuke.addFormat("960 540 2 wide"))
    constant = nuke.nodes.Constant()
    assert (constant.width(), constant.height(), constant.pixelAspect()) == (960, 540, 2.0)
    constant["format"].setValue("HD_1080")
    assert constant.width() == 1920
    with pytest.raises(RuntimeError, match="no format named"):
        constant["format"].setValue("HD_1081")
    with pytest.raises(RuntimeError, match="has no name"):
        nuke.addFormat("960 540 1")
