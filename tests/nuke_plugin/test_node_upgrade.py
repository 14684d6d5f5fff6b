"""Promises of the way of an older node to the present version, on load, on paste and in use."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin import node_upgrade, node_version, style_node
from nuke_plugin.contract.errors import NodeNewer, NodeOlder
from nuke_plugin.render_settings import RenderSettings
from tests.nuke_plugin.comp import LAST, Comp, picture

FRAME = 1002
OLDER = Path(__file__).with_name("older_nodes")
PRESENT = node_version.NODE_VERSION


@pytest.fixture
def older(comp: Comp) -> Path:
    """Return a script with three nodes as version 1 saved them, beside the comp's plates."""
    return script_of(1, comp)


@pytest.fixture(params=range(1, PRESENT))
def any_older(request: pytest.FixtureRequest, comp: Comp) -> Path:
    """Return such a script of each version there was."""
    return script_of(request.param, comp)


def script_of(version: int, comp: Comp) -> Path:
    """Return a script with three nodes as a version saved them, beside the comp's plates."""
    script = comp.folder / "older_v001.nk"
    text = (OLDER / f"version_{version}.nk").read_text(encoding="utf-8")
    folder = str(comp.folder).replace("\\", "/")
    script.write_text(text.replace("SHOT_FOLDER", folder), encoding="utf-8")
    return script


def with_results(comp: Comp) -> range:
    """Write results for the first node of the script, other pictures; return their frames."""
    frames = range(FRAME, LAST + 1)
    for frame in frames:
        file = comp.folder / "impasto" / "hero" / "main" / f"painted.{frame}.exr"
        file.parent.mkdir(parents=True, exist_ok=True)
        source = comp.folder / "plates" / f"shot.{frame - 1}.exr"  # another picture
        file.write_bytes(source.read_bytes())
    return frames


def opened(nuke: ModuleType, script: Path) -> Any:
    """Open a script as the user does, and return its first node."""
    nuke.scriptOpen(str(script).replace("\\", "/"))
    return nuke.toNode("ImpastoStyle1")


def test_a_loaded_node_is_of_the_present_version(nuke: ModuleType, any_older: Path) -> None:
    """After loading every node, also one in a Group, has the controls of a new node in order."""
    opened(nuke, any_older)
    nodes = list(style_node.all_style_nodes())
    new = [knob.name() for knob in style_node.create("tiny", "warm").allKnobs() if knob._user]

    assert len(nodes) == 3
    for node in nodes:
        assert node_version.version_of(node) == node_version.NODE_VERSION
        ours = [knob.name() for knob in node.allKnobs() if knob._user]
        assert [name for name in ours if not name.startswith("td")] == new


def test_what_is_new_changes_nothing(nuke: ModuleType, older: Path) -> None:
    """A control that an older node had not starts at what it did before."""
    opened(nuke, older)

    for node in style_node.all_style_nodes():
        assert node["style2"].value() == "(none)"
        assert node["scale_strokes"].value() is False  # its strokes keep their size in pixels
        assert node["keep_plate_colour"].value() == node["plate_grain"].value() == 0


def test_what_a_blend_and_live_controls_hold_is_kept(comp: Comp, nuke: ModuleType) -> None:
    """Of a node of version 2 the second style, the plate's colour and grain and strokes stay."""
    node = opened(nuke, script_of(2, comp))
    names = ("style2", "style2_weight", "scale_strokes", "keep_plate_colour", "plate_grain")

    assert [node[name].value() for name in names] == ["warm", 0.5, True, 0.25, 0.5]
    assert node["plate_grain_size"].value() == 5


def test_nothing_of_the_user_s_is_lost(nuke: ModuleType, any_older: Path) -> None:
    """Values, animation, expressions, the mask, results, wires, colour and foreign knobs stay."""
    node = opened(nuke, any_older)

    assert (node["model"].value(), node["style"].value()) == ("tiny", "cold")
    assert [node["strength"].valueAt(frame) for frame in (1001, 1003)] == [0.25, 0.75]
    assert node["strength"].isAnimated()
    assert node["mix"].getLinkedKnob().hasExpression()
    assert node["mix"].getLinkedKnob().valueAt(1003) == 0.75
    assert node["maskChannelMask"].value() == "rgba.red"
    assert node["invert_mask"].value() is True
    assert node["plate_colorspace"].value() == "ACEScg"
    assert node["frame_range"].value() == "1001-1003"
    assert "/impasto/hero/" in node["results"].value()
    read = node.node("ResultRead")
    assert (read["first"].value(), read["last"].value()) == (1001, 1003)
    assert node["status"].value().startswith("3 frames rendered")
    assert (node.input(0).name(), node.input(1).name()) == ("Read1", "MaskPlate")
    assert node["tile_color"].value() == 0x336699FF
    assert node["td_gain"].value() == 0.3
    below = nuke.toNode("Below")
    assert below.input(0) is node
    assert below["multiply"].value() == 0.25 + 0.25  # it looks at strength and mix
    inside = next(one for one in style_node.all_style_nodes() if one.parent() is not nuke.root())
    assert inside["label"].value() == "hero look [value style]"
    assert inside["strength"].hasExpression()


def test_it_shows_what_it_showed(comp: Comp, nuke: ModuleType, any_older: Path) -> None:
    """The picture of a node with results, mask, channel, invert and mix is the same to the bit."""
    frames = with_results(comp)
    node = opened_as_it_was(nuke, any_older)
    before = [picture(node, frame) for frame in frames]
    assert before[0] != picture(node.input(0), FRAME)
    assert node_upgrade.ensure_current(node)

    assert [picture(node, frame) for frame in frames] == before


