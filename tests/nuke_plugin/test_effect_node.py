"""Promises of the ImpastoEffect node: it is made, rendered, shaded live, and never turns red."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import (
    effect_node,
    frame_states,
    impasto_nodes,
    node_upgrade,
    node_version,
    style_node,
)
from nuke_plugin.contract.effect_shading import FireShading
from nuke_plugin.contract.errors import (
    ControlInvalid,
    EffectNotFound,
    MatteNotConnected,
    ModelIsEffect,
    ModelIsStyle,
    NodeEdited,
    NodeNewer,
)
from nuke_plugin.effect_render import EffectRender
from nuke_plugin.node_knobs import EFFECT_VERSION_KNOB
from nuke_plugin.render_settings import RenderSettings
from tests.nuke_plugin.comp import FIRST, LAST, Comp, largest_difference, picture
from tests.nuke_plugin.effect_comp import brightest, rendered
from tests.nuke_plugin.effect_comp import effect_node as made


@pytest.fixture
def comp(terminal_comp: Comp, effects: Path) -> Comp:
    """The comp in terminal mode, with effects installed."""
    return terminal_comp


def states(node: Any) -> tuple[str, str, str]:
    """Return the ranges that are fresh, stale and missing."""
    found = frame_states.of(node)
    return found.fresh.to_text(), found.stale.to_text(), found.missing.to_text()


def test_it_renders_and_shows_light(comp: Comp) -> None:
    """A rendered frame shows the shaded channels with their layers; the label names the effect."""
    import nuke

    node = made(comp)
    assert states(node) == ("", "", f"{FIRST}-{LAST}")
    assert brightest(node, FIRST) == 0
    assert node["label"].evaluate().startswith("not rendered here, showing nothing")
    job = rendered(node)
    assert (job.done, job.failed) == (LAST - FIRST + 1, {})
    assert states(node) == (f"{FIRST}-{LAST}", "", "")
    assert brightest(node, FIRST) > 0.1
    assert "fire.temperature" in node.channels()
    assert node["label"].evaluate().split("\n")[0] == "tiny_fire"
    nuke.delete(node)


def test_the_live_picture_is_the_workers(comp: Comp) -> None:
    """What the nodes make of the layers is the rgba that the worker wrote beside them."""
    node = made(comp, seed=3.0)
    rendered(node, str(FIRST))
    file = picture(comp.read(comp.results(node)), FIRST)
    brightness = max(abs(v) for rows in file.values() for row in rows for v in row)
    assert largest_difference(picture(node, FIRST), file) < 2e-3 * brightness


def test_every_shading_knob_turns_the_light_without_a_render(comp: Comp) -> None:
    """Exposure doubles the light at once, alone and over the plate; the frames stay fresh."""
    node = made(comp)
    node.setInput(1, comp.plate)
    rendered(node)
    before = picture(node, FIRST)
    for name in ("fire_temperature", "fire_soot", "fire_density"):
        was = node[name].value()
        node[name].setValue(was * 0.7)
        assert largest_difference(before, picture(node, FIRST)) > 1e-3, name
        node[name].setValue(was)
    node["fire_colour"].setValue([0.5, 0.1, 0.4])
    assert largest_difference(before, picture(node, FIRST)) > 1e-4
    node["fire_colour"].setValue(list(FireShading().colour))
    node["fire_exposure"].setValue(1)
    brighter = picture(node, FIRST)
    for row, brighter_row in zip(before["red"], brighter["red"]):
        assert brighter_row == pytest.approx([2 * a for a in row], rel=1e-4, abs=1e-6)
    assert brighter["alpha"] == before["alpha"]
    assert states(node) == (f"{FIRST}-{LAST}", "", "")
    node["over_plate"].setValue(True)
    plate = picture(comp.plate, FIRST)
    over = picture(node, FIRST)
    for name in ("red", "green"):
        shown = zip(over[name], plate[name], brighter[name], brighter["alpha"])
        for row, under, light, alpha in shown:
            wanted = [e + p * (1 - a) for p, e, a in zip(under, light, alpha)]
            assert row == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_mix_0_is_the_plate_or_nothing(comp: Comp) -> None:
    """At mix 0, and where no frame is, the node gives the plate bit for bit, or black."""
    node = made(comp)
    node.setInput(1, comp.plate)
    node["over_plate"].setValue(True)
    plate = picture(comp.plate, FIRST)
    assert picture(node, FIRST) == plate  # nothing is rendered
    rendered(node, str(FIRST))
    assert picture(node, FIRST) != plate
    assert picture(node, FIRST + 1) == picture(comp.plate, FIRST + 1)
    node["mix"].setValue(0)
    assert picture(node, FIRST) == plate
    node["over_plate"].setValue(False)
    assert brightest(node, FIRST) == 0
    node["mix"].setValue(0.5)
    half = picture(node, FIRST)
    node["mix"].setValue(1)
    whole = picture(node, FIRST)
    assert half["alpha"][-3] == pytest.approx([a / 2 for a in whole["alpha"][-3]], abs=1e-6)


def test_only_what_changed_is_made_again(comp: Comp) -> None:
    """Another seed makes frames stale, a graded plate none, another matte channel all."""
    import nuke

    grade = nuke.nodes.Grade()
    grade.setInput(0, comp.plate)
    node = made(comp)
    node.setInput(1, grade)
    rendered(node)
    grade["multiply"].setValue(0.2)
    assert states(node)[0] == f"{FIRST}-{LAST}"
    node["seed"].setExpression(f"frame == {FIRST + 1} ? 5 : 0")
    assert states(node) == (f"{FIRST},{LAST}", str(FIRST + 1), "")
    assert rendered(node).done == 1
    assert states(node)[0] == f"{FIRST}-{LAST}"
    node["matte_channel"].setValue("rgba.red")
    assert states(node)[1] == f"{FIRST}-{LAST}"
    rendered(node)
    assert states(node)[0] == f"{FIRST}-{LAST}"


def test_the_plate_gives_the_size(comp: Comp) -> None:
    """A matte of another size than the plate lies on it as in a Merge, in its format."""
    import nuke

    nuke.addFormat("40 30 larger")
    plate = nuke.nodes.Constant(format="larger")
    node = made(comp)
    node.setInput(1, plate)
    rendered(node, str(FIRST))
    result = comp.read(comp.results(node))
    assert (result.width(), result.height()) == (40, 30)
    assert (node.width(), node.height()) == (40, 30)


def test_other_effects_are_shaded_as_what_they_are(comp: Comp) -> None:
    """Smoke and water show by their own formulas, and by what was rendered, not by the menu."""
    for kind in ("smoke", "water"):
        node = made(comp, f"tiny_{kind}")
        rendered(node, str(FIRST))
        file = picture(comp.read(comp.results(node)), FIRST)
        shown = picture(node, FIRST)
        brightness = max(abs(v) for rows in file.values() for row in rows for v in row)
        assert largest_difference(shown, file) < 2e-3 * brightness
        effect_node.set_effect(node, "tiny_fire")
        assert picture(node, FIRST) == shown
        assert node["label"].evaluate().startswith("settings changed")


def test_frames_of_two_effects_lie_side_by_side(comp: Comp, nuke_host: ModuleType) -> None:
    """Each frame is shaded by its own layers, also where no plugin is; the other kind is stale."""
    import nuke

    node = made(comp, "tiny_smoke")
    rendered(node)
    smoke = picture(node, LAST)
    effect_node.set_effect(node, "tiny_fire")
    rendered(node, f"{FIRST}-{FIRST + 1}")
    assert states(node) == (f"{FIRST}-{FIRST + 1}", str(LAST), "")
    fire = picture(node, FIRST)
    file = picture(comp.read(comp.results(node)), FIRST)
    brightness = max(abs(v) for rows in file.values() for row in rows for v in row)
    assert largest_difference(fire, file) < 2e-3 * brightness
    assert picture(node, LAST) == smoke
    assert node["label"].evaluate().startswith("some frames are of an earlier setting")
    name = node.name()
    comp.save()
    nuke_host.reset(gui=False)
    nuke.scriptOpen(str(comp.script))
    assert picture(nuke.toNode(name), FIRST) == fire
    assert picture(nuke.toNode(name), LAST) == smoke


def test_a_file_of_no_effect_is_shown_as_nothing(comp: Comp) -> None:
    """What is no effect under a result's name is stale, and asked for no layer that it lacks."""
    node = made(comp)
    rendered(node, str(FIRST))
    shown = picture(node, FIRST)
    plate = comp.folder / "plates" / f"shot.{LAST}.exr"
    shutil.copy(plate, comp.result_file(node, LAST))
    rendered(node, str(FIRST + 1))
    assert states(node)[1] == str(LAST)
    assert brightest(node, LAST) == 0
    assert picture(node, FIRST) == shown
    rendered(node)
    assert brightest(node, LAST) > 0.1


