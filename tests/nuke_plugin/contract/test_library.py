"""Tests of the model library, on real folders."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import (
    CardInvalid,
    CardMissing,
    EffectNotFound,
    ModelFileMismatch,
    ModelFileMissing,
    ModelFileTruncated,
    ModelIsEffect,
    ModelIsStyle,
    ModelNotFound,
    ModelPathInvalid,
    StyleNotFound,
)
from nuke_plugin.contract.library import (
    SHIPPED_MODELS,
    ModelLibrary,
    read_network_file,
    verify_network_file,
)
from tests.nuke_plugin.contract.card_examples import NETWORK, write_model
from tests.nuke_plugin.contract.effect_examples import write_effect

ROOT = Path(__file__).resolve().parents[3]


def library(*places: Path) -> ModelLibrary:
    """Return the library of these places alone, without the shipped models."""
    return ModelLibrary(places)


def test_search_path(tmp_path: Path) -> None:
    """IMPASTO_MODELS comes first, in its order, the shipped models last; empty parts are none."""
    first, second = tmp_path / "a b", tmp_path / "ü"
    environ = {"IMPASTO_MODELS": os.pathsep.join([str(first), "", str(second)])}
    assert ModelLibrary.from_environment(environ).places == (first, second, SHIPPED_MODELS)
    assert ModelLibrary.from_environment({}).places == (SHIPPED_MODELS,)


def test_shipped_models_lie_in_the_checkout() -> None:
    """In a checkout the shipped models are those of the folder onnx_models."""
    assert SHIPPED_MODELS == ROOT / "onnx_models"


def test_models_in_search_order(tmp_path: Path) -> None:
    """All usable models are found, by place, then by name."""
    write_model(tmp_path / "second", "alpha")
    write_model(tmp_path / "first", "zeta")
    write_model(tmp_path / "first", "beta")
    models = library(tmp_path / "first", tmp_path / "second").models()
    assert [model.card.id for model in models] == ["beta", "zeta", "alpha"]
    assert models[0].network_path == tmp_path / "first" / "beta" / "model.onnx"
    assert models[0].preview_path.is_file()
    slot = models[0].card.styles[1]
    assert models[0].style_preview_path(slot) == tmp_path / "first" / "beta" / "great_wave.png"


def test_first_place_wins(tmp_path: Path) -> None:
    """Of two models with one id the first on the path is used, and listed once."""
    write_model(tmp_path / "studio", title="The studio's")
    write_model(tmp_path / "shipped", title="The shipped one")
    both = library(tmp_path / "studio", tmp_path / "shipped")
    assert both.find("masters").card.title == "The studio's"
    assert [model.card.title for model in both.models()] == ["The studio's"]
    assert both.problems() == ()


def test_broken_model_is_not_replaced_by_a_later_one(tmp_path: Path) -> None:
    """A broken model earlier on the path is an error, not a reason to use its later namesake."""
    write_model(tmp_path / "studio", halo_px="wide")
    write_model(tmp_path / "shipped")
    both = library(tmp_path / "studio", tmp_path / "shipped")
    with pytest.raises(CardInvalid, match="halo_px"):
        both.find("masters")
    assert both.models() == ()
    assert [type(problem) for problem in both.problems()] == [CardInvalid]


def test_later_broken_model_is_reported_too(tmp_path: Path) -> None:
    """A broken model behind a good one does no harm and is still reported."""
    write_model(tmp_path / "studio")
    write_model(tmp_path / "shipped", halo_px="wide")
    both = library(tmp_path / "studio", tmp_path / "shipped")
    assert both.find("masters").folder == tmp_path / "studio" / "masters"
    assert [type(problem) for problem in both.problems()] == [CardInvalid]


def test_problems_ahead_of_a_model(tmp_path: Path) -> None:
    """What may hide the model that was meant is told, what lies behind the one found is not."""
    write_model(tmp_path / "studio", "broken", halo_px="wide")
    write_model(tmp_path / "show")
    write_model(tmp_path / "shipped", "prints", halo_px="wide")
    all_three = library(tmp_path / "gone", *(tmp_path / n for n in ("studio", "show", "shipped")))
    ahead = all_three.problems_ahead_of("masters")
    assert [type(problem) for problem in ahead] == [ModelPathInvalid, CardInvalid]
    assert [type(problem) for problem in all_three.problems_ahead_of("broken")] == [
        ModelPathInvalid
    ]
    assert len(all_three.problems_ahead_of("unknown")) == 3


def test_no_name_is_no_model(tmp_path: Path) -> None:
    """An empty name finds nothing, also where a place cannot be searched."""
    with pytest.raises(ModelNotFound):
        library(tmp_path / "gone").find("")


def test_folder_without_card(tmp_path: Path) -> None:
    """A folder without a card is reported; hidden folders and files are no models."""
    for name in ("lost", ".git", "__pycache__"):
        (tmp_path / name).mkdir()
    (tmp_path / "readme.txt").touch()
    assert [type(problem) for problem in library(tmp_path).problems()] == [CardMissing]
    with pytest.raises(CardMissing):
        library(tmp_path).find("lost")


def test_folder_under_another_name(tmp_path: Path) -> None:
    """A model folder that was renamed is refused, for its id would find another folder."""
    write_model(tmp_path, "renamed", id="masters")
    with pytest.raises(CardInvalid, match="the folder is named 'renamed'"):
        library(tmp_path).find("renamed")


def test_places_that_are_no_places(tmp_path: Path) -> None:
    """A search path entry that is missing, a file, or itself a model is reported with why."""
    (tmp_path / "file").touch()
    model = write_model(tmp_path / "models")
    broken = library(tmp_path / "none", tmp_path / "file", model, tmp_path / "models")
    problems = broken.problems()
    assert [type(problem) for problem in problems] == [ModelPathInvalid] * 3
    reasons = [problem.reason for problem in problems if isinstance(problem, ModelPathInvalid)]
    assert reasons[0] == "it does not exist"
    assert reasons[1].startswith("it cannot be listed")
    assert reasons[2] == "it is itself a model folder; name the folder above it"
    assert [found.card.id for found in broken.models()] == ["masters"]


def test_unknown_model(tmp_path: Path) -> None:
    """A model that is not installed is answered with the nearest name and the places searched."""
    write_model(tmp_path)
    with pytest.raises(ModelNotFound, match="Did you mean masters") as caught:
        library(tmp_path).find("master")
    assert str(tmp_path) in caught.value.message


def test_find_style(tmp_path: Path) -> None:
    """A style is found without naming its model: the first model that has it."""
    write_model(tmp_path, "aaa", styles__0__id="sunflowers", styles__0__title="Sunflowers")
    write_model(tmp_path, "bbb")
    model, slot = library(tmp_path).find_style("starry_night")
    assert (model.card.id, slot.title) == ("bbb", "The Starry Night")
    assert library(tmp_path).find_style("great_wave")[0].card.id == "aaa"
    with pytest.raises(StyleNotFound, match="Did you mean sunflowers"):
        library(tmp_path).find_style("sunflower")


def test_network_file_as_described(tmp_path: Path) -> None:
    """The network that belongs to its card passes, and what was checked is what is returned."""
    write_model(tmp_path)
    installed = library(tmp_path).find("masters")
    verify_network_file(installed)
    assert read_network_file(installed) == NETWORK


def test_network_file_changed(tmp_path: Path) -> None:
    """A network of the same size with one other byte is refused by its hash."""
    folder = write_model(tmp_path)
    (folder / "model.onnx").write_bytes(b"N" + NETWORK[1:])
    with pytest.raises(ModelFileMismatch):
        verify_network_file(library(tmp_path).find("masters"))


def test_network_file_truncated(tmp_path: Path) -> None:
    """A network that was cut short is told apart from another network, with both sizes."""
    folder = write_model(tmp_path)
    (folder / "model.onnx").write_bytes(NETWORK[:-3])
    with pytest.raises(ModelFileTruncated) as caught:
        verify_network_file(library(tmp_path).find("masters"))
    assert (caught.value.found_bytes, caught.value.expected_bytes) == (
        len(NETWORK) - 3,
        len(NETWORK),
    )


def test_network_file_gone(tmp_path: Path) -> None:
    """A card whose network was not copied along is told as such."""
    folder = write_model(tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelFileMissing):
        verify_network_file(library(tmp_path).find("masters"))


def test_half_network_file_is_checked_too(tmp_path: Path) -> None:
    """The network in half precision must be the one that the card was written for, as the other."""
    half = {"file": "half.onnx", "sha256": hashlib.sha256(b"half").hexdigest(), "size_bytes": 4}
    folder = write_model(tmp_path, network__half=half)
    installed = library(tmp_path).find("masters")
    with pytest.raises(ModelFileMissing, match=r"half\.onnx"):
        verify_network_file(installed)
    (folder / "half.onnx").write_bytes(b"half")
    verify_network_file(installed)
    halved = installed.in_half_precision
    assert halved is not None
    assert read_network_file(halved) == b"half"
    assert halved.in_half_precision is None
    (folder / "half.onnx").write_bytes(b"full")
    with pytest.raises(ModelFileMismatch, match=r"half\.onnx"):
        verify_network_file(installed)


@pytest.mark.parametrize(
    ("gates", "said"),
    [
        ({"fp16_max_abs": 0.002}, ""),
        ({"fp16_max_abs": 0.0021}, "differs by 0.0021, and at most 0.002"),
        ({}, "differs by an unknown amount"),
    ],
)
def test_half_precision_is_a_matter_of_the_gates(
    tmp_path: Path, gates: dict[str, float], said: str
) -> None:
    """It may be used where its measured difference is small enough; else the value is named."""
    half = {"file": "half.onnx", "sha256": hashlib.sha256(b"half").hexdigest(), "size_bytes": 4}
    write_model(tmp_path, network__half=half, gates=gates)
    problem = library(tmp_path).find("masters").half_precision_problem
    assert bool(problem) == bool(said)
    assert said in problem


def test_styles_and_effects_are_listed_apart(tmp_path: Path) -> None:
    """One place holds both kinds, each listed by itself, and a broken effect is a problem."""
    write_model(tmp_path, "masters")
    folder = write_effect(tmp_path, "fire")
    write_effect(tmp_path, "smoke").joinpath("card.json").write_text("{", encoding="utf-8")
    both = library(tmp_path)
    assert [found.card.id for found in both.models()] == ["masters"]
    (effect,) = both.effects()
    assert effect.card.id == "fire"
    assert effect.network_path == folder / "model.onnx"
    assert effect.movie_path.parent == effect.preview_path.parent == folder
    assert [type(problem) for problem in both.problems()] == [CardInvalid]


def test_each_kind_is_refused_by_name_where_the_other_is_wanted(tmp_path: Path) -> None:
    """An effect's id finds no style and a style's no effect, and the errors say what they are."""
    write_model(tmp_path, "masters")
    write_effect(tmp_path, "fire")
    both = library(tmp_path)
    with pytest.raises(ModelIsEffect, match="'fire'"):
        both.find("fire")
    with pytest.raises(ModelIsEffect, match="'fire'"):
        both.find_style("fire")
    for name in ("FIRE", both.find_effect("fire").card.title):
        with pytest.raises(ModelIsEffect, match=name):
            both.find_style(name)
    with pytest.raises(ModelIsStyle, match="'masters'"):
        both.find_effect("masters")


def test_an_effect_is_found_by_id_title_or_kind(tmp_path: Path) -> None:
    """Its id goes before its title and what it makes; else the nearest names are told."""
    write_effect(tmp_path, "campfire")
    both = library(tmp_path)
    for name in ("campfire", "CAMP FIRE", "fire"):
        assert both.find_effect(name).card.id == "campfire"
    with pytest.raises(EffectNotFound, match="Did you mean campfire"):
        both.find_effect("campfier")
    (tmp_path / "fire").mkdir()
    with pytest.raises(CardMissing):
        both.find_effect("fire")
