"""Promises of the ImpastoStyle node before anything is rendered, and of its life in scripts."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin import style_knobs, style_node
from nuke_plugin.contract import library
from nuke_plugin.node_version import NODE_VERSION
from tests.nuke_plugin.comp import Comp, picture

FRAME = 1002


def test_it_shows_its_input_until_something_is_rendered(comp: Comp) -> None:
    """A node without results passes its input through, bit for bit, and its label says so."""
    node = comp.node()

    assert picture(node, FRAME) == picture(comp.plate, FRAME)
    assert not node.treeHasError()
    assert node["label"].evaluate().startswith("not rendered here, showing the input")


def test_it_works_with_nothing_connected(comp: Comp, nuke: ModuleType) -> None:
    """A node without inputs shows black, has no error, and Render says what to connect."""
    node = comp.node()
    node.setInput(0, None)

    assert max(map(max, picture(node, FRAME)["red"])) == 0
    assert not node.treeHasError()
    node["render"].execute()
    assert "its input img is not connected" in session.messages[-1]
    assert "Not rendered" in node["status"].value()


def test_creating_it_is_one_step_of_undo(comp: Comp) -> None:
    """Everything that creation does is undone by one Undo."""
    before = len(session.undo.steps)
    comp.node()

    assert [name for name, _ in session.undo.steps[before:]] == ["Create ImpastoStyle"]


def test_it_hangs_below_the_selected_node_and_re_plugs_nothing(
    comp: Comp, nuke: ModuleType
) -> None:
    """Creation connects the selected node to img and leaves all other wires alone."""
    below = nuke.nodes.Grade()
    below.setInput(0, comp.plate)
    node = comp.node()

    assert node.input(0) is comp.plate
    assert below.input(0) is comp.plate
    assert node.isSelected()


def test_every_knob_explains_itself(comp: Comp) -> None:
    """Every knob has a tooltip, the hidden ones too, and no label equals its knob's name."""
    node = comp.node()
    own = [knob for knob in node.allKnobs() if knob._user]

    assert len(own) >= 35
    assert [knob.name() for knob in own if not knob.tooltip()] == []
    assert [knob.name() for knob in own if knob.label() == knob.name()] == []
    assert "<i>Live</i>" in node["help"].value()


def test_the_page_tells_of_every_control(comp: Comp) -> None:
    """The table in docs/node.md has each knob on the front, under its label, in its order."""
    page = Path(__file__).parents[2] / "docs" / "node.md"
    told = re.findall(r"^\| (.*?) \| `(\w+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    shown = [
        (knob.label(), knob.name())
        for knob in comp.node().allKnobs()
        if knob._user and knob.visible() and knob.Class() not in ("Tab_Knob", "Text_Knob")
    ]

    assert told == shown


def test_knobs_have_nuke_s_own_names_in_its_order(comp: Comp) -> None:
    """What Nuke's own nodes name has their names here, in their order, the mask's knobs last."""
    names = [knob.name() for knob in comp.node().allKnobs() if knob._user and knob.visible()]
    native = ["useGPUIfAvailable", "halfPrecision", "tileSize"]
    mask = ["maskChannelMask", "invert_mask", "fringe", "mix"]

    assert [name for name in names if name in (*native, *mask)] == [*native, *mask]
    assert names[-4:] == mask


def test_nothing_in_it_looks_outside(comp: Comp) -> None:
    """No expression names a node outside the Group; it asks the Group for mask and strength."""
    node = comp.node()
    comp.save()
    text = comp.script.read_text(encoding="utf-8")
    inside = text[text.index("addUserKnob") : text.index("end_group")]

    assert inside.count("parent.") == 2
    assert inside.count("exists parent.input1") == inside.count("parent.strength == 0") == 1
    assert node.name() not in inside.replace(f"impasto/{node.name()}/", "")
    assert inside.count("root.") == inside.count("value root.name")


def test_stored_text_is_short_and_asks_before_it_imports(comp: Comp) -> None:
    """The Python a script stores is the two buttons' import, and no callback."""
    node = comp.node()

    assert [node[name].value() for name in ("onCreate", "knobChanged", "updateUI")] == [""] * 3
    for button in ("render", "cancel"):
        lines = node[button].command().splitlines()
        assert lines[0] == "try:"
        assert "except ImportError:" in lines
        assert len(lines) <= 6