def test_the_controls_are_the_effects(comp: Comp) -> None:
    """Slots take names, ranges and values of the card; the next effect keeps its namesakes."""
    node = made(comp)
    slot = node["control1"]
    assert (slot.label(), slot.min(), slot.max(), slot.value()) == ("Turbulence", 0.0, 2.0, 1.0)
    assert "breaks up" in slot.tooltip()
    assert slot.visible()
    assert not node["control2"].visible()
    assert (node["wind"].min(), node["wind"].max()) == (-4, 4)
    slot.setValue(0.25)
    effect_node.set_effect(node, "tiny_water")
    assert node["control1"].value() == 0.25
    assert node["water_tab"].visible()
    assert not node["fire_exposure"].visible()
    (request,) = EffectRender.from_node(node).requests()
    assert request.controls == {"turbulence": 0.25, "wind": 0.0}
    assert request.model == "tiny_water"


@pytest.mark.parametrize(
    ("knob", "value", "says"),
    [
        ("seed", 0.5, "Seed of ImpastoEffect1 cannot be used: it is 0.5"),
        ("effect_scale", 9.0, "Scale"),
        ("intensity", -1.0, "Intensity"),
        ("loop", -3.0, "Loop"),
        ("speed", 1e6, "Speed"),
    ],
)
def test_extreme_values_are_told(comp: Comp, knob: str, value: float, says: str) -> None:
    """A number that cannot be is refused by its knob's name before anything is written."""
    node = made(comp)
    node[knob].setValue(value)
    with pytest.raises(ControlInvalid, match=says):
        rendered(node)
    assert not list(comp.folder.glob("impasto/ImpastoEffect1/**/*.exr"))


