"""Six small runs of a fire that was made, not solved, and a tiny configuration that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from model_training.effects.config import EffectConfig, read_effect_config
from tests.model_training.effects.small_effect import CONFIG, write_runs


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Torch on one thread, and as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def effect_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with six runs in `fire`."""
    folder = tmp_path_factory.mktemp("effect data")
    write_runs(folder / "fire")
    return folder


@pytest.fixture
def effect_file(tmp_path: Path) -> Path:
    """The configuration as a file that a test may change."""
    path = tmp_path / "small_fire.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def effect_config(effect_file: Path) -> EffectConfig:
    """The configuration."""
    return read_effect_config(effect_file)
