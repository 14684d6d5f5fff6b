"""Holds what the steps of all recipes share: how a generator learns, and what a run's state is."""

from __future__ import annotations

import copy
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from model_training.training.adversary import Adversary
from model_training.training.checkpoint import RunState
from model_training.training.config_file import ConfigInvalid
from model_training.training.diverged import check_gradients, check_losses
from model_training.training.processes import ALONE, Processes
from model_training.training.run_config import PaceConfig, RunConfig

SHEET_ROWS = 4
"""Rows of the picture that a run leaves beside its curves."""


def ramp(share: float, start: float, full: float) -> float:
    """0 before `start`, 1 from `full` on, linear between; all are shares of the run.

    Where both are one share, it is a step there.
    """
    if share >= full:
        return 1.0
    return 0.0 if share <= start else (share - start) / (full - start)


def learning_rate(schedule: PaceConfig, share: float) -> float:
    """Cosine from the first to the final rate, after a warm-up over the first 2 %."""
    low, high = schedule.final_learning_rate, schedule.learning_rate
    warm = min(1.0, share / 0.02 + 0.05)
    return warm * (low + 0.5 * (high - low) * (1.0 + math.cos(math.pi * share)))


class Training(ABC):
    """A run in the making: a recipe's networks, targets and optimisers for one configuration.

    A recipe says in `terms` what a generator is judged by; here it learns from that.
    """

    config: RunConfig
    generator: nn.Module
    average: nn.Module

    def __init__(
        self, config: RunConfig, device: torch.device, processes: Processes = ALONE
    ) -> None:
        self.config = config
        self.device = device
        self.processes = processes
        torch.manual_seed(config.schedule.seed)
        self.generator = self.fresh_generator()
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.generator.to(device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.generator_optimiser = torch.optim.Adam(self.parameter_groups(), betas=(0.9, 0.99))
        self.adversaries: dict[str, Adversary] = {}

    @abstractmethod
    def fresh_generator(self) -> nn.Module:
        """The network that is trained, its weights from torch's seed."""

    @abstractmethod
    def terms(self, number: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """The generator's weighted losses of step `number`, (N,) each, and more to report."""

    @abstractmethod
    def sheet(self, rows: int = SHEET_ROWS) -> np.ndarray:
        """What the averaged generator makes now: (H, W, 3) uint8 RGB, for people to look at."""

    def parameter_groups(self) -> list[dict[str, Any]]:
        """The optimiser's groups; `rate` is a group's learning rate over the schedule's."""
        return [{"params": list(self.generator.parameters()), "rate": 1.0}]

    @property
    def state(self) -> RunState:
        """What changes during the run."""
        modules: dict[str, nn.Module] = {"generator": self.generator, "average": self.average}
        optimisers: dict[str, torch.optim.Optimizer] = {
            "generator_optimiser": self.generator_optimiser
        }
        for name, adversary in self.adversaries.items():
            modules[name] = adversary.discriminator
            optimisers[f"{name}_optimiser"] = adversary.optimiser
        return RunState(modules, optimisers)

    def own_share(self, least: int, what: str) -> int:
        """How many of a batch are our process's; ConfigInvalid where it cannot be shared."""
        batch, processes = self.config.schedule.batch, self.processes
        count, over = divmod(batch, processes.count)
        if over or count < least:
            raise ConfigInvalid(
                f"A batch of {batch} cannot be shared by {processes.count} processes: "
                f"each needs the same number of {what}, {least} or more. Change "
                "schedule.batch or the number of processes."
            )
        return count

    def step(self, number: int) -> dict[str, float]:
        """Trains one step; everything random comes from the seed and `number` alone."""
        terms, watched = self.terms(number)
        means = {name: term.mean() for name, term in terms.items()}
        total = torch.stack(list(means.values())).sum()
        report = self._report(means | watched)
        check_losses(report, number)
        self._learn(total, number)
        return report

    def _report(self, values: Mapping[str, Tensor]) -> dict[str, float]:
        joined = torch.stack([value.detach().float() for value in values.values()])
        self.processes.average([joined])
        return dict(zip(values, joined.tolist(), strict=True))

    def _learn(self, total: Tensor, number: int) -> None:
        schedule = self.config.schedule
        rate = learning_rate(schedule, number / schedule.steps)
        for group in self.generator_optimiser.param_groups:
            group["lr"] = rate * group["rate"]
        self.generator_optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        self.processes.average_gradients(self.generator.parameters())
        check_gradients(self.generator, "the generator's gradient", number)
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), schedule.gradient_norm)
        self.generator_optimiser.step()
        decay = min(schedule.ema, (number + 1) / (number + 10))
        with torch.no_grad():
            for mean, value in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                mean.lerp_(value, 1.0 - decay)
