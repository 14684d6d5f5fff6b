"""Holds what the recipes of styles share: photos come in, a generator paints them in a style."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from model_training.data.batch import TrainingBatch, make_batch
from model_training.data.style_target import measure_target, read_paintings, read_photos
from model_training.losses.perceptual import StyleTarget
from model_training.networks.discriminator import PatchDiscriminator
from model_training.networks.features import VggFeatures
from model_training.networks.generator import Generator, make_generator
from model_training.training.adversary import Adversary, Shown
from model_training.training.checkpoint import ROWS, RunMismatch, start_from
from model_training.training.config import TrainingConfig
from model_training.training.processes import ALONE, Processes
from model_training.training.sheet import make_sheet
from model_training.training.step import SHEET_ROWS, Training

SMALLEST_SHARE = 2
"""Photos of a batch that each process must have: one of them is always painted in full."""


def split_rows(generator: torch.nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """The parameters that have a row for each style, and the others: the trunk's."""
    named = [
        (name.rsplit(".", 1)[-1] in ROWS, value) for name, value in generator.named_parameters()
    ]
    return [v for is_row, v in named if is_row], [v for is_row, v in named if not is_row]


class PaintingTraining(Training):
    """Trains a generator that paints; a recipe says in `losses` what a painting is judged by."""

    config: TrainingConfig
    generator: Generator
    average: Generator

    def __init__(
        self,
        config: TrainingConfig,
        data: Path,
        device: torch.device,
        processes: Processes = ALONE,
    ) -> None:
        super().__init__(config, device, processes)
        self.trained = list(range(len(config.styles)))
        self.photos = read_photos(config, data)

    def fresh_generator(self) -> Generator:
        """See the base class."""
        return make_generator(len(self.config.styles), self.config.generator.generator_size())

    def parameter_groups(self) -> list[dict[str, Any]]:
        """See the base class."""
        rows, trunk = split_rows(self.generator)
        return [
            {"params": trunk, "rate": 1.0},
            {"params": rows, "rate": self.config.schedule.row_rate},
        ]

    def start(self, run: Path) -> None:
        """Begins with another run's generator; where only rows are trained, all else is frozen."""
        styles = [style.id for style in self.config.styles]
        fresh = start_from(run, self.generator, styles)
        self.average.load_state_dict(self.generator.state_dict())
        if self.config.train == "all":
            return
        if not fresh:
            raise RunMismatch(
                f"There is nothing to train: run '{run}' knows every style of the configuration "
                f"({', '.join(styles)}). Add a style, or set train = 'all'."
            )
        _, trunk = split_rows(self.generator)
        for value in trunk:
            value.requires_grad_(False)
        self.trained = [styles.index(style) for style in fresh]
        kept = torch.ones(len(styles) + 1, dtype=torch.bool)
        kept[[index + 1 for index in self.trained]] = False
        kept = kept.to(self.device)[:, None]
        for row in split_rows(self.generator)[0]:
            row.register_hook(lambda gradient: gradient.masked_fill(kept, 0.0))  # type: ignore[no-untyped-call]

    def add_adversary(self, condition_channels: int, r1: float) -> Adversary:
        """A discriminator for the configuration's styles, whose state is part of the run's."""
        game = self.config.adversary
        discriminator = PatchDiscriminator(
            len(self.config.styles),
            condition_channels=condition_channels if game.conditional else 0,
            spectral=game.spectral_norm,
        ).to(self.device)
        rate = self.config.schedule.discriminator_learning_rate
        adversary = Adversary(discriminator, game.form, r1, rate, self.processes)
        self.adversaries["discriminator"] = adversary
        return adversary

    def shown(self, image: Tensor, condition: Tensor, style: Tensor) -> Shown:
        """Pictures (N, 3, H, W) to be judged as `style` (N, K) asks, beside what they depict."""
        return Shown(image, (style, condition if self.config.adversary.conditional else None))

    def read_style(self, data: Path) -> tuple[VggFeatures, list[list[Tensor]], StyleTarget]:
        """The features, the paintings of each style, and what they ask for.

        Raises FeaturesUnreadable or PictureUnreadable.
        """
        features = VggFeatures(data / self.config.data.features)
        features.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        features.to(self.device)
        paintings = read_paintings(self.config, data, self.device)
        target = measure_target(features, self.photos, paintings, self.config)
        features.to(torch.bfloat16)
        return features, paintings, target

    @abstractmethod
    def losses(
        self, seen: TrainingBatch, number: int, random: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The generator's weighted losses, (N,) each, and further values to report."""

    def terms(self, number: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """See the base class."""
        seen, random = self.batch(number)
        return self.losses(seen, number, random)

    def sheet(self, rows: int = SHEET_ROWS) -> np.ndarray:
        """See the base class: photos, and what they become in each style."""
        return make_sheet(self.average, self.photos.photos, rows)

    def paint(self, image: Tensor, style: Tensor, strength: Tensor) -> Tensor:
        """The generator's painting in float32, computed in bf16: (N, 3, H, W)."""
        with torch.autocast(self.device.type, torch.bfloat16):
            painted: Tensor = self.generator(
                image.contiguous(memory_format=torch.channels_last), style, strength
            )
        return painted.float()

    def batch(self, number: int) -> tuple[TrainingBatch, torch.Generator]:
        """Our process's share of a step's batch, and the chance for what else is random."""
        schedule, processes = self.config.schedule, self.processes
        random = processes.batch_random(schedule.seed, number)
        seen = make_batch(
            self.photos,
            self.own_share(SMALLEST_SHARE, "photos"),
            len(self.config.styles),
            self.trained,
            schedule.seed,
            number,
            random,
            processes.rank,
            processes.count,
        )
        return seen.to(self.device), random
