"""Holds what each kind of run is asked before its first step: its data, and its files' size."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from model_training.cli.estimate import run_bytes
from model_training.data.checker import CheckReport
from model_training.data.checker_sets import check_config_data
from model_training.effects.config import EffectConfig
from model_training.effects.effect_sheet import sheet_size
from model_training.effects.runs import check_effect_data
from model_training.networks.effect_generator import EffectGenerator
from model_training.networks.generator import make_generator
from model_training.training.config import TrainingConfig
from model_training.training.run_config import RunConfig
from model_training.training.step import SHEET_ROWS

SHEET_BYTES_A_PIXEL = 2.5
"""Of a sheet as PNG; a painting hardly compresses."""


def check_run_data(config: RunConfig, data: Path) -> CheckReport:
    """Reads what a run will read, and says what would stop it."""
    if isinstance(config, EffectConfig):
        return check_effect_data(config, data)
    assert isinstance(config, TrainingConfig)
    return check_config_data(config, data)


def expected_bytes(config: RunConfig) -> int:
    """Disk of a whole run, from the generator's parameters and the sheets' sizes."""
    generator: nn.Module
    if isinstance(config, EffectConfig):
        generator = EffectGenerator(config.generator_shape())
        width, height = sheet_size(config)
    else:
        assert isinstance(config, TrainingConfig)
        generator = make_generator(len(config.styles), config.generator.generator_size())
        width, height = 480 * (1 + 2 * len(config.styles)), 320 * SHEET_ROWS
    state = 4 * sum(p.numel() for p in generator.parameters()) * 4  # itself, average, Adam's two
    return run_bytes(config.schedule, state, round(SHEET_BYTES_A_PIXEL * width * height))
