"""Scripts as files: what a save keeps, what a reload drops, and scripts without the plugin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nuke
import pytest

HOST = Path(__file__).resolve().parent / "host"
PLUGIN_TEXT = "try:\n    import absent_plugin\nexcept ImportError:\n    nuke.message('absent')"


@pytest.fixture
def host(nuke_host: Any) -> Any:
    """Return the package that drives the stand-in, in a new Nuke with a tiny project format."""
    nuke.root()["format"].setValue(nuke.addFormat("4 2 1 tiny"))
    return nuke_host


def _saved(folder: Path) -> str:
    path = str(folder / "é comp.nk")
    nuke.scriptSaveAs(path, 1)
    return path


def _reopened(folder: Path) -> None:
    nuke.scriptOpen(_saved(folder))


def _styled_group() -> Any:
    """Build a Group like the plugin's: two Inputs, a mix link, user knobs, a stored button."""
    group = nuke.nodes.Group(name="Styled")
    with group:
        img, mask = nuke.nodes.Input(name="img"), nuke.nodes.Input(name="mask")
        inverted = nuke.nodes.Invert(inputs=[img], channels="rgb")
        masked = nuke.nodes.Keymix(name="Masked", inputs=[img, inverted, mask], bbox="B")
        masked["mix"].setExpression("parent.level")
        nuke.nodes.Output(inputs=[masked])
    group.addKnob(nuke.Tab_Knob("styled", "Styled node"))
    level = nuke.Double_Knob("level", "Level")
    level.setRange(0, 2)
    level.setTooltip('How much: "none" [to] {all} $x')
    group.addKnob(level)
    group["level"].setValue(1)
    group.addKnob(nuke.Enumeration_Knob("style", "Style", ["ink", "two words"]))
    group["style"].setValue("not installed")
    group.addKnob(nuke.PyScript_Knob("press", "Press", PLUGIN_TEXT))
    group.addKnob(nuke.Text_Knob("status", "Status", "line 1\nline 2"))
    group.addKnob(nuke.Boolean_Knob("fast", "Fast", True))
    group["onCreate"].setValue(PLUGIN_TEXT)
    return group


def test_round_trip_keeps_the_tree(host: Any, tmp_path: Path) -> None:
    """A saved and opened script has the same nodes, wires, values and picture."""
    checker = nuke.nodes.CheckerBoard2(boxsize=1)
    mask = nuke.nodes.Constant(channels="alpha")
    mask["color"].setValue(0.5)
    group = _styled_group()
    group.setInput(0, checker)
    group.setInput(1, mask)
    before = host.pixel_rows(group, "red")
    first = nuke.nodes.Dot(inputs=[group])
    nuke.nodes.Merge2(inputs=[None, first])
    _reopened(tmp_path)
    group = nuke.toNode("Styled")
    assert host.pixel_rows(group, "red") == before
    assert [node.name() for node in group.nodes()] == [
        "img",
        "mask",
        "Invert1",
        "Masked",
        "Output1",
    ]
    assert group.input(0) is nuke.toNode("CheckerBoard1")
    assert group.input(1) is nuke.toNode("Constant1")
    merge = nuke.toNode("Merge1")
    assert (merge.input(0), merge.input(1)) == (None, nuke.toNode("Dot1"))
    assert group.node("Masked")["bbox"].value() == "B"
    group["level"].setValue(0)
    assert group.node("Masked")["mix"].value() == 0.0


def test_round_trip_keeps_user_knobs(host: Any, tmp_path: Path) -> None:
    """User knobs come back with labels, tooltips, menus, texts, ranges and values."""
    _styled_group()
    _reopened(tmp_path)
    group = nuke.toNode("Styled")
    assert group["level"].label() == "Level"
    assert group["level"].tooltip() == 'How much: "none" [to] {all} $x'
    assert (group["level"].min(), group["level"].max()) == (0.0, 2.0)
    assert group["level"].value() == 1.0
    assert group["style"].values() == ["ink", "two words"]
    assert group["style"].value() == "not installed"
    assert group["status"].value() == "line 1\nline 2"
    assert group["fast"].value() is True
    assert [name for name, knob in group.knobs().items() if knob._user] == [
        *("styled", "level", "style", "press", "status", "fast")
    ]