def test_what_is_missing_is_told(comp: Comp) -> None:
    """No matte, a lost knob, a newer node, an effect that is gone: each is said, nothing is red."""
    node = made(comp)
    node.setInput(0, None)
    with pytest.raises(MatteNotConnected, match="ImpastoEffect1"):
        EffectRender.from_node(node)
    node.setInput(0, comp.plate)
    effect_node.set_effect(node, "bonfire")
    with pytest.raises(EffectNotFound, match="bonfire"):
        EffectRender.from_node(node)
    assert node["label"].evaluate().endswith("bonfire: not found")
    assert brightest(node, FIRST) == 0
    effect_node.set_effect(node, "tiny_fire")
    node["impasto_effect_version"].setValue("99")
    assert node_version.is_newer(node)
    with pytest.raises(NodeNewer):
        EffectRender.from_node(node)
    node["impasto_effect_version"].setValue("1")
    node.removeKnob(node["seed"])
    with pytest.raises(NodeEdited, match="knob seed"):
        EffectRender.from_node(node)


def test_models_of_the_other_kind_are_refused(comp: Comp) -> None:
    """An effect on the style node and a style on the effect node pass through and are told."""
    style, effect = comp.node(), made(comp)
    style_node.set_style(style, "tiny_fire", "fire")
    with pytest.raises(ModelIsEffect, match="tiny_fire"):
        RenderSettings.from_node(style)
    assert picture(style, FIRST) == picture(comp.plate, FIRST)
    assert "not found" in style["label"].evaluate()
    effect_node.set_effect(effect, "tiny")
    with pytest.raises(ModelIsStyle, match="tiny"):
        EffectRender.from_node(effect)
    assert brightest(effect, FIRST) == 0
    assert "paints plates in a style" in effect["about"].value()


