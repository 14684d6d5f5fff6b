"""Holds what the tests of effects share: small real effects, installed."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.providers import CPU
from tests.tiny_effect import write_tiny_effect


@pytest.fixture(scope="session")
def tiny_effects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, InstalledEffect]:
    """A small real network of each effect, in one folder."""
    folder = tmp_path_factory.mktemp("effects")
    return {effect: write_tiny_effect(folder, effect) for effect in (FIRE, SMOKE, WATER)}


@pytest.fixture(scope="session")
def fire_network(tiny_effects: dict[str, InstalledEffect]) -> EffectNetwork:
    """The small fire, ready to run."""
    return EffectNetwork.open(tiny_effects[FIRE], (CPU,), threads=1)
