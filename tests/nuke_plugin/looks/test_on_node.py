"""Promises of taking a look from a node and giving it to others."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from types import ModuleType

import pytest
from nuke_standin import session

from nuke_plugin import style_node
from nuke_plugin.contract import library
from nuke_plugin.contract.errors import LookInvalid
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.looks import facts, on_node
from nuke_plugin.looks.places import shot_looks
from nuke_plugin.looks.record import LiveControls, Look, LookStrokes
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.looks.look_examples import look, style

PAGE = Path(__file__).resolve().parents[3] / "docs" / "looks.md"


def kinds(applied: on_node.Applied) -> list[str]:
    """Return the kinds of the facts, each once."""
    return list(dict.fromkeys(fact.kind for fact in applied.facts))


def installed_sha256() -> str:
    """Return the tiny model's SHA-256."""
    return ModelLibrary.from_environment(os.environ).find("tiny").card.network.sha256


def test_a_look_goes_from_one_node_to_many(comp: Comp, nuke: ModuleType) -> None:
    """Style, strength and mix reach every node as one step of Undo, and nothing else changes."""
    source = comp.node(style="cold", strength=0.25)
    source["mix"].setValue(0.5)
    others = [comp.node(), comp.node()]
    results = [node["results"].value() for node in others]
    taken = on_node.take(source, "Rain at night")
    before = len(session.undo.steps)
    applied = on_node.apply(taken.look, others)

    assert (taken.facts, applied.facts) == ((), ())
    assert applied.nodes == tuple(node.fullName() for node in others)
    for node in others:
        assert (node["model"].value(), node["style"].value()) == ("tiny", "cold")
        assert node["strength"].value() == 0.25
        assert node["mix"].value() == 0.5
        assert "Cold" in node["about"].value()
    assert [node["results"].value() for node in others] == results
    steps = session.undo.steps[before:]
    assert [name for name, _ in steps] == ["Apply look Rain at night"]


def test_a_taken_look_says_where_it_is_from(comp: Comp) -> None:
    """A look has the model's hash and a date, and without a name it is called as the style is."""
    taken = on_node.take(comp.node()).look

    assert taken.name == "Warm"
    assert taken.styles == (style(model_sha256=installed_sha256()),)
    assert taken.controls == LiveControls(mix=1.0, keep_plate_colour=0.0, plate_grain=0.0)
    assert taken.date.endswith("Z")


def test_taking_a_look_changes_nothing(comp: Comp) -> None:
    """Reading a look leaves no step in the history and the script as it was."""
    node = comp.node()
    comp.save()
    before = len(session.undo.steps)
    text = comp.script.read_text(encoding="utf-8")
    on_node.take(node)
    comp.save()

    assert len(session.undo.steps) == before
    assert comp.script.read_text(encoding="utf-8") == text


def test_animation_is_said_on_both_ways(comp: Comp, nuke: ModuleType) -> None:
    """Of animation the current frame's number is taken; onto animation the number is set, said."""
    source, target = comp.node(), comp.node()
    source["strength"].setExpression("frame / 2000")
    nuke.root().setFrame(1002)
    target["strength"].setAnimated()
    target["strength"].setValueAt(0.1, 1001)
    target["strength"].setValueAt(0.9, 1003)
    target.node("Masked")["mix"].setExpression("0.3")
    taken = on_node.take(source)
    applied = on_node.apply(taken.look, [target])

    assert taken.look.strength == pytest.approx(0.501)
    (left,) = taken.facts
    assert left.kind == facts.ANIMATION_LEFT_OUT
    assert "at frame 1002" in left.text
    assert [fact.kind for fact in applied.facts] == [facts.ANIMATION_REPLACED] * 2
    assert [target["strength"].valueAt(frame) for frame in (1001, 1003)] == [
        taken.look.strength
    ] * 2
    assert not target["strength"].isAnimated()
    assert target["mix"].value() == 1.0
    assert not target.node("Masked")["mix"].hasExpression()


def test_a_mix_goes_from_one_node_to_another(comp: Comp) -> None:
    """Up to three styles travel with their weights, and one style takes a node's others away."""
    source, target = comp.node(style2="cold", style_weight=0.25), comp.node(style3="cold")
    taken = on_node.take(source).look
    sha256 = installed_sha256()

    assert taken.name == "Warm + Cold"
    assert taken.styles == (
        style(model_sha256=sha256, weight=0.25),
        style(model_sha256=sha256, style="cold"),
    )
    assert on_node.apply(taken, [target]).facts == ()
    assert on_node.take(target).look.styles == taken.styles
    assert target["style3"].value() == "(none)"
    on_node.apply(look(styles=(style(model_sha256=sha256, weight=40.0),)), [target])
    assert (target["style2"].value(), target["style_weight"].value()) == ("(none)", 1.0)


