"""Holds the discriminator's side of a run: it learns from real and painted, then judges."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from model_training.losses.adversarial import FORMS, r1_penalty
from model_training.networks.discriminator import PatchDiscriminator
from model_training.training.config import AdversaryConfig
from model_training.training.diverged import check_gradients
from model_training.training.processes import Processes

R1_EVERY = 8
"""Steps between two R1 penalties; the penalty is scaled by it (lazy regularisation)."""


@dataclass(frozen=True)
class Shown:
    """What a discriminator is shown: N pictures and, where it is conditional, what they depict."""

    image: Tensor
    """(N, 3, H, W) in [0, 1]."""

    condition: Tensor
    """(N, condition_channels, H, W) in [0, 1]; not looked at where D is not conditional."""


class Adversary:
    """A discriminator, its optimiser, and the form of the game."""

    def __init__(
        self,
        config: AdversaryConfig,
        styles: int,
        condition_channels: int,
        r1: float,
        learning_rate: float,
        device: torch.device,
        processes: Processes,
    ) -> None:
        self.config = config
        self.processes = processes
        self.form = FORMS[config.form]
        self.r1 = r1
        self.discriminator = PatchDiscriminator(
            styles,
            condition_channels=condition_channels if config.conditional else 0,
            spectral=config.spectral_norm,
        ).to(device)
        self.optimiser = torch.optim.Adam(
            self.discriminator.parameters(), lr=learning_rate, betas=(0.5, 0.99)
        )

    def play(
        self, real: Shown, painted: Shown, style: Tensor, number: int
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Trains the discriminator once and returns the generator's loss, (N,), and a report.

        Both are judged as `style` (N, K) asks.
        """
        penalised = number % R1_EVERY == 0
        real_image = real.image.detach().requires_grad_(penalised)
        scores_real = self._judge(real_image, real.condition, style)
        scores_painted = self._judge(painted.image.detach(), painted.condition, style)
        losses = self.form.discriminator(scores_real, scores_painted)
        if penalised:
            losses = losses + self.r1 * R1_EVERY * r1_penalty(scores_real, real_image)
        # Processes may judge unequal numbers; every picture of the whole batch counts alike.
        loss = losses.sum() / self.processes.mean(len(losses), losses.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.processes.average_gradients(self.discriminator.parameters())
        check_gradients(self.discriminator, "the discriminator's gradient", number)
        self.optimiser.step()
        self.discriminator.requires_grad_(False)
        scores = self._judge(painted.image, painted.condition, style)
        self.discriminator.requires_grad_(True)
        return self.form.generator(scores), {"discriminator": loss.detach()}

    def _judge(self, image: Tensor, condition: Tensor, style: Tensor) -> Tensor:
        shown = condition.detach() if self.config.conditional else None
        scores: Tensor = self.discriminator(image, style, shown)
        return scores
