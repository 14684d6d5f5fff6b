"""Promises of an effect's look: its text, its way from node to node, and what is said of it."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin import effect_node
from nuke_plugin.contract.errors import LookInvalid
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.strict_json import write_record
from nuke_plugin.effect_render import EffectRender
from nuke_plugin.looks import facts, on_node
from nuke_plugin.looks.any_look import look_of_text
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.looks.places import shot_looks
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node as made
from tests.nuke_plugin.looks.look_examples import SHA256, look

SOURCE = "The file /looks/fire.json"
TURNED = {"speed": 0.5, "effect_scale": 2.0, "intensity": 1.5, "wind": -1.0, "control1": 0.25}


@pytest.fixture
def comp(terminal_comp: Comp, effects: Path) -> Comp:
    """The comp in terminal mode, with effects installed."""
    return terminal_comp


def effect_look(name: str = "Embers", **changes: Any) -> EffectLook:
    """Return a look of an effect, with these fields changed."""
    fields: dict[str, Any] = {
        "impasto_effect_look": 1,
        "name": name,
        "effect": "fire",
        "model": "tiny_fire",
        "model_sha256": SHA256,
        "speed": 0.5,
        "scale": 1.0,
        "intensity": 1.0,
        "controls": {"turbulence": 0.25, "wind": -1.0},
        "mix": None,
        "numbers": {"exposure": 1.0},
        "colours": {"light": (1.0, 0.5, 0.25)},
        "author": "ana",
        "date": "2026-11-23T15:16:25Z",
    }
    return EffectLook(**{**fields, **changes})


def kinds(said: Any) -> list[str]:
    """Return the kinds of facts, each once."""
    return list(dict.fromkeys(fact.kind for fact in said))


def script(node: Any) -> str:
    """Return what a script holds of a node."""
    import nuke

    return str(node.writeKnobs(nuke.WRITE_ALL | nuke.TO_SCRIPT))


def test_it_is_read_as_it_was_written() -> None:
    """The text begins with the mark that tells it from a style's look; both come back."""
    text = effect_look('雨 "night" {1}').to_json()
    assert text.startswith('{\n  "impasto_effect_look": 1,\n  "name": "雨')
    assert look_of_text(text, SOURCE) == effect_look('雨 "night" {1}')
    assert look_of_text(look().to_json(), SOURCE) == look()
    named = look("impasto_effect_look")
    assert look_of_text(named.to_json(), SOURCE) == named


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"impasto_effect_look": 0}, "impasto_effect_look"),
        ({"effect": "snow"}, "effect"),
        ({"model": "../fire"}, "model"),
        ({"model_sha256": "ab"}, "model_sha256"),
        ({"speed": 1000}, "speed"),
        ({"scale": 0}, "scale"),
        ({"intensity": -1}, "intensity"),
        ({"controls": {"[exec rm]": 1}}, "controls"),
        ({"controls": {"wind": "fast"}}, "controls.wind"),
        ({"controls": {f"c{i}": 0 for i in range(17)}}, "controls"),
        ({"mix": 2}, "mix"),
        ({"numbers": {"exposure": 99}}, "exposure"),
        ({"numbers": {"relief": 1}}, "relief"),
        ({"numbers": {"light": 1}}, "numbers.light"),
        ({"numbers": {"temperature": 1000, "coolest": 1500}}, "coolest"),
        ({"colours": {"exposure": [1, 1, 1]}}, "colours.exposure"),
        ({"colours": {"light": [1, 1]}}, "colours.light"),
        ({"colours": {"light": [-1, 1, 1]}}, "light"),
        ({"name": " "}, "name"),
        ({"date": "today"}, "date"),
        ({"seed": 3}, "seed"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(changes: dict[str, Any], key: str) -> None:
    """Every value that cannot be is refused by its key, ours or a stranger's."""
    with pytest.raises(LookInvalid) as raised:
        look_of_text(json.dumps({**write_record(effect_look()), **changes}), SOURCE)
    assert raised.value.key == key


def test_what_a_newer_version_adds_is_kept() -> None:
    """Keys and lights that this version does not know pass through it."""
    value = json.loads(effect_look().to_json())
    value.update(impasto_effect_look=2, grade={"lift": 0.1})
    value["numbers"]["glow"] = 0.5
    read = look_of_text(json.dumps(value), SOURCE)
    assert json.loads(read.renamed("Other").to_json()) == {**value, "name": "Other"}
    assert read.newer_keys() == ["grade"]


def test_it_goes_from_one_node_to_many(comp: Comp) -> None:
    """Effect, controls, mix and light arrive as one step of Undo; seed and loop stay the node's."""
    source = made(comp, seed=3.0, loop=24.0, fire_exposure=1.5, mix=0.5, **TURNED)
    source["fire_light"].setValue([0.5, 0.25, 1.0])
    others = [made(comp, "tiny_smoke", seed=7.0), made(comp)]
    taken = on_node.take(source, "Embers")
    before = len(session.undo.steps)
    applied = on_node.apply(taken.look, others)

    assert (taken.facts, applied.facts) == ((), ())
    assert applied.nodes == tuple(node.fullName() for node in others)
    assert [name for name, _ in session.undo.steps[before:]] == ["Apply look Embers"]
    for node in others:
        assert node["model"].value() == "tiny_fire"
        assert node["fire_tab"].visible()
        assert {name: node[name].value() for name in TURNED} == TURNED
        assert node["fire_exposure"].value() == 1.5
        assert [node["fire_light"].value(part) for part in range(3)] == [0.5, 0.25, 1.0]
        assert node["mix"].value() == 0.5
        assert node["loop"].value() == 0
    assert [node["seed"].value() for node in others] == [7, 0]
    (request,) = EffectRender.from_node(others[0]).requests()
    assert request.controls == {"turbulence": 0.25, "wind": -1.0}
    again = on_node.take(others[1], "Embers").look
    assert replace(again, date=taken.look.date) == taken.look


def test_it_is_called_as_the_effect_is(comp: Comp) -> None:
    """Without a name it has the effect's title, and the hash of its network."""
    taken = on_node.take(made(comp, "tiny_water")).look
    assert isinstance(taken, EffectLook)
    card = ModelLibrary.from_environment(os.environ).find_effect("tiny_water").card
    assert (taken.name, taken.model_sha256) == (card.title, card.network.sha256)
    assert taken.numbers["relief"] == 1
    assert "sun" in taken.colours


def test_animation_is_said_both_ways(comp: Comp) -> None:
    """A look holds the number at this frame, and stands on all frames of the node it is given."""
    node, other = made(comp), made(comp)
    node["speed"].setExpression("frame / 1001")
    node["fire_colour"].setExpression("0.25", 1)
    taken = on_node.take(node)
    assert kinds(taken.facts) == [facts.ANIMATION_LEFT_OUT]
    assert isinstance(taken.look, EffectLook)
    assert taken.look.speed == 1
    assert taken.look.colours["colour"][1] == 0.25
    other["speed"].setExpression("frame / 7")
    other["fire_colour"].setExpression("0.5", 0)
    applied = on_node.apply(taken.look, [other])
    assert kinds(applied.facts) == [facts.ANIMATION_REPLACED]
    assert other["speed"].valueAt(2000) == 1
    assert not other["fire_colour"].hasExpression()


def test_a_look_on_the_other_kind_of_node_is_told(comp: Comp) -> None:
    """Each kind of look keeps off the other kind of node, says so, and changes nothing on it."""
    style, effect = comp.node(style="cold"), made(comp, speed=0.5)
    of_style, of_effect = on_node.take(style, "Sea").look, on_node.take(effect, "Embers").look
    before = script(style), script(effect)
    steps = len(session.undo.steps)
    said = [on_node.apply(of_effect, [style]), on_node.apply(of_style, [effect])]
    assert [one.nodes for one in said] == [(), ()]
    assert [kinds(one.facts) for one in said] == [[facts.OTHER_KIND]] * 2
    assert "the look 'Embers' is of an effect" in said[0].facts[0].text
    assert "the look 'Sea' is of a style" in said[1].facts[0].text
    assert (script(style), script(effect)) == before
    assert len(session.undo.steps) == steps
    both = on_node.apply(of_effect, [style, effect])
    assert both.nodes == (effect.fullName(),)


def test_an_effect_that_is_not_here_is_held(
    comp: Comp, effects: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node takes name and controls all the same, is told, and has them once it is installed."""
    node = made(comp)
    monkeypatch.setenv("IMPASTO_MODELS", os.environ["IMPASTO_MODELS"].split(os.pathsep)[0])
    away = effect_look(effect="smoke", model="tiny_smoke", numbers={"density": 2.0}, colours={})
    applied = on_node.apply(away, [node])
    assert kinds(applied.facts) == [facts.MODEL_MISSING]
    assert "not found" in node["notice"].value()
    assert node["smoke_density"].value() == 2
    monkeypatch.setenv("IMPASTO_MODELS", str(effects))
    effect_node.refresh(node)
    (request,) = EffectRender.from_node(node).requests()
    assert request.controls == {"turbulence": 0.25, "wind": -1.0}


def test_what_differs_here_is_said(comp: Comp) -> None:
    """Another network, a control that is gone or out of range, a style of the same name."""
    library = ModelLibrary.from_environment(os.environ)
    from nuke_plugin.looks.installed import differences

    changed = effect_look(controls={"turbulence": 9.0, "heat": 1.0})
    wanted = [facts.MODEL_CHANGED, facts.CONTROL_MISSING]
    assert kinds(differences(changed, library)) == wanted
    assert kinds(differences(effect_look(model="tiny"), library)) == [facts.MODEL_MISSING]
    node = made(comp)
    applied = on_node.apply(changed, [node])
    assert "no control 'heat'" in applied.facts[-1].text
    assert node["control1"].value() == 9
    node["intensity"].setValue(-1)
    with pytest.raises(LookInvalid, match=r"ImpastoEffect1 is not .* key 'intensity'"):
        on_node.take(node)


def test_it_travels_by_the_shots_folder_beside_styles(comp: Comp) -> None:
    """Both kinds lie in one folder; each is listed, and goes to nodes of its kind."""
    folder = shot_looks(on_node.script_path(), {})
    taken = on_node.take(made(comp, speed=0.5), "Embers").look
    folder.save(taken)
    folder.save(on_node.take(comp.node(), "Sea").look)
    listing = folder.looks()
    assert [stored.look.name for stored in listing.looks] == ["Embers", "Sea"]
    assert listing.facts == ()
    other = made(comp)
    on_node.apply(listing.looks[0].look, [other])
    assert other["speed"].value() == 0.5