def test_the_strokes_travel(comp: Comp) -> None:
    """Whether strokes follow the frame, their scale and their detail go with a look."""
    source, target = comp.node(stroke_scale=2.0, stroke_detail=0.5), comp.node()
    target["scale_strokes"].setValue(False)
    taken = on_node.take(source).look
    on_node.apply(taken, [target])
    assert taken.strokes == LookStrokes(2.0, 0.5)
    assert on_node.take(target).look.strokes == taken.strokes
    on_node.apply(look(styles=taken.styles), [target])
    assert target["scale_strokes"].value() is True  # null leaves it alone
    on_node.apply(look(styles=taken.styles, strokes=LookStrokes(None, 1.0)), [target])
    assert target["scale_strokes"].value() is False


def test_weights_are_made_to_fit_the_knobs(comp: Comp) -> None:
    """Weights above 1 keep their proportions on a node, where 1 is the most."""
    styles = (style(weight=30.0), style(style="cold", weight=10.0))
    node = comp.node()
    on_node.apply(look(styles=styles), [node])

    assert node["style_weight"].value() == 1.0
    assert node["style2_weight"].value() == pytest.approx(1 / 3)


def test_of_several_models_the_heaviest_is_set(comp: Comp) -> None:
    """A node holds styles of one model: those of the heaviest are set and the others named."""
    sha256 = installed_sha256()
    mixed = look(
        styles=(
            style(model="other", style="oils", weight=0.4),
            style(model_sha256=sha256, style="cold", weight=0.5),
            style(model_sha256=sha256, weight=0.1),
        )
    )
    node = comp.node()
    applied = on_node.apply(mixed, [node])

    assert (node["style"].value(), node["style2"].value()) == ("cold", "warm")
    assert kinds(applied) == [facts.MODEL_MISSING, facts.STYLES_LEFT_OUT]
    assert "oils (0.4) left out" in applied.facts[1].text


def test_a_newer_node_gets_no_look(comp: Comp) -> None:
    """A node of a newer Impasto is told and not touched, and the others have the look."""
    newer, other = comp.node(), comp.node()
    newer["impasto_version"].setValue("99")
    styles = (style(model_sha256=installed_sha256(), style="cold"),)
    applied = on_node.apply(look(styles=styles), [newer, other])

    assert (newer["style"].value(), other["style"].value()) == ("warm", "cold")
    assert [(fact.kind, fact.subject) for fact in applied.facts] == [
        (facts.NODE_NEWER, newer.fullName())
    ]


def test_a_control_that_the_node_lacks_is_said(comp: Comp, nuke: ModuleType) -> None:
    """A live control is set where the node has its knob, and said where it has not."""
    with_knob, without = comp.node(), comp.node()
    without.removeKnob(without["keep_plate_colour"])
    styles = (style(model_sha256=installed_sha256()),)
    applied = on_node.apply(
        look(styles=styles, controls=LiveControls(None, 0.75, 0.25)), [with_knob, without]
    )

    assert with_knob["keep_plate_colour"].value() == 0.75
    assert with_knob.node("Grained")["mix"].value() == 0.25
    assert on_node.take(with_knob).look.controls == LiveControls(1.0, 0.75, 0.25)
    (fact,) = applied.facts
    assert (fact.kind, fact.subject) == (facts.CONTROL_MISSING, without.fullName())
    assert with_knob["mix"].value() == 1.0  # null leaves it alone


def test_what_is_not_installed_is_set_and_said(comp: Comp) -> None:
    """A missing model and a missing style stay on the node as choices, and the rest is set."""
    node = comp.node()
    missing = on_node.apply(look(styles=(style(model="tinny"),)), [node])
    assert (node["model"].value(), node["style"].value()) == ("tinny", "warm")
    assert "not found" in node["about"].value()
    assert node["strength"].value() == 0.8
    assert kinds(missing) == [facts.MODEL_MISSING]

    gone = on_node.apply(look(styles=(style(style="wram"),)), [node])
    assert kinds(gone) == [facts.MODEL_CHANGED, facts.STYLE_MISSING]
    assert (node["model"].value(), node["style"].value()) == ("tiny", "wram")


