"""Promises of what a node lives through: copies, clones, toolsets, other scripts, no plugin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from nuke_standin import session
from nuke_standin.pixels import pixel_rows

from nuke_plugin import style_knobs, style_node
from tests.nuke_plugin.comp import FIRST, LAST, Comp, picture

FRAME = 1002
HERE = Path(__file__).resolve().parent
VALUES = {
    "style": "cold",
    "style2": "warm",
    "style3": "cold",
    "style_weight": 0.2,
    "style2_weight": 0.3,
    "style3_weight": 0.4,
    "strength": 0.5,
    "scale_strokes": False,
    "stroke_scale": 2.0,
    "stroke_detail": 0.25,
    "plate_colorspace": "ACEScg",
    "light": "clip",
    "premult": "on",
    "useGPUIfAvailable": False,
    "halfPrecision": True,
    "tileSize": "2048",
    "frame_range": "1001-1003x2",
    "keep_plate_colour": 0.25,
    "plate_grain": 0.75,
    "plate_grain_size": 5.0,
    "maskChannelMask": "rgba.green",
    "invert_mask": True,
    "fringe": True,
    "mix": 0.6,
}


def set_up(comp: Comp) -> Any:
    """Return a node with no control at its default, and results on disk that it shows."""
    node = comp.node(**VALUES)
    for frame in range(FIRST, LAST + 1):
        result = comp.result_file(node, frame)
        result.parent.mkdir(parents=True, exist_ok=True)
        other = FIRST + (frame - FIRST + 1) % 3
        shutil.copy(comp.folder / "plates" / f"shot.{other}.exr", result)
    read = node.node("ResultRead")
    read["file"].fromUserText(f"{read['file'].value()} {FIRST}-{LAST}")
    return node


def values(node: Any) -> dict[str, Any]:
    """Return what a node's controls hold."""
    return {name: node[name].value() for name in VALUES}


def test_every_control_is_set_here(comp: Comp) -> None:
    """The values of these tests leave out no control that holds one."""
    own = [knob for knob in comp.node().allKnobs() if knob._user and knob.visible()]
    plain = ("Tab_Knob", "Text_Knob", "PyScript_Knob", "PyCustom_Knob")
    holding = {knob.name() for knob in own if knob.Class() not in plain}

    assert holding - {"library", "model", "results"} == set(VALUES)


def test_saving_and_loading_keep_every_control(comp: Comp, nuke: ModuleType) -> None:
    """A script that is opened and saved again holds the same text, and the node the same values."""
    node = set_up(comp)
    before = picture(node, FRAME)
    comp.save()
    text = comp.script.read_text(encoding="utf-8")
    nuke.scriptOpen(str(comp.script).replace("\\", "/"))
    node = nuke.toNode("ImpastoStyle1")

    assert values(node) == VALUES
    assert picture(node, FRAME) == before
    nuke.scriptSave()
    assert comp.script.read_text(encoding="utf-8") == text


def test_a_copy_keeps_every_control(comp: Comp, nuke: ModuleType) -> None:
    """A pasted or duplicated node has the values and the animation of its original."""
    node = set_up(comp)
    node["style2_weight"].setExpression("frame / 2000")
    nuke.nodeCopy("%clipboard%")
    copy = nuke.nodePaste("%clipboard%")

    assert copy is not node
    assert {**values(copy), "style2_weight": 0} == {**VALUES, "style2_weight": 0}
    assert copy["style2_weight"].hasExpression()
    copy["mix"].setValue(0.1)
    assert node["mix"].value() == 0.6


def test_a_toolset_brings_the_node_into_another_script(comp: Comp, nuke: ModuleType) -> None:
    """Saved as a toolset and loaded into a new script, the node works there with its settings."""
    node = set_up(comp)
    toolset = comp.folder / "toolset.nk"
    nuke.nodeCopy(str(toolset))
    nuke.scriptClear()
    nuke.root()["format"].setValue("test_format")
    loaded = nuke.nodePaste(str(toolset))

    assert values(loaded) == VALUES
    assert style_knobs.VERSION_KNOB in loaded.knobs()
    assert not loaded.treeHasError()
    assert node is not loaded


def test_clones_share_their_results(comp: Comp, nuke: ModuleType) -> None:
    """A clone has its original's knobs and frames, on its own plate; a render moves neither."""
    node = set_up(comp)
    grade = nuke.nodes.Grade(multiply=0.5)
    grade.setInput(0, comp.plate)
    clone = nuke.clone(node)
    clone.setInput(0, grade)
    file = node["results"].value()
    for one in (node, clone, node):
        style_node.claim_results(one)

    assert node["results"].value() == clone["results"].value() == file
    clone["mix"].setValue(0)
    assert picture(node, FRAME) == picture(comp.plate, FRAME)
    assert picture(clone, FRAME) == picture(grade, FRAME)
    copied = comp.node()
    copied["results"].getLinkedKnob().setValue(file)
    style_node.claim_results(copied)
    assert copied["results"].value() != file  # a copy is no clone