def test_a_style_that_is_not_installed_stays(comp: Comp, nuke: ModuleType) -> None:
    """An unknown style keeps its value through load and save, is told, and passes the input."""
    comp.node()
    comp.save()
    changed = comp.folder / "other.nk"
    text = comp.script.read_text(encoding="utf-8")
    assert "M {warm cold}" in text
    text = text.replace("M {warm cold}", "M {warm cold wram}\n style wram", 1)
    text = text.replace("}\n style wram}", "}}\n style wram", 1)
    text = text.replace("M {(none) warm cold}}", "M {(none) warm cold molten}}\n style2 molten", 1)
    changed.write_text(text, encoding="utf-8")
    nuke.scriptOpen(str(changed))
    node = nuke.toNode("ImpastoStyle1")

    assert node["style"].value() == "wram"
    assert "not found" in node["about"].value()
    assert "Did you mean warm?" in node["about"].value()
    assert "wram: not found, molten: not found" in node["label"].evaluate()
    assert node["style2"].value() == "molten"
    assert picture(node, FRAME) == picture(node.input(0), FRAME)
    nuke.scriptSave()
    assert "\n style wram\n" in changed.read_text(encoding="utf-8")
    node["render"].execute()
    assert "has no style named 'wram'" in session.messages[-1]


def test_a_model_that_is_not_installed_stays(
    comp: Comp, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without any model the node loads, keeps model and style, and says they are not found."""
    comp.node()
    comp.save()
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("IMPASTO_MODELS", str(empty))
    monkeypatch.setattr(library, "SHIPPED_MODELS", empty)
    nuke.scriptOpen(str(comp.script))
    node = nuke.toNode("ImpastoStyle1")

    assert (node["model"].value(), node["style"].value()) == ("tiny", "warm")
    assert "No model named 'tiny' is installed" in node["about"].value()


def test_it_can_be_created_with_no_model_installed(
    nuke: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The node is made, and says what is missing, on a machine that has no model at all."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path))
    monkeypatch.setattr(library, "SHIPPED_MODELS", tmp_path)
    node = style_node.create()

    assert "not found" in node["about"].value()
    assert node["model"].value() == style_node.NOTHING_INSTALLED


def test_choosing_a_model_offers_its_styles(
    comp: Comp, nuke: ModuleType, tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The style menu follows the model while the node's panel is open."""
    other = comp.folder / "models" / "second"
    _copy_model(tiny_models / "tiny", other, {'"tiny"': '"second"', '"warm"': '"hot"'})
    monkeypatch.setenv("IMPASTO_MODELS", f"{tiny_models}{os.pathsep}{other.parent}")
    node = comp.node(style2="cold", style3="warm")
    node.showControlPanel()
    node["model"].setValue("second")

    assert node["style"].values() == ["hot", "cold"]
    assert node["style"].value() == "hot"
    assert node["style2"].values() == node["style3"].values() == ["(none)", "hot", "cold"]
    assert (node["style2"].value(), node["style3"].value()) == ("cold", "(none)")
    assert "Warm" in node["about"].value()
    assert "Cold" in node["about"].value()
    style_node.set_style(node, "tiny", "cold")
    assert (node["style"].value(), node["style2"].value()) == ("cold", "cold")


def test_the_library_s_menu_sets_model_and_style(
    comp: Comp, tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One cascading menu holds every style by model, sets both and follows what is set."""
    other = comp.folder / "models" / "second"
    _copy_model(tiny_models / "tiny", other, {'"tiny"': '"second"', '"warm"': '"hot"'})
    monkeypatch.setenv("IMPASTO_MODELS", f"{tiny_models}{os.pathsep}{other.parent}")
    node = comp.node(style2="cold")
    node.hideControlPanel()
    assert node["library"].values() == ["tiny/warm", "tiny/cold", "second/hot", "second/cold"]
    assert node["library"].value() == "tiny/warm"
    node["library"].setValue("second/hot")

    assert (node["model"].value(), node["style"].value()) == ("second", "hot")
    assert node["style"].values() == ["hot", "cold"]
    assert node["style2"].value() == "cold"
    style_node.set_style(node, "tiny", "cold")
    assert node["library"].value() == "tiny/cold"
    node.showControlPanel()
    node["model"].setValue("second")
    assert node["library"].value() == "second/cold"


def test_a_menu_turns_at_once_with_100_models(
    nuke: ModuleType, tiny_models: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With 100 models installed a turn of a menu takes less than 50 ms of the processor."""
    for number in range(100):
        name = f"model_{number:03d}"
        _copy_model(tiny_models / "tiny", tmp_path / name, {'"tiny"': f'"{name}"'})
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path))
    monkeypatch.setattr(library, "SHIPPED_MODELS", tmp_path)
    node = style_node.create("model_000", "warm")
    node.showControlPanel()
    seconds = []
    for style in ("cold", "warm", "cold", "warm"):
        started = time.process_time()
        node["style"].setValue(style)
        seconds.append(time.process_time() - started)

    assert len(node["model"].values()) == 100
    assert min(seconds) < 0.05


