"""Tests of what can be asked of an effect's shading."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.effect_card import CHANNELS
from nuke_plugin.contract.effect_shading import (
    SHADINGS,
    FireShading,
    SmokeShading,
    WaterShading,
    shading_of,
)
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.strict_json import read_record, write_record

NAN = float("nan")


def test_every_effect_has_a_shading() -> None:
    """Each kind of effect that a card can be of is shaded, and by defaults that are allowed."""
    assert set(SHADINGS) == set(CHANNELS)
    for kind in SHADINGS.values():
        assert kind() == kind()


@pytest.mark.parametrize(
    "settings",
    [
        FireShading(temperature=2600.0, colour=(0.1, 0.2, 0.3)),
        SmokeShading(light_angle=-30.0),
        WaterShading(tint=(0.1, 0.5, 0.6)),
    ],
    ids=lambda settings: type(settings).__name__,
)
def test_settings_cross_the_wire(settings: object) -> None:
    """What is written of the settings, as JSON has it, is read back as equal ones."""
    written = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in write_record(settings).items()
    }
    assert read_record(type(settings), written) == settings


@pytest.mark.parametrize(
    ("effect", "asked", "key"),
    [
        ("fire", {"exposure": 21.0}, "exposure"),
        ("fire", {"exposure": NAN}, "exposure"),
        ("fire", {"temperature": 650.0}, "temperature"),
        ("fire", {"temperature": 20_000.0}, "temperature"),
        ("fire", {"coolest": 2000.0}, "coolest"),
        ("fire", {"temperature": 800.0}, "coolest"),
        ("fire", {"soot": -1.0}, "soot"),
        ("fire", {"colour": (0.5, 0.5, 1.2)}, "colour"),
        ("fire", {"foam": 1.0}, "foam"),
        ("smoke", {"temperature": 2000.0}, "temperature"),
        ("smoke", {"density": -0.1}, "density"),
        ("smoke", {"ambient": (0.1, -0.1, 0.1)}, "ambient"),
        ("smoke", {"light": (0.1, 0.1)}, "light"),
        ("smoke", {"light": (NAN, 0.1, 0.1)}, "light"),
        ("smoke", {"light_angle": 400.0}, "light_angle"),
        ("smoke", {"shadow": -1.0}, "shadow"),
        ("smoke", {"shadow_reach_px": 1e6}, "shadow_reach_px"),
        ("water", {"view": 0.0}, "view"),
        ("water", {"roughness": 0.0}, "roughness"),
        ("water", {"clarity_px": 0.0}, "clarity_px"),
        ("water", {"tint": (2.0, 1.0, 1.0)}, "tint"),
        ("water", {"caustics": 5.0}, "caustics"),
    ],
)
def test_what_cannot_be_is_refused(effect: str, asked: dict[str, object], key: str) -> None:
    """A value out of its range, no number, and a field of another effect are named with the key."""
    with pytest.raises(FieldInvalid) as caught:
        shading_of(effect, asked)
    assert caught.value.key == key


def test_what_is_not_asked_for_stays() -> None:
    """Only the named fields differ from the defaults."""
    assert shading_of("fire", {"soot": 2.0}) == FireShading(soot=2.0)
    assert shading_of("water", {}) == WaterShading()
