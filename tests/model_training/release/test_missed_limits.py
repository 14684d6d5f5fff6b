"""The card's words promise: every missed limit is named with its style and its worst value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model_training.release.missed_limits import NO_TWIN, missed_limits
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


def twin(boil: float) -> dict[str, Any]:
    """A twin that boils so under each move."""
    return {"boil": dict.fromkeys(("pan", "push", "roll"), boil)}


def test_nothing_is_said_where_nothing_is_missed(styles: list[StyleConfig]) -> None:
    """A card of styles within all limits says nothing, nor does one that was not measured."""
    fine = {style.id: numbers(texture=0.2, twin=twin(0.9)) for style in styles}
    assert missed_limits(styles, fine) == ""
    assert missed_limits(styles, {}) == ""


def test_a_missing_twin_is_said(styles: list[StyleConfig]) -> None:
    """What was not measured for want of a twin is not passed over."""
    without = {style.id: numbers(texture=0.2) for style in styles}
    assert missed_limits(styles, without) == NO_TWIN
    assert "twin" in NO_TWIN


def test_each_missed_limit_names_styles_and_values(styles: list[StyleConfig]) -> None:
    """Styles stand behind the limit that they miss, with the worst of their moves."""
    first, second = styles
    said = missed_limits(
        styles, {first.id: numbers(0.31, 0.2), second.id: numbers(0.203, 0.12, grain_gain=1.4)}
    )
    assert f"Boil above 0.20: {first.title} 0.31, {second.title} 0.203." in said
    assert f"Texture below 0.08: {second.title} 0.06." in said
    assert f"Grain gain above 1: {second.title} 1.4." in said


def test_each_limit_of_one_number_has_a_sentence(styles: list[StyleConfig]) -> None:
    """Who boils above 0.20 and who above half of the twin's are told apart, each with figures."""
    first, second = styles
    gates = {
        first.id: numbers(0.3, 0.2, twin=twin(0.9)),
        second.id: numbers(0.16, 0.2, twin=twin(0.2)),
    }
    assert missed_limits(styles, gates) == (
        f"Boil above 0.20: {first.title} 0.3. "
        f"Boil above half of the instance norm twin's (as a share of it): {second.title} 0.8."
    )
    both = missed_limits(styles[:1], {first.id: numbers(0.3, 0.2, twin=twin(0.4))})
    assert both == (
        f"Boil above 0.20: {first.title} 0.3. "
        f"Boil above half of the instance norm twin's (as a share of it): {first.title} 0.75."
    )


def test_distances_and_sweeps_are_told(styles: list[StyleConfig]) -> None:
    """Style distance is told as a share of the twin's, and a sweep that turns by its distance."""
    near, far = {"0": 0.5, "1": 0.6}, {"0": 0.0, "1": 1.0}
    own = numbers(0.1, 0.2, style_distance=0.59, twin=twin(0.9) | {"style_distance": 0.5})
    own["strength_sweep"] = {"style_distance": near, "content_distance": far}
    title = styles[0].title
    assert missed_limits(styles, {styles[0].id: own}) == (
        f"Strength sweep of style distance does not fall throughout: {title}. "
        f"Style distance above 1.1 of the instance norm twin's (as a share of it): {title} 1.18."
    )


def test_what_all_styles_miss_is_a_range(styles: list[StyleConfig]) -> None:
    """A model of many styles does not list them all for one limit."""
    many = [*styles, styles[0].model_copy(update={"id": "third"})]
    values = dict(zip((style.id for style in many), (0.05, 0.12, 0.07), strict=True))
    gates = {style: numbers(texture=t, twin=twin(0.9)) for style, t in values.items()}
    assert missed_limits(many, gates) == "Texture below 0.08: all styles, 0.025 to 0.06."
