"""Tests of an effect's card, the recipe of its fields, and what can be asked of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.effect_card import EffectCard, EffectControl
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import (
    CardInvalid,
    CardMissing,
    EffectControlInvalid,
    EffectControlUnknown,
    FieldInvalid,
    ModelIsEffect,
    ModelIsStyle,
)
from nuke_plugin.contract.field_recipe import FieldRecipe, Octave, Warp
from tests.nuke_plugin.contract.card_examples import card_json
from tests.nuke_plugin.contract.effect_examples import effect_card

SPRITES = {"file": "s.png", "count": 4, "columns": 3, "frames_per_second": 12.0}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a valid card."""
    file = tmp_path / "fire" / "card.json"
    file.parent.mkdir()
    file.write_text(effect_card().to_json(), encoding="utf-8")
    return file


def changed(file: Path, path: str, value: Any) -> Path:
    """Change one key of a card's file; ``recipe__flow`` is a key further in."""
    card = json.loads(file.read_text(encoding="utf-8"))
    at = card
    *keys, last = path.split("__")
    for key in keys:
        at = at[int(key) if key.isdecimal() else key]
    at[last] = value
    file.write_text(json.dumps(card), encoding="utf-8")
    return file


def test_a_card_comes_back_as_it_was_written(file: Path) -> None:
    """Recipe, controls and channels survive the way through the file."""
    assert EffectCard.from_file(file) == effect_card()


def test_a_card_of_before_there_were_warps_has_none(file: Path) -> None:
    """What came later may be missing; all else may not."""
    card = json.loads(file.read_text(encoding="utf-8"))
    for key in ("warps", "root_px", "torn_noise"):
        del card["recipe"][key]
    file.write_text(json.dumps(card), encoding="utf-8")
    plain = replace(effect_card().recipe, warps=(), root_px=0, torn_noise=0)
    assert EffectCard.from_file(file).recipe == plain
    del card["recipe"]["spread"]
    file.write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(CardInvalid, match="spread"):
        EffectCard.from_file(file)


def test_warps_together_carry_no_further_than_they_may() -> None:
    """The way of all warps is bound, and is told across and up."""
    recipe = effect_card().recipe
    eddy = Warp(20.0, 4.0, (0.0, 0.0), 9.0, stretch=2.0)
    assert replace(recipe, warps=(eddy, eddy)).warp_px == (20, 40)
    assert replace(recipe, warps=(), torn_noise=0).warp_px == (0, 0)
    with pytest.raises(FieldInvalid, match="512 px at most"):
        replace(recipe, warps=(replace(eddy, amplitude_px=128.0),))


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ("format", 2, "format"),
        ("effect", "lava", "effect"),
        ("recipe__flow", "down", "recipe.flow"),
        ("recipe__smears_px", [12, 4], "recipe.smears_px"),
        ("recipe__smears_px", [], "recipe.smears_px"),
        ("recipe__rise_px", 0.0, "recipe.rise_px"),
        ("recipe__octaves", [], "recipe.octaves"),
        ("recipe__octaves__0__wavelength_px", 1.0, "recipe.octaves[0].wavelength_px"),
        ("recipe__octaves__0__velocities", [[0.0, 1e9]], "recipe.octaves[0].velocities[0]"),
        ("recipe__octaves__0__evolution_frames", 0.0, "recipe.octaves[0].evolution_frames"),
        ("recipe__warps__0__amplitude_px", 0.0, "recipe.warps[0].amplitude_px"),
        ("recipe__warps__0__velocity", [0.0], "recipe.warps[0].velocity"),
        ("recipe__warps__0__stretch", 9.0, "recipe.warps[0].stretch"),
        ("recipe__warps__0__speed", 9.0, "recipe.warps[0].speed"),
        ("recipe__root_px", -1, "recipe.root_px"),
        ("recipe__torn_noise", 3, "recipe.torn_noise"),
        ("controls", [], "controls"),
        ("controls__0__neutral", 9.0, "controls[0].neutral"),
        ("channels", [], "channels"),
        ("channels__0__minimum", 0.5, "channels[0].minimum"),
        ("border_px", 99, "border_px"),
        ("size_multiple", 0, "size_multiple"),
        ("training_scale_px", 0, "training_scale_px"),
        ("movie", "../movie.mp4", "movie"),
        ("sprites", {**SPRITES, "file": "../s.png"}, "sprites.file"),
        ("sprites", {**SPRITES, "count": 0}, "sprites.count"),
        ("sprites", {**SPRITES, "columns": 6}, "sprites.columns"),
        ("sprites", {**SPRITES, "frames_per_second": 0.0}, "sprites.frames_per_second"),
        ("sprites", "s.png", "sprites"),
    ],
)
def test_what_cannot_be_is_refused(file: Path, path: str, value: Any, key: str) -> None:
    """A value that no effect has is refused with file and key."""
    with pytest.raises(CardInvalid) as refused:
        EffectCard.from_file(changed(file, path, value))
    assert refused.value.key == key