def test_both_kinds_live_in_one_script(comp: Comp) -> None:
    """They are told apart and write different files; each is among all nodes of the script."""
    style, effect = comp.node(), made(comp)
    second = made(comp)
    assert [node.name() for node in style_node.all_style_nodes()] == [style.name()]
    names = {node.name() for node in impasto_nodes.all_nodes()}
    assert names == {style.name(), effect.name(), second.name()}
    files = {comp.results(node) for node in (style, effect, second)}
    assert len(files) == 3
    assert impasto_nodes.is_effect_node(effect)
    assert not impasto_nodes.is_style_node(effect)


def test_a_matte_below_an_effect_knows_its_light(comp: Comp) -> None:
    """A style over an effect is stale once the effect's light is turned."""
    effect = made(comp)
    rendered(effect)
    style = comp.node()
    style.setInput(0, effect)
    rendered(style)
    assert states(style)[0] == f"{FIRST}-{LAST}"
    effect["fire_exposure"].setValue(2)
    assert states(style)[1] == f"{FIRST}-{LAST}"


def test_a_saved_script_shows_its_frames_without_the_plugin(
    comp: Comp, nuke_host: ModuleType
) -> None:
    """Saved, loaded where no plugin is, the node shows the same light and its knobs hold."""
    import nuke

    node = made(comp, seed=4.0)
    node["fire_exposure"].setValue(0.5)
    rendered(node, str(FIRST))
    shown = picture(node, FIRST)
    name = node.name()
    comp.save()
    nuke_host.reset(gui=False)
    nuke.scriptOpen(str(comp.script))
    again = nuke.toNode(name)
    assert picture(again, FIRST) == shown
    assert again["seed"].value() == 4
    assert again["label"].evaluate().split("\n")[0] == "tiny_fire"
    assert brightest(again, FIRST + 1) == 0


def test_an_older_node_is_brought_over(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step to a next version is gone through in place: values, animation and links stay."""
    node = made(comp, seed=4.0)
    node["speed"].setExpression("frame / 700")
    node["fire_colour"].setValue([0.3, 0.2, 0.1])
    node["label"].setValue("mine")
    steps: list[str] = []
    way = node_upgrade._WAYS[EFFECT_VERSION_KNOB]
    newer = replace(way, steps={1: lambda group: steps.append(group.name())})
    monkeypatch.setitem(node_upgrade._WAYS, EFFECT_VERSION_KNOB, newer)
    monkeypatch.setattr(node_version, "EFFECT_VERSION", 2)
    assert node_upgrade.ensure_current(node)
    assert steps == [node.name()]
    assert node["impasto_effect_version"].value() == "2"
    assert (node["seed"].value(), node["model"].value()) == (4, "tiny_fire")
    assert node["speed"].valueAt(1400) == 2
    assert node["fire_colour"].value(0) == pytest.approx(0.3)
    assert node["label"].value() == "mine"
    rendered(node, str(FIRST))
    assert brightest(node, FIRST) > 0.1


def test_a_copied_node_keeps_to_its_own_files(comp: Comp) -> None:
    """A copy shows the frames of the one it was copied from until it renders its own."""
    import nuke

    node = made(comp)
    rendered(node, str(FIRST))
    for other in nuke.root().nodes():
        other.setSelected(other is node)
    nuke.nodeCopy("%clipboard%")
    copy = nuke.nodePaste("%clipboard%")
    copy.setInput(0, comp.plate)
    assert picture(copy, FIRST) == picture(node, FIRST)
    copy["seed"].setValue(9)
    rendered(copy, str(FIRST))
    assert copy["results"].value() != node["results"].value()
    assert largest_difference(picture(copy, FIRST), picture(node, FIRST)) > 1e-3


def test_an_animated_control_is_sampled_by_frame(comp: Comp) -> None:
    """Settings that differ are asked for apart; each frame has its own moment and fingerprint."""
    node = made(comp, speed=2.0)
    node["control1"].setExpression(f"frame < {LAST} ? 0.5 : 1.5")
    found = list(EffectRender.from_node(node).requests())
    assert [(one.frames, one.controls["turbulence"]) for one in found] == [
        (f"{FIRST}-{LAST - 1}", 0.5),
        (str(LAST), 1.5),
    ]
    assert found[0].moments[str(FIRST)].time == 2.0 * FIRST
    digests = [digits for one in found for _, digits in EffectRender.from_node(node).digests(one)]
    assert len(set(digests)) == 3
