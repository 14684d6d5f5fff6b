"""Holds what the steps of all recipes share: how a generator is made, and how it learns."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from pathlib import Path

import torch
from torch import Tensor, nn

from model_training.data.batch import TrainingBatch, make_batch
from model_training.data.style_target import measure_target, read_paintings, read_photos
from model_training.losses.perceptual import StyleTarget
from model_training.networks.features import VggFeatures
from model_training.networks.generator import make_generator
from model_training.training.adversary import Adversary
from model_training.training.checkpoint import ROWS, RunMismatch, RunState, start_from
from model_training.training.config import ScheduleConfig, TrainingConfig
from model_training.training.config_file import ConfigInvalid
from model_training.training.diverged import check_gradients, check_losses
from model_training.training.processes import ALONE, Processes

SMALLEST_SHARE = 2
"""Photos of a batch that each process must have: one of them is always painted in full."""


def ramp(share: float, start: float, full: float) -> float:
    """0 before `start`, 1 from `full` on, linear between; all are shares of the run."""
    return 1.0 if share >= full else max(0.0, (share - start) / (full - start))


def learning_rate(schedule: ScheduleConfig, share: float) -> float:
    """Cosine from the first to the final rate, after a warm-up over the first 2 %."""
    low, high = schedule.final_learning_rate, schedule.learning_rate
    warm = min(1.0, share / 0.02 + 0.05)
    return warm * (low + 0.5 * (high - low) * (1.0 + math.cos(math.pi * share)))


def split_rows(generator: torch.nn.Module) -> tuple[list[Tensor], list[Tensor]]:
    """The parameters that have a row for each style, and the others: the trunk's."""
    named = [
        (name.rsplit(".", 1)[-1] in ROWS, value) for name, value in generator.named_parameters()
    ]
    return [v for is_row, v in named if is_row], [v for is_row, v in named if not is_row]


class Training(ABC):
    """A run in the making: a recipe's networks, targets and optimisers for one configuration.

    A recipe says in `losses` what a generator is judged by; here it learns from that.
    """

    def __init__(
        self,
        config: TrainingConfig,
        data: Path,
        device: torch.device,
        processes: Processes = ALONE,
    ) -> None:
        self.config = config
        self.device = device
        self.processes = processes
        torch.manual_seed(config.schedule.seed)
        self.generator = make_generator(len(config.styles), config.generator.generator_size())
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.generator.to(device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        rows, trunk = split_rows(self.generator)
        self.generator_optimiser = torch.optim.Adam(
            [{"params": trunk, "rate": 1.0}, {"params": rows, "rate": config.schedule.row_rate}],
            betas=(0.9, 0.99),
        )
        self.trained = list(range(len(config.styles)))
        self.kept_rows: Tensor | None = None
        self.photos = read_photos(config, data)
        self.adversary: Adversary | None = None

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
        self.kept_rows = kept.to(self.device)

    def make_adversary(self, condition_channels: int, r1: float) -> Adversary:
        """A discriminator for the configuration's styles, whose state is part of the run's."""
        return Adversary(
            self.config.adversary,
            len(self.config.styles),
            condition_channels,
            r1,
            self.config.schedule.discriminator_learning_rate,
            self.device,
            self.processes,
        )

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

    @property
    def state(self) -> RunState:
        """What changes during the run."""
        modules: dict[str, nn.Module] = {"generator": self.generator, "average": self.average}
        optimisers: dict[str, torch.optim.Optimizer] = {
            "generator_optimiser": self.generator_optimiser
        }
        if self.adversary is not None:
            modules["discriminator"] = self.adversary.discriminator
            optimisers["discriminator_optimiser"] = self.adversary.optimiser
        return RunState(modules, optimisers)

    @abstractmethod
    def losses(
        self, seen: TrainingBatch, number: int, random: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The generator's weighted losses, (N,) each, and further values to report."""

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
        count, over = divmod(schedule.batch, processes.count)
        if over or count < SMALLEST_SHARE:
            raise ConfigInvalid(
                f"A batch of {schedule.batch} cannot be shared by {processes.count} processes: "
                f"each needs the same number of photos, {SMALLEST_SHARE} or more. Change "
                "schedule.batch or the number of processes."
            )
        random = processes.batch_random(schedule.seed, number)
        seen = make_batch(
            self.photos,
            count,
            len(self.config.styles),
            self.trained,
            schedule.seed,
            number,
            random,
            processes.rank,
            processes.count,
        )
        return seen.to(self.device), random

    def step(self, number: int) -> dict[str, float]:
        """Trains one step; everything random comes from the seed and `number` alone."""
        seen, random = self.batch(number)
        terms, watched = self.losses(seen, number, random)
        means = {name: term.mean() for name, term in terms.items()}
        total = torch.stack(list(means.values())).sum()
        values = torch.stack([value.detach().float() for value in (means | watched).values()])
        self.processes.average([values])
        report = dict(zip(means | watched, values.tolist(), strict=True))
        check_losses(report, number)
        self._learn(total, number)
        return report

    def _learn(self, total: Tensor, number: int) -> None:
        schedule = self.config.schedule
        rate = learning_rate(schedule, number / schedule.steps)
        for group in self.generator_optimiser.param_groups:
            group["lr"] = rate * group["rate"]
        self.generator_optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        self.processes.average_gradients(self.generator.parameters())
        check_gradients(self.generator, "the generator's gradient", number)
        if self.kept_rows is not None:
            for row in split_rows(self.generator)[0]:
                if row.grad is not None:
                    row.grad[self.kept_rows] = 0.0
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), schedule.gradient_norm)
        self.generator_optimiser.step()
        decay = min(schedule.ema, (number + 1) / (number + 10))
        with torch.no_grad():
            for mean, value in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                mean.lerp_(value, 1.0 - decay)