def test_sprites_may_be_missing(file: Path) -> None:
    """A card from before there were any is read; one that names them has one file more."""
    value = json.loads(file.read_text(encoding="utf-8"))
    assert value.pop("sprites") is None
    file.write_text(json.dumps(value), encoding="utf-8")
    without = EffectCard.from_file(file)
    assert without == effect_card()
    card = EffectCard.from_file(changed(file, "sprites", SPRITES))
    assert card.sprites is not None
    assert card.sprites.rows == 2
    assert list(card.files()) == [*without.files(), "s.png"]


def test_each_reader_refuses_the_other_kind_by_name(file: Path, tmp_path: Path) -> None:
    """An effect's card is no style's and the reverse, and the error says which it is."""
    with pytest.raises(ModelIsEffect, match="'fire'"):
        ModelCard.from_file(file)
    style = tmp_path / "masters" / "card.json"
    style.parent.mkdir()
    style.write_text(json.dumps(card_json()), encoding="utf-8")
    with pytest.raises(ModelIsStyle, match="'masters'"):
        EffectCard.from_file(style)
    with pytest.raises(CardMissing):
        EffectCard.from_file(tmp_path / "nothing" / "card.json")


def test_controls_are_normalised_in_their_order() -> None:
    """The network is told -1 at the minimum and 1 at the maximum; what is not named is neutral."""
    card = effect_card()
    assert card.control_vector({}) == (0.0, 0.0)
    assert card.control_vector({"wind": 4.0, "turbulence": 0.0}) == (-1.0, 1.0)
    with pytest.raises(EffectControlUnknown, match="Did you mean turbulence"):
        card.control_vector({"turbulance": 1.0})
    for value in (4.001, -math.inf, math.nan):
        with pytest.raises(EffectControlInvalid, match="-4 to 4"):
            card.control_vector({"wind": value})


def test_a_control_needs_a_range() -> None:
    """A control whose range is empty, or whose neutral lies outside it, is no control."""
    with pytest.raises(FieldInvalid):
        EffectControl("wind", "Wind", 1.0, 1.0, 1.0, "Nothing.")


def test_field_names_follow_the_recipe() -> None:
    """Each field has a name of its own, and there are as many as the count says."""
    recipe = effect_card().recipe
    assert recipe.names[:4] == ("matte", "smear_4", "smear_12", "noise_16_0")
    assert recipe.names[-1] == "support"
    twice = replace(recipe, octaves=(Octave.rising(8, 1, 4), Octave.rising(8, 2, 4)))
    assert twice.names[3:5] == ("noise_8_0", "noise_8_1")
    for made in (recipe, twice):
        assert len(set(made.names)) == len(made.names) == made.count


def test_waves_travel_as_those_of_deep_water() -> None:
    """Their speed is sqrt(g wavelength / 2 pi), in the direction that was named."""
    octave = Octave.waves(32, (0.0, 90.0), 0.5, 40)
    speed = math.sqrt(0.5 * 32 / (2 * math.pi))
    assert octave.velocities[0] == pytest.approx((speed, 0), abs=1e-9)
    assert octave.velocities[1] == pytest.approx((0, speed), abs=1e-9)
    assert octave.drift == 0


def test_wind_tilts_no_more_than_it_may() -> None:
    """The slope follows the wind up to its bound, and goes no way where the flow goes all ways."""
    recipe = effect_card().recipe
    assert recipe.slope(1.0) == 0.5
    assert recipe.slope(-1e6) == -1.5
    assert replace(recipe, flow="round").slope(1.0) == 0
    assert isinstance(recipe, FieldRecipe)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ({"seed": 2**63}, "seed"),
        ({"speed": math.nan}, "speed"),
        ({"speed": 101.0}, "speed"),
        ({"scale": 0.0}, "scale"),
        ({"intensity": -0.1}, "intensity"),
        ({"intensity": math.inf}, "intensity"),
        ({"controls": {"wind": math.nan}}, "wind"),
        ({"loop_frames": 0}, "loop"),
    ],
)
def test_settings_refuse_what_cannot_be(asked: dict[str, Any], key: str) -> None:
    """Each setting names itself where its value has no meaning."""
    with pytest.raises(FieldInvalid) as refused:
        EffectSettings(**asked)
    assert refused.value.key == key
