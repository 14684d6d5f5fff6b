"""The card's words promise: every missed limit is named with its style and its worst value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model_training.release.missed_limits import missed_limits
from model_training.training.config import StyleConfig, read_config


@pytest.fixture
def styles(config_file: Path) -> list[StyleConfig]:
    """Two styles."""
    return read_config(config_file).styles


def numbers(boil: float = 0.1, texture: float = 0.1, **others: float) -> dict[str, Any]:
    """A style's gates, its push the worst of its moves."""
    return {
        "boil": {"pan": boil / 2, "push": boil, "roll": boil / 2},
        "texture": {"pan": texture, "push": texture / 2, "roll": texture},
        **others,
    }


def test_nothing_is_said_where_nothing_is_missed(styles: list[StyleConfig]) -> None:
    """A card of styles within all limits says nothing, nor does one that was not measured."""
    assert missed_limits(styles, {style.id: numbers(texture=0.2) for style in styles}) == ""
    assert missed_limits(styles, {}) == ""


def test_each_missed_limit_names_styles_and_values(styles: list[StyleConfig]) -> None:
    """Styles stand behind the limit that they miss, with the worst of their moves."""
    first, second = styles
    said = missed_limits(
        styles, {first.id: numbers(0.31, 0.2), second.id: numbers(0.25, 0.12, grain_gain=1.4)}
    )
    assert f"Boil above 0.20: {first.title} 0.31, {second.title} 0.25." in said
    assert f"Texture below 0.08: {second.title} 0.06." in said
    assert f"grain gain: {second.title} 1.4." in said


def test_the_twin_counts(styles: list[StyleConfig]) -> None:
    """Boil within its own limit, but above half of the twin's, is said."""
    twin = {"boil": {"pan": 0.3, "push": 0.3, "roll": 0.3}}
    said = missed_limits(styles[:1], {styles[0].id: numbers(0.16, 0.2) | {"twin": twin}})
    assert said == f"Boil above 0.20, or half of the twin's: {styles[0].title} 0.16."


def test_what_all_styles_miss_is_a_range(styles: list[StyleConfig]) -> None:
    """A model of many styles does not list them all for one limit."""
    many = [*styles, styles[0].model_copy(update={"id": "third"})]
    values = dict(zip((style.id for style in many), (0.05, 0.12, 0.07), strict=True))
    said = missed_limits(many, {style: numbers(texture=value) for style, value in values.items()})
    assert said == "Texture below 0.08: all styles, 0.025 to 0.06."
