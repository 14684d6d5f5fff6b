"""Holds what the worker's tests share: a small real model, and a studio that has it installed."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.pipeline import Studio
from tests.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> InstalledModel:
    """A small real network, installed in a folder of its own."""
    return write_tiny_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def studio(tiny_model: InstalledModel) -> Studio:
    """A studio in which the small network is installed, and nothing else."""
    library = ModelLibrary((tiny_model.folder.parent,))
    return Studio(library, ColourConfig.from_environment({}))