def test_reload_drops_flags(host: Any, tmp_path: Path) -> None:
    """Flags set by a program are lost by a reload and by a paste; STARTLINE is kept."""
    group = _styled_group()
    group["level"].setVisible(False)
    group["level"].setFlag(nuke.NO_ANIMATION | nuke.DO_NOT_WRITE)
    group["style"].setEnabled(False)
    group["style"].clearFlag(nuke.STARTLINE)
    _reopened(tmp_path)
    group = nuke.toNode("Styled")
    assert group["level"].visible()
    assert not group["level"].getFlag(nuke.NO_ANIMATION)
    assert group["style"].enabled()
    assert not group["style"].getFlag(nuke.STARTLINE)


def test_written_flags_are_not_read(host: Any) -> None:
    """Flags in an addUserKnob line, other than STARTLINE, have no effect on loading."""
    nuke.scriptReadText(
        "NoOp {\n inputs 0\n name Keeper\n addUserKnob {20 User}\n"
        " addUserKnob {7 level l Level -STARTLINE +INVISIBLE +DISABLED R 0 4}\n level 3\n}\n"
    )
    knob = nuke.toNode("Keeper")["level"]
    assert (knob.value(), knob.max(), knob.visible(), knob.enabled()) == (3.0, 4.0, True, True)
    assert not knob.getFlag(nuke.STARTLINE)


def test_reload_drops_int_sliders(host: Any, tmp_path: Path) -> None:
    """The range of an Int_Knob is lost by a reload; its value is kept."""
    node = nuke.nodes.NoOp(name="Keeper")
    knob = nuke.Int_Knob("count", "Count")
    knob.setRange(1, 9)
    node.addKnob(knob)
    node["count"].setValue(5)
    _reopened(tmp_path)
    knob = nuke.toNode("Keeper")["count"]
    assert (knob.value(), knob.min(), knob.max()) == (5, 0.0, 1.0)


def test_label_equal_to_name_is_saved_empty(host: Any, tmp_path: Path) -> None:
    """A label that equals the knob's name comes back empty."""
    node = nuke.nodes.NoOp(name="Keeper")
    node.addKnob(nuke.Double_Knob("style", "style"))
    _reopened(tmp_path)
    assert nuke.toNode("Keeper")["style"].label() == ""


def test_default_set_by_program_is_not_saved(host: Any, tmp_path: Path) -> None:
    """A user knob's value is saved even where it equals its default: the default is not."""
    node = nuke.nodes.NoOp(name="Keeper")
    knob = nuke.Double_Knob("level", "Level")
    knob.setDefaultValue([0.75])
    node.addKnob(knob)
    _reopened(tmp_path)
    assert nuke.toNode("Keeper")["level"].value() == 0.75
    assert nuke.toNode("Keeper")["level"].defaultValue() == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "a b",
        'q"uote',
        "[value root.name]",
        "{brace",
        "back\\slash",
        "$money",
        "é 日本",
        "new\nline",
        "#",
    ],
)
def test_any_text_survives(host: Any, tmp_path: Path, text: str) -> None:
    """A knob's text comes back as it was, whatever Tcl would make of its characters."""
    node = nuke.nodes.NoOp(name="Keeper", label=text)
    node.addKnob(nuke.String_Knob("note", "Note " + text))
    node["note"].setValue(text)
    _reopened(tmp_path)
    node = nuke.toNode("Keeper")
    assert (node["label"].value(), node["note"].value()) == (text, text)
    assert node["note"].label() == "Note " + text


