"""Promises of the comparison of a look with what is installed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.looks import facts
from nuke_plugin.looks.installed import differences
from tests.nuke_plugin.looks.look_examples import look, style


@pytest.fixture
def library(models: Path) -> ModelLibrary:
    """Return the library with the tiny model."""
    return ModelLibrary.from_environment(os.environ)


@pytest.fixture
def sha256(library: ModelLibrary) -> str:
    """Return the tiny model's SHA-256."""
    return library.find("tiny").card.network.sha256


def test_nothing_is_said_of_a_look_that_paints_as_it_did(
    library: ModelLibrary, sha256: str
) -> None:
    """A look of installed styles of the same model has no differences."""
    mixed = (style(model_sha256=sha256), style(model_sha256=sha256, style="cold"))
    assert differences(look(styles=mixed), library) == ()


def test_every_style_is_looked_at(library: ModelLibrary, sha256: str) -> None:
    """A missing model, another network and a style that is gone are all said, each by its name."""
    styles = (
        style(model="tinny", model_sha256=sha256),
        style(),
        style(model_sha256=sha256, style="wram"),
    )
    found = differences(look(styles=styles), library)

    kinds = [facts.MODEL_MISSING, facts.MODEL_CHANGED, facts.STYLE_MISSING]
    assert [fact.kind for fact in found] == kinds
    assert "Did you mean tiny?" in found[0].text
    assert sha256[:12] in found[1].text
    assert "Did you mean warm?" in found[2].text


def test_a_look_made_without_its_model_cannot_be_compared(library: ModelLibrary) -> None:
    """Where the look holds no hash, it is said that it cannot be compared."""
    found = differences(look(styles=(style(model_sha256=None),)), library)
    assert [fact.kind for fact in found] == [facts.MODEL_NOT_COMPARED]


def test_what_only_a_newer_version_can_set_is_named(library: ModelLibrary, sha256: str) -> None:
    """The settings of a newer Impasto are named, and said to be kept."""
    value = json.loads(look(styles=(style(model_sha256=sha256),)).to_json())
    value.update(impasto_look=3, bloom=1)
    newer = type(look()).from_json(json.dumps(value), "The text")

    (fact,) = differences(newer, library)
    assert fact.kind == facts.NEWER_KEPT
    assert "format 3" in fact.text
    assert "bloom" in fact.text
