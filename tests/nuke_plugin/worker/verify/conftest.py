"""Models to verify: the tiny one, and what was planted in it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import NetworkFile
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.verify.folder import open_networks
from nuke_plugin.worker.verify.subject import Subject
from tests.tiny_model import OPSET, build_network, write_tiny_model

Plant = Callable[..., InstalledModel]


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


def opened(installed: InstalledModel, is_quick: bool = True) -> Subject:
    """Return a model ready for one check."""
    network, half, _ = open_networks(installed, threads=1)
    return Subject(installed, network, half, is_quick, Cancellation())