def test_strength_0_is_its_input_from_now_on(comp: Comp, nuke: ModuleType, any_older: Path) -> None:
    """Where its strength is 0 a node that was brought over gives its input bit for bit."""
    with_results(comp)
    node = opened(nuke, any_older)
    node["strength"].clearAnimated()
    node["strength"].setExpression(f"frame == {FRAME}")

    assert picture(node, FRAME) != picture(node.input(0), FRAME)
    assert picture(node, LAST) == picture(node.input(0), LAST)


def opened_as_it_was(nuke: ModuleType, script: Path) -> Any:
    """Open a script in a Nuke that has no callbacks of ours, as in terminal mode."""
    from nuke_standin import callbacks

    callbacks.forget_all()
    return opened(nuke, script)


def test_the_label_still_tells_what_was_rendered(comp: Comp, nuke: ModuleType, older: Path) -> None:
    """Results of the older node count as painted with neutral new settings: nothing is stale."""
    node = opened(nuke, older)
    node.node("Result")["which"].clearAnimated()
    node.node("Result")["which"].setValue(1)

    assert node["label"].evaluate().splitlines()[0] == "cold"
    node["style2"].setValue("warm")
    assert node["label"].evaluate().splitlines()[0] == "settings changed, press Render"


def test_it_happens_once(nuke: ModuleType, older: Path) -> None:
    """A second time nothing changes, and what is saved loads without another change."""
    node = opened(nuke, older)
    nuke.scriptSave()
    first = older.read_text(encoding="utf-8")
    assert not node_upgrade.ensure_current(node)
    opened(nuke, older)
    nuke.scriptSave()

    assert older.read_text(encoding="utf-8") == first


def test_it_is_no_step_of_undo(nuke: ModuleType, older: Path) -> None:
    """What the plugin does on loading is not the user's to take back."""
    before = len(session.undo.steps)
    opened(nuke, older)

    assert len(session.undo.steps) == before


def test_a_pasted_node_is_taken_too(comp: Comp, nuke: ModuleType, older: Path, qtbot: Any) -> None:
    """A node pasted from an older script is brought over once Nuke is idle again."""
    session.clipboard = older.read_text(encoding="utf-8").partition("Group {")[2]
    session.clipboard = "Group {" + session.clipboard.partition("end_group")[0] + "end_group\n"
    pasted = nuke.nodePaste("%clipboard%")

    assert node_version.version_of(pasted) == 1  # not while Nuke reads what is pasted
    qtbot.waitUntil(lambda: node_version.version_of(pasted) == PRESENT, timeout=20_000)
    assert pasted["strength"].valueAt(1003) == 0.75


def test_events_that_come_while_nuke_loads_change_nothing(
    nuke: ModuleType, older: Path, qapp: Any, qtbot: Any
) -> None:
    """Where Nuke turns its event loop in the middle of a script, nothing is made before its end."""
    nuke.addOnCreate(qapp.processEvents, nodeClass="Group")
    nuke.addOnCreate(qapp.processEvents, nodeClass="Output")
    with qtbot.captureExceptions() as faults:
        opened(nuke, older)
        qapp.processEvents()

    assert faults == []
    assert [node_version.version_of(node) for node in style_node.all_style_nodes()] == [PRESENT] * 3


def test_in_terminal_mode_it_happens_at_first_use(
    terminal_comp: Comp, terminal_nuke: ModuleType
) -> None:
    """Where no callback is registered a node is brought over when it is rendered."""
    node = opened(terminal_nuke, script_of(1, terminal_comp))
    assert node_version.version_of(node) == 1
    settings = RenderSettings.from_node(node)

    assert node_version.version_of(node) == node_version.NODE_VERSION
    assert [mix.strength for mix, _ in settings.mixes] == [0.25, 0.5, 0.75]


def test_a_node_that_was_edited_by_hand_stays_as_it_is(
    nuke: ModuleType, older: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An older node that lost a part is told and not touched; the others are brought over."""
    text = older.read_text(encoding="utf-8")
    older.write_text(text.replace("name Painted", "name Repainted", 1), encoding="utf-8")
    node = opened(nuke, older)
    versions = sorted(node_version.version_of(one) for one in style_node.all_style_nodes())

    assert versions == [1, PRESENT, PRESENT]
    assert node.node("Masked").Class() == "Keymix"
    assert "style2" not in node.knobs()
    assert any("no node Painted inside" in text for text in session.messages)
    with pytest.raises(NodeOlder):  # whoever only looks changes nothing
        RenderSettings.from_node(node)
    node["render"].execute()
    assert "no node Painted inside" in session.messages[-1]
    assert "Not rendered" in node["status"].value()


def test_a_newer_node_is_left_alone_and_says_so(comp: Comp, nuke: ModuleType) -> None:
    """A node of a newer plugin keeps every knob as it is, shows its frames, and is not rendered."""
    node = comp.node()
    node["impasto_version"].setValue(str(PRESENT + 1))
    node["style"].setValues(["oils"])
    node["style"].setValue("oils")
    comp.save()
    text = comp.script.read_text(encoding="utf-8")
    session.messages.clear()
    node = opened(nuke, comp.script)
    style_node.upgrade_waiting()
    nuke.scriptSave()

    assert comp.script.read_text(encoding="utf-8") == text
    told = f"made by a newer Impasto (version {PRESENT + 1}"
    assert any(told in said for said in session.messages)
    assert picture(node, FRAME) == picture(node.input(0), FRAME)
    with pytest.raises(NodeNewer):
        RenderSettings.from_node(node)
    node["render"].execute()
    assert "Install the newer Impasto" in session.messages[-1]
    style_node.set_style(node, "tiny", "warm")
    assert node["style"].value() == "oils"