def test_nodes_of_one_name_in_two_groups_keep_apart(comp: Comp, nuke: ModuleType) -> None:
    """Two nodes called alike in different Groups write different files, copied Groups too."""
    groups = [nuke.nodes.Group(name="Shot1"), nuke.nodes.Group(name="Shot2")]
    for group in groups:
        with group:
            style_node.create("tiny", "warm")
    nodes = list(style_node.all_style_nodes())

    assert [node.name() for node in nodes] == ["ImpastoStyle1", "ImpastoStyle1"]
    assert nodes[0]["results"].value() != nodes[1]["results"].value()
    for node in nuke.root().nodes():
        node.setSelected(node is groups[0])
    nuke.nodeCopy("%clipboard%")
    (inside,) = style_node.all_style_nodes(nuke.nodePaste("%clipboard%"))
    assert inside["results"].value() == nodes[0]["results"].value()
    style_node.claim_results(inside)
    taken = {node["results"].value() for node in style_node.all_style_nodes()}
    assert len(taken) == 3


def test_scripts_in_one_folder_keep_apart(comp: Comp, nuke: ModuleType) -> None:
    """A node that is made, or copied and rendered, takes no folder with another script's frames."""
    first_name = set_up(comp).name()
    comp.save()
    nuke.scriptClear()
    nuke.scriptSaveAs(str(comp.folder / "sh020_comp.nk").replace("\\", "/"))
    second = style_node.create("tiny", "warm")
    assert second.name() == first_name == "ImpastoStyle1"
    assert "/impasto/ImpastoStyle1_2/" in second["results"].value()
    own = comp.folder / "impasto" / "ImpastoStyle1_2" / "left" / "painted.1001.exr"
    own.parent.mkdir(parents=True)
    own.touch()
    style_node.claim_results(second)
    assert "/impasto/ImpastoStyle1_2/" in second["results"].value()  # its own frames are its own
    third = comp.folder / "impasto" / "ImpastoStyle2" / "main" / "plates" / "painted.1001.exr"
    third.parent.mkdir(parents=True)
    third.touch()
    second.selectOnly()
    nuke.nodeCopy("%clipboard%")
    copy = nuke.nodePaste("%clipboard%")
    assert copy.name() == "ImpastoStyle2"
    style_node.claim_results(copy)
    assert "/impasto/ImpastoStyle2_2/" in copy["results"].value()


def test_hosts_of_a_farm_come_to_one_file(terminal_comp: Comp, terminal_nuke: ModuleType) -> None:
    """In terminal mode a copied node gets the same file on the second host as on the first."""
    node = terminal_comp.node()
    node.selectOnly()
    terminal_nuke.nodeCopy("%clipboard%")
    files = []
    for _ in range(2):
        copy = terminal_nuke.nodePaste("%clipboard%")
        style_node.claim_results(copy)
        files.append(copy["results"].value())
        terminal_nuke.delete(copy)
        frame = terminal_comp.folder / "impasto" / "ImpastoStyle2" / "main" / "painted.1001.exr"
        frame.parent.mkdir(parents=True, exist_ok=True)
        frame.touch()

    assert files[0] == files[1]
    assert "/impasto/ImpastoStyle2/" in files[0]


def test_a_script_s_next_version_shows_the_frames(comp: Comp, nuke: ModuleType) -> None:
    """Under a new name in its folder a script keeps its frames; elsewhere it says so."""
    node = set_up(comp)
    node["mix"].setValue(1)
    node["fringe"].setValue(False)
    nuke.root().setFrame(FRAME)
    before = picture(node, FRAME)
    nuke.scriptSaveAs(str(comp.folder / "comp_v002.nk").replace("\\", "/"))
    assert picture(node, FRAME) == before
    elsewhere = comp.folder.parent / "elsewhere"
    elsewhere.mkdir()
    nuke.scriptSaveAs(str(elsewhere / "comp_v003.nk").replace("\\", "/"))

    assert picture(node, FRAME) == picture(comp.plate, FRAME) != before
    assert node["label"].evaluate().startswith("not rendered here")
    assert not node.treeHasError()


def test_an_unsaved_script_holds_a_node(nuke: ModuleType, models: Path) -> None:
    """Before a script has a place a node is made, shows its input and has no error."""
    node = style_node.create("tiny", "warm")
    node.setInput(0, nuke.nodes.Constant(color=[0.5, 0.5, 0.5, 1], channels="rgba"))

    assert pixel_rows(node, "rgba.red", 1)[0][0] == 0.5
    assert not node.treeHasError()
    assert session.messages == []


def test_every_live_control_works_without_the_plugin(comp: Comp) -> None:
    """Opened where the plugin is absent, the script shows the same picture and the same choice."""
    node = set_up(comp)
    mask = node.input(0)
    node.setInput(1, mask)
    comp.save()
    arguments = [str(HERE.parent / "standin" / "host"), str(comp.script), node.name(), str(FRAME)]
    done = subprocess.run(
        [sys.executable, "-S", str(HERE / "plain_nuke.py"), *arguments],
        check=False,
        cwd=comp.folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout)

    assert there["picture"] == picture(node, FRAME) != picture(comp.plate, FRAME)
    assert there["style"] == "cold"
    assert "Impasto is not installed in this Nuke" in there["messages"][-1]
