"""A trained run of one step, and a small generator with everything that is numerically delicate."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model_training.networks.generator import Generator, GeneratorSize, make_generator
from model_training.release import export
from model_training.training.config import TrainingConfig, read_config
from model_training.training.loop import train
from tests.model_training.conftest import CONFIG

SMALL = GeneratorSize(
    trunk=16, half=8, full=8, blocks=2, upsample="spline", half_blocks=1, contours=True, grain=0.05
)


@pytest.fixture(scope="session")
def generator() -> Generator:
    """A generator of three styles with random rows, ready to be exported."""
    torch.set_num_threads(1)
    torch.manual_seed(5)
    made = make_generator(3, SMALL)
    for name, parameter in made.named_parameters():
        if name.endswith((".gain", ".bias")):
            parameter.data.add_(torch.randn_like(parameter) * 0.3)
    made.set_padding("zeros")
    return made.eval().requires_grad_(False)


@pytest.fixture(scope="session")
def network(generator: Generator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its ONNX file."""
    path = tmp_path_factory.mktemp("network") / "model.onnx"
    export.write_network(generator, path, {"impasto_step": "7"})
    return path


@pytest.fixture(scope="session")
def small_run(
    training_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TrainingConfig, Path]:
    """A configuration and the folder of its run, one step old."""
    return trained(CONFIG, training_data, tmp_path_factory.mktemp("run"))


def trained(text: str, data: Path, folder: Path) -> tuple[TrainingConfig, Path]:
    """Train a configuration for one step."""
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    config = read_config(file)
    train(config, data, folder / "run", resume=False, report=lambda progress: None, until=1)
    return config, folder / "run"
