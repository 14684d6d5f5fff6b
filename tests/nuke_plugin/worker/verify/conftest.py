"""Models to verify: the tiny one, and what was planted in it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import NetworkFile
from nuke_plugin.contract.effect_card import FIRE, EffectCard
from nuke_plugin.contract.library import InstalledEffect, InstalledModel
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.movie import write_pictures
from nuke_plugin.worker.verify.effect_subject import EffectSubject
from nuke_plugin.worker.verify.subject import Subject
from tests import tiny_effect
from tests.tiny_effect import write_tiny_effect
from tests.tiny_model import OPSET, build_network, write_tiny_model

Plant = Callable[..., InstalledModel]
PlantEffect = Callable[..., InstalledEffect]
MOVIE = "preview.webm"


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Return a function that writes the tiny model with another graph and other words on its card.

    The card's hash is the graph's own, so that nothing but what was planted is wrong.
    """

    def write(
        change: Callable[[onnx.ModelProto], None] | None = None, **card: Any
    ) -> InstalledModel:
        installed = write_tiny_model(tmp_path)
        model = build_network()
        if change is not None:
            change(model)
        network = model.SerializeToString()
        installed.network_path.write_bytes(network)
        stored = NetworkFile("model.onnx", hashlib.sha256(network).hexdigest(), len(network), OPSET)
        return write_card(installed, **{"network": stored, **card})

    return write


def write_card(installed: InstalledModel, **changes: Any) -> InstalledModel:
    """Write a model's card with other values and return the model."""
    card: ModelCard = dataclasses.replace(installed.card, **changes)
    (installed.folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    return InstalledModel(installed.folder, card)


@pytest.fixture
def plant_effect(tmp_path: Path) -> PlantEffect:
    """Return a function that writes a tiny effect with another graph, or card, and a real movie."""

    def write(
        change: Callable[[onnx.ModelProto], None] | None = None, effect: str = FIRE, **card: Any
    ) -> InstalledEffect:
        installed = write_tiny_effect(tmp_path, effect)
        pictures = [np.full((16, 16, 3), value, np.uint8) for value in (20, 90)]
        write_pictures(installed.folder / MOVIE, pictures, 24)
        card["movie"] = MOVIE
        if change is not None:
            model = onnx.load(installed.network_path)
            change(model)
            card["network"] = write_network(installed.network_path, model)
        return write_effect_card(installed, **card)

    return write


def write_network(file: Path, model: onnx.ModelProto) -> NetworkFile:
    """Write an effect's graph and return what the card says of it."""
    network = model.SerializeToString()
    file.write_bytes(network)
    digest = hashlib.sha256(network).hexdigest()
    return NetworkFile(file.name, digest, len(network), tiny_effect.OPSET)


def write_effect_card(installed: InstalledEffect, **changes: Any) -> InstalledEffect:
    """Write an effect's card with other values and return the effect."""
    card: EffectCard = dataclasses.replace(installed.card, **changes)
    (installed.folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    return InstalledEffect(installed.folder, card)


def opened(installed: InstalledModel, is_quick: bool = True) -> Subject:
    """Return a model ready for one check."""
    return Subject.open(installed, is_quick, Cancellation(), threads=1)


def opened_effect(installed: InstalledEffect, is_quick: bool = True) -> EffectSubject:
    """Return an effect ready for one check."""
    return EffectSubject.open(installed, is_quick, Cancellation(), threads=1)
