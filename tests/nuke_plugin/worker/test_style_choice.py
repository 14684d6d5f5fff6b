"""The choice of model and styles from what a person typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nuke_plugin.contract.errors import ModelNotFound, NoStyleInstalled, StyleNotFound
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.worker.style_choice import choose_style, parse_mix
from tests.tiny_model import write_tiny_model


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    """Two models with the same styles, ``a`` before ``b``."""
    write_tiny_model(tmp_path, "a")
    write_tiny_model(tmp_path, "b")
    return ModelLibrary((tmp_path,))


def test_a_style_alone_finds_its_model(library: ModelLibrary) -> None:
    """The first model that has the style is taken; id and title both name it."""
    for name in ("cold", "Cold"):
        choice = choose_style(library, None, name, None)
        assert (choice.installed.card.id, choice.styles) == ("a", {"cold": 1.0})


def test_a_model_that_is_named_is_taken(library: ModelLibrary) -> None:
    """With a model, its own style is taken, and without a style its first."""
    assert choose_style(library, "b", "cold", None).installed.card.id == "b"
    assert choose_style(library, "b", None, None).styles == {"warm": 1.0}


def test_a_mix_keeps_its_weights(library: ModelLibrary) -> None:
    """A mix names ids or titles and comes out by id; its title joins the titles in use."""
    choice = choose_style(library, None, None, {"Warm": 0.6, "cold": 0.4})
    assert choice.styles == {"warm": 0.6, "cold": 0.4}
    assert choice.title == "Warm + Cold"
    assert choose_style(library, None, None, {"warm": 1.0, "cold": 0.0}).title == "Warm"


def test_nothing_typed_means_the_first_style(
    tiny_model: InstalledModel, library: ModelLibrary, tmp_path: Path
) -> None:
    """The first model's first style is the default; with no model there is none to take."""
    assert choose_style(library, None, None, None).styles == {"warm": 1.0}
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoStyleInstalled, match="empty"):
        choose_style(ModelLibrary((tmp_path / "empty",)), None, None, None)


def test_unknown_names_are_told(library: ModelLibrary) -> None:
    """A model or style that is not installed is an error with the nearest names."""
    with pytest.raises(ModelNotFound):
        choose_style(library, "c", "cold", None)
    with pytest.raises(StyleNotFound, match="Did you mean cold"):
        choose_style(library, None, "colt", None)
    with pytest.raises(StyleNotFound, match="Did you mean warm"):
        choose_style(library, None, None, {"cold": 0.5, "warn": 0.5})


def test_empty_names_are_names(library: ModelLibrary) -> None:
    """An empty style, model or mix of one empty name is not found; it never means the first."""
    with pytest.raises(StyleNotFound):
        choose_style(library, None, "", None)
    with pytest.raises(ModelNotFound):
        choose_style(library, "", None, None)
    with pytest.raises(StyleNotFound):
        choose_style(library, "a", None, {"": 1.0})


def test_a_mix_is_read() -> None:
    """Names and weights are read with spaces and with colons in a name."""
    assert parse_mix("starry_night:0.6, great_wave:.4") == {"starry_night": 0.6, "great_wave": 0.4}
    assert parse_mix("Wave: the great one:1e-1") == {"Wave: the great one": 0.1}


@pytest.mark.parametrize("text", ["", "a", "a:", ":0.5", "a:x", "a:0.5,", "a:0.5,,b:1", "a=0.5"])
def test_what_is_no_mix_is_refused(text: str) -> None:
    """A text that is not names with weights is refused, quoting the part."""
    with pytest.raises(ValueError, match="is not a style and its weight"):
        parse_mix(text)


def test_a_style_twice_in_a_mix_is_refused() -> None:
    """The same style twice is a slip, not a sum."""
    with pytest.raises(ValueError, match="'a' stands in it twice"):
        parse_mix("a:0.5,a:0.5")