def test_numbers_colours_and_curves_survive(host: Any, tmp_path: Path) -> None:
    """Single numbers, colours, expressions and curves come back."""
    grade = nuke.nodes.Grade(name="Keeper", multiply=0.1)
    grade["add"].setValue([0.1, -2.5, 3e-7, 0])
    grade["gamma"].setExpression("frame / 2", 1)
    grade["mix"].setAnimated()
    grade["mix"].setValueAt(0.25, 1)
    grade["mix"].setValueAt(0.75, 3)
    _reopened(tmp_path)
    grade = nuke.toNode("Keeper")
    assert grade["multiply"].value() == 0.1
    assert grade["add"].value() == [0.1, -2.5, 3e-7, 0.0]
    nuke.frame(4)
    assert grade["gamma"].value() == [1.0, 2.0, 1.0, 1.0]
    assert grade["mix"].valueAt(2) == 0.5


def test_copy_and_paste(host: Any, tmp_path: Path) -> None:
    """A copied Group pastes with its contents, under a new name, below the selected node."""
    group = _styled_group()
    group.selectOnly()
    nuke.nodeCopy("%clipboard%")
    constant = nuke.nodes.Constant()
    constant.selectOnly()
    pasted = nuke.nodePaste("%clipboard%")
    assert pasted.name() == "Styled1"
    assert [node.name() for node in pasted.nodes()] == [node.name() for node in group.nodes()]
    assert pasted["style"].value() == "not installed"
    assert nuke.selectedNodes() == [pasted]
    group.selectOnly()
    nuke.nodeCopy(str(tmp_path / "group.nk"))
    with nuke.nodes.Group(name="Outer"):
        nuke.nodePaste(str(tmp_path / "group.nk"))
    assert nuke.toNode("Outer.Styled").output() is not None


def test_group_in_group(host: Any, tmp_path: Path) -> None:
    """Groups in Groups, and equal names in different Groups, come back where they were."""
    outer = nuke.nodes.Group(name="Outer")
    with outer:
        inside = nuke.nodes.Input()
        inner = nuke.nodes.Group(name="Inner", inputs=[])
        with inner:
            nuke.nodes.Output(inputs=[nuke.nodes.Invert(inputs=[nuke.nodes.Input()])])
        inner.setInput(0, inside)
        nuke.nodes.Output(inputs=[inner])
    outer.setInput(0, nuke.nodes.Constant(color=0.25))
    nuke.nodes.Invert(inputs=[outer])
    _reopened(tmp_path)
    assert nuke.toNode("Outer.Inner.Invert1").fullName() == "Outer.Inner.Invert1"
    assert nuke.toNode("Invert1").input(0) is nuke.toNode("Outer")
    assert nuke.toNode("Outer").sample("red", 0, 0) == 0.75


def test_begin_in_on_create_while_loading(host: Any, tmp_path: Path) -> None:
    """Entering the Group in its own onCreate is fine when created, and raises while loading."""
    group = nuke.nodes.Group(name="Looker")
    group["onCreate"].setValue("with nuke.thisNode():\n    pass")
    path = _saved(tmp_path)
    with pytest.raises(RuntimeError, match="corrupts the loader"):
        nuke.scriptOpen(path)
    group = nuke.nodes.Group(name="Careful")
    group["onCreate"].setValue("nuke.thisNode().nodes()")
    nuke.scriptClear()
    nuke.createNode("Group")


def test_nodes_of_a_closed_script_are_gone(host: Any) -> None:
    """Whoever still holds a node of a script that was closed holds one that is not attached."""
    group = nuke.nodes.Group()
    with group:
        inside = nuke.nodes.Grade()
    nuke.scriptClear()
    for node in (group, inside):
        with pytest.raises(ValueError, match="not attached"):
            node.name()


def test_saving_refuses_to_replace(host: Any, tmp_path: Path) -> None:
    """An existing script is replaced only if asked; a script never saved has no name."""
    with pytest.raises(RuntimeError, match="no script name"):
        nuke.scriptName()
    path = _saved(tmp_path)
    assert nuke.scriptName() == path.replace("\\", "/")
    assert nuke.script_directory() == str(tmp_path).replace("\\", "/")
    with pytest.raises(RuntimeError, match="exists"):
        nuke.scriptSaveAs(path)
    nuke.scriptSave()