def test_a_card_s_text_is_shown_as_it_was_written(
    comp: Comp, tiny_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What looks like a tag in a card or in a style's name is text, not rich text."""
    other = comp.folder / "models" / "second"
    replaced = {'"tiny"': '"second"', '"Warm"': '"<img src=x> & Warm"'}
    _copy_model(tiny_models / "tiny", other, replaced)
    monkeypatch.setenv("IMPASTO_MODELS", str(other.parent))
    node = style_node.create("second", "warm")

    assert node["about"].value().startswith("&lt;img src=x&gt; &amp; Warm, ")
    style_node.set_style(node, "second", "<i>warm")
    assert node["about"].value().startswith("<b>&lt;i&gt;warm: not found.</b> ")
    assert "<i>" not in node["about"].value()


def test_a_node_edited_by_hand_is_told(comp: Comp, nuke: ModuleType) -> None:
    """A node that lost a part says which and what to do; other nodes are not hindered."""
    node = comp.node()
    nuke.delete(node.node("ResultRead"))
    node["render"].execute()

    assert "ImpastoStyle1 has no node ResultRead inside" in session.messages[-1]
    assert "create a new ImpastoStyle node" in session.messages[-1]
    assert "Not rendered" in node["status"].value()
    node["cancel"].execute()
    assert node["status"].value() == "Nothing is rendering."
    other = comp.node()
    assert "impasto/ImpastoStyle2/" in other["results"].value()


def test_flags_that_scripts_lose_are_set_again(comp: Comp, nuke: ModuleType) -> None:
    """The plugin's own knobs are hidden after loading as after creation, and mark the node."""
    comp.node()
    comp.save()
    nuke.scriptOpen(str(comp.script))
    node = nuke.toNode("ImpastoStyle1")

    assert node["impasto_version"].value() == str(NODE_VERSION)
    for name in ("impasto_version", *style_knobs.RENDERED.values(), "notice"):
        assert not node[name].visible()


def test_defaults_that_scripts_lose_are_set_again(comp: Comp, nuke: ModuleType) -> None:
    """Numbers keep their value through a script, 0 too, and go back to their default by hand."""
    node = comp.node(strength=0.0, style2_weight=0.5)
    node["style_weight"].setExpression("frame")
    comp.save()
    assert "\n strength 0\n" in comp.script.read_text(encoding="utf-8")
    nuke.scriptOpen(str(comp.script))
    node = nuke.toNode("ImpastoStyle1")
    numbers = ("strength", "style2_weight", "style3_weight", "stroke_scale")

    assert [node[name].value() for name in numbers] == [0.0, 0.5, 1.0, 1.0]
    assert [node[name].defaultValue() for name in numbers] == [1.0] * 4
    assert node["style_weight"].hasExpression()
    nuke.scriptSave()
    nuke.scriptOpen(str(comp.script))
    assert nuke.toNode("ImpastoStyle1")["style3_weight"].value() == 1.0


def test_it_works_inside_another_group(comp: Comp, nuke: ModuleType) -> None:
    """A node inside a Group passes its input through and is found as one of ours."""
    outer = nuke.nodes.Group()
    with outer:
        source = nuke.nodes.Input(name="source")
        node = style_node.create("tiny", "warm")
        node.setInput(0, source)
        nuke.nodes.Output().setInput(0, node)
    outer.setInput(0, comp.plate)

    assert picture(outer, FRAME) == picture(comp.plate, FRAME)
    assert list(style_node.all_style_nodes()) == [node]


def test_a_copy_gets_results_of_its_own(comp: Comp, nuke: ModuleType) -> None:
    """A pasted node reads its original's frames, and writes elsewhere once it renders."""
    node = comp.node()
    nuke.nodeCopy("%clipboard%")
    pasted = nuke.nodePaste("%clipboard%")
    copies = [one for one in style_node.all_style_nodes() if one is not node]

    assert len(copies) == 1
    assert pasted is not None
    assert copies[0]["results"].value() == node["results"].value()
    style_node.claim_results(copies[0])
    assert copies[0]["results"].value() != node["results"].value()
    assert copies[0].name() in copies[0]["results"].value()


def test_paths_travel_with_the_script(comp: Comp) -> None:
    """Results and plates stand beside the script by Tcl, with forward slashes and a view."""
    node = comp.node()
    text = node["results"].value()

    assert text == ("[file dirname [value root.name]]/impasto/ImpastoStyle1/%V/painted.%04d.exr")
    assert node.node("PlateWrite")["file"].value() == text.replace("/painted", "/plates/painted")


def test_the_plate_write_is_lossless_and_never_renders_by_itself(comp: Comp) -> None:
    """Plates keep every channel, range and box; a farm that renders every Write skips it."""
    write = comp.node().node("PlateWrite")
    expected: dict[str, Any] = {
        "file_type": "exr",
        "datatype": "16 bit half",
        "raw": True,
        "channels": "all",
        "autocrop": False,
        "create_directories": True,
        "reading": False,
        "use_limit": False,
        "disable": True,
    }

    assert {name: write[name].value() for name in expected} == expected


def _copy_model(source: Path, target: Path, replaced: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for file in source.iterdir():
        if file.name != "card.json":
            (target / file.name).write_bytes(file.read_bytes())
    text = (source / "card.json").read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = text.replace(old, new)
    (target / "card.json").write_text(text, encoding="utf-8")
