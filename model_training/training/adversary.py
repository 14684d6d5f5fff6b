"""Holds the discriminator's side of a run: it learns from real and painted, then judges."""

from __future__ import annotations

import torch
from torch import Tensor

from model_training.losses import adversarial
from model_training.networks.discriminator import PatchDiscriminator
from model_training.training.config import LossConfig

R1_EVERY = 8
"""Steps between two R1 penalties; the penalty is scaled by it (lazy regularisation)."""


class Adversary:
    """A discriminator and its optimiser."""

    def __init__(
        self, styles: int, losses: LossConfig, learning_rate: float, device: torch.device
    ) -> None:
        self.r1 = losses.r1
        self.discriminator = PatchDiscriminator(styles).to(device)
        self.optimiser = torch.optim.Adam(
            self.discriminator.parameters(), lr=learning_rate, betas=(0.5, 0.99)
        )

    def play(
        self, real: Tensor, painted: Tensor, style: Tensor, number: int
    ) -> tuple[Tensor, dict[str, float]]:
        """Trains the discriminator once and returns the generator's loss, (N,), and a report.

        real, painted (N, 3, H, W); each is judged as its `style` (N, K) asks.
        """
        penalised = number % R1_EVERY == 0
        real = real.detach().requires_grad_(penalised)
        scores_real = self.discriminator(real, style)
        scores_painted = self.discriminator(painted.detach(), style)
        loss = adversarial.discriminator_hinge_loss(scores_real, scores_painted).mean()
        if penalised:
            penalty = adversarial.r1_penalty(scores_real, real).mean()
            loss = loss + self.r1 * R1_EVERY * penalty
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        self.discriminator.requires_grad_(False)
        scores = self.discriminator(painted, style)
        self.discriminator.requires_grad_(True)
        return adversarial.generator_hinge_loss(scores), {"discriminator": float(loss.detach())}