def test_damaged_script_is_refused(host: Any, tmp_path: Path) -> None:
    """A cut-off script and an unknown knob are errors, not half a tree in silence."""
    path = Path(_saved(tmp_path))
    path.write_text("Grade {\n multiply 2\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="missing close-brace"):
        nuke.scriptOpen(str(path))
    path.write_text("Group {\n inputs 0\n}\n Input {\n inputs 0\n}\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="ends inside a Group"):
        nuke.scriptOpen(str(path))
    path.write_text("Grade {\n inputs 0\n multply 2\n}\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="no such knob: multply"):
        nuke.scriptOpen(str(path))


def test_script_written_by_nuke_loads(host: Any) -> None:
    """Text as Nuke itself writes it: default inputs, set and push, bare and quoted values."""
    nuke.scriptReadText(
        "set cut_paste_input [stack 0]\nversion 15.0 v1\npush $cut_paste_input\n"
        "Constant {\n inputs 0\n channels rgb\n color {0.1 0.2 0.3 1}\n name Constant1\n"
        ' label "a b"\n selected true\n xpos -10\n ypos -58\n}\n'
        "set N7f80 [stack 0]\nGrade {\n multiply {{Constant1.color.g}}\n name Grade1\n}\n"
        "push $N7f80\nKeymix {\n inputs 2+1\n channels rgb\n name Keymix1\n}\n"
    )
    grade, keymix = nuke.toNode("Grade1"), nuke.toNode("Keymix1")
    assert grade.input(0) is nuke.toNode("Constant1")
    assert grade["multiply"].value() == 0.2
    assert [keymix.input(i) for i in range(2)] == [nuke.toNode("Constant1"), grade]


def test_script_renders_without_the_plugin(host: Any, tmp_path: Path) -> None:
    """A fresh process without the plugin loads the script and sees the same pixels."""
    checker = nuke.nodes.CheckerBoard2(boxsize=1)
    group = _styled_group()
    group.setInput(0, checker)
    group.setInput(1, nuke.nodes.Constant(channels="alpha", color=1))
    expected = host.pixel_rows(group, "red")
    path = _saved(tmp_path)
    code = (
        "import nuke, nuke_standin, sys\n"
        "nuke_standin.reset(gui=False)\n"
        "nuke.scriptOpen(sys.argv[1])\n"
        "assert 'nuke_plugin' not in sys.modules and 'numpy' not in sys.modules\n"
        "print(nuke_standin.pixel_rows(nuke.toNode('Styled'), 'red'))\n"
        "print(nuke_standin.session.messages)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, path],
        env={**os.environ, "PYTHONPATH": str(HOST), "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pixels, messages = done.stdout.splitlines()
    assert pixels == str(expected)
    assert messages == "['absent']"


def test_clones_share_knobs_and_not_wires(host: Any) -> None:
    """A clone has its original's knobs and inside, and its own name, wires and life."""
    group = nuke.nodes.Group(name="Shot")
    with group:
        nuke.nodes.Output().setInput(0, nuke.nodes.Input(name="source"))
    colours = [nuke.nodes.Constant(channels="rgba", color=[v] * 4) for v in (0.25, 0.75)]
    group.setInput(0, colours[0])
    clone = nuke.clone(group)
    clone.setInput(0, colours[1])
    group["label"].setValue("both")

    assert clone["label"].value() == "both"
    assert clone.name() != group.name()
    assert (group.clones(), clone.clones()) == (1, 1)
    assert [node.sample("red", 0, 0) for node in (group, clone)] == [0.25, 0.75]
    nuke.delete(group)
    assert (clone.clones(), clone.sample("red", 0, 0)) == (0, 0.75)


def test_a_script_with_clones_is_not_saved_wrongly(host: Any, tmp_path: Path) -> None:
    """The stand-in refuses to save clones rather than to write them as copies."""
    nuke.clone(nuke.nodes.Grade())
    with pytest.raises(host.NotModelled, match="clones"):
        nuke.scriptSaveAs(str(tmp_path / "a.nk"))