def test_one_broken_node_keeps_no_other_from_its_look(comp: Comp, nuke: ModuleType) -> None:
    """Nodes that were deleted or edited by hand are said, and the others have the look."""
    gone, edited, bare, good = comp.node(), comp.node(), comp.node(), comp.node()
    nuke.delete(gone)
    nuke.delete(edited.node("Masked"))
    bare.removeKnob(bare["style"])
    bare.removeKnob(bare["strength"])
    styles = (style(model_sha256=installed_sha256(), style="cold"),)
    applied = on_node.apply(look(styles=styles), [gone, edited, bare, good])

    assert good["style"].value() == edited["style"].value() == "cold"
    assert good["mix"].value() == bare["mix"].value() == 0.5
    assert kinds(applied) == [facts.NODE_GONE, facts.NODE_EDITED]
    said = [(fact.subject, fact.kind) for fact in applied.facts[1:]]
    assert said == [
        (edited.fullName(), facts.NODE_EDITED),
        (bare.fullName(), facts.NODE_EDITED),
        (bare.fullName(), facts.NODE_EDITED),
    ]
    assert on_node.apply(look(styles=styles), [gone]).nodes == ()


def test_a_node_whose_settings_are_no_look_is_told(
    comp: Comp, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A strength above 1, or no style at all, is said with the node's name."""
    with pytest.raises(LookInvalid, match=r"ImpastoStyle1 is not .* key 'strength'"):
        on_node.take(comp.node(strength=1.5))
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("IMPASTO_MODELS", str(empty))
    monkeypatch.setattr(library, "SHIPPED_MODELS", empty)
    with pytest.raises(LookInvalid, match=r"ImpastoStyle2 is not .* key 'model'"):
        on_node.take(style_node.create())


def test_a_look_of_a_model_that_is_not_here_is_taken(
    comp: Comp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A node keeps its style without the model, and so does its look; what is missing is said."""
    node = comp.node()
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path))
    monkeypatch.setattr(library, "SHIPPED_MODELS", tmp_path)
    taken = on_node.take(node)

    assert taken.look.styles == (style(model_sha256=None),)
    assert taken.look.name == "warm"
    assert [fact.kind for fact in taken.facts] == [facts.MODEL_MISSING]


def test_the_menus_follow_while_the_node_s_panel_is_open(comp: Comp) -> None:
    """With the properties open, where Nuke calls back for every knob, the look arrives whole."""
    node = comp.node()
    node.showControlPanel()
    before = len(session.undo.steps)
    styles = (style(model_sha256=installed_sha256(), style="cold"),)
    on_node.apply(look(styles=styles), [node])

    assert node["style"].value() == "cold"
    assert "Cold" in node["about"].value()
    assert len(session.undo.steps) == before + 1


def test_a_look_travels_by_the_shot_s_folder(comp: Comp, nuke: ModuleType) -> None:
    """Saved with the shot, found again from the script's next version, and given to its node."""
    node = comp.node(style="cold", strength=0.5)
    taken = on_node.take(node, "Für später")
    shot_looks(on_node.script_path(), {}).save(taken.look)
    nuke.scriptSaveAs(str(comp.folder / "comp_v002.nk"), 1)
    (stored,) = shot_looks(on_node.script_path(), {}).looks().looks
    other = comp.node()

    assert stored.look == taken.look
    assert on_node.apply(stored.look, [other]).facts == ()
    assert (other["style"].value(), other["strength"].value()) == ("cold", 0.5)


def test_the_page_tells_the_truth(
    comp: Comp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script in docs/looks.md runs as it stands, and the look shown there is one."""
    library_folder = comp.folder / "library"
    library_folder.mkdir()
    monkeypatch.setenv("IMPASTO_LOOKS", str(library_folder))
    node = comp.node(style="cold")
    page = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (shown,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    exec(code, {})

    assert capsys.readouterr().out == "\n"  # no facts: all went as asked
    assert len(list(library_folder.glob("rain-at-night.*.json"))) == 1
    assert node["style"].value() == "cold"
    assert Look.from_json(shown, "The page").name == "Rain at night"


def test_it_works_in_terminal_mode(terminal_comp: Comp) -> None:
    """Looks are taken and given without a GUI."""
    source, target = terminal_comp.node(style="cold"), terminal_comp.node()
    assert on_node.apply(on_node.take(source).look, [target]).facts == ()
    assert target["style"].value() == "cold"


def test_what_newer_versions_set_is_said_once(comp: Comp) -> None:
    """Settings of a newer Impasto are named once for all nodes, and the others are set."""
    value = json.loads(look(styles=(style(model_sha256=installed_sha256()),)).to_json())
    value.update(impasto_look=3)
    value["controls"]["halation"] = 1
    newer = type(look()).from_json(json.dumps(value), "The text")
    nodes = [comp.node(), comp.node()]
    applied = on_node.apply(newer, nodes)

    assert kinds(applied) == [facts.NEWER_KEPT]
    assert len(applied.facts) == 1
    assert [node["strength"].value() for node in nodes] == [0.8, 0.8]
