"""Holds a discriminator's side of a run: it learns from real and made, then judges."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model_training.losses.adversarial import FORMS, r1_penalty
from model_training.training.diverged import check_gradients
from model_training.training.processes import Processes

R1_EVERY = 8
"""Steps between two R1 penalties; the penalty is scaled by it (lazy regularisation)."""


@dataclass(frozen=True)
class Shown:
    """What a discriminator is shown: N pictures, and all else that it takes."""

    image: Tensor
    """(N, C, H, W): what is judged."""

    beside: tuple[Tensor | None, ...] = ()
    """What the discriminator takes behind the image, in its order: the style asked for, what was
    painted. None of it is trained."""


def yielding(boil: Tensor, gate: float) -> Tensor:
    """How much an adversary counts where a picture boils: (N,), 1 up to `gate`, then gate / boil.

    An adversary adds strokes and costs stability: it stands back where the gate is missed.
    """
    return (gate / boil.detach().clamp_min(1e-3)).clamp(max=1.0)


class Adversary:
    """A discriminator, its optimiser, and the form of the game."""

    def __init__(
        self,
        discriminator: nn.Module,
        form: str,
        r1: float,
        learning_rate: float,
        processes: Processes,
        bf16: bool = False,
    ) -> None:
        """With `bf16` scores are counted in bf16, but where R1 needs their gradient exact."""
        self.processes = processes
        self.form = FORMS[form]
        self.r1 = r1
        self.bf16 = bf16
        self.discriminator = discriminator
        self.optimiser = torch.optim.Adam(
            self.discriminator.parameters(), lr=learning_rate, betas=(0.5, 0.99)
        )

    def play(
        self, real: Shown, made: Shown, number: int, name: str = "discriminator"
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Trains the discriminator once and returns the generator's loss, (N,), and a report.

        `name` is what its loss is reported as.
        """
        penalised = self.r1 > 0.0 and number % R1_EVERY == 0
        real_image = real.image.detach().requires_grad_(penalised)
        scores_real = self._judge(real_image, real.beside, exact=penalised)
        scores_made = self._judge(made.image.detach(), made.beside)
        losses = self.form.discriminator(scores_real, scores_made)
        if penalised:
            losses = losses + self.r1 * R1_EVERY * r1_penalty(scores_real, real_image)
        # Processes may judge unequal numbers; every picture of the whole batch counts alike.
        loss = losses.sum() / self.processes.mean(len(losses), losses.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.processes.average_gradients(self.discriminator.parameters())
        check_gradients(self.discriminator, f"the {name}'s gradient", number)
        self.optimiser.step()
        self.discriminator.requires_grad_(False)
        scores = self._judge(made.image, made.beside)
        self.discriminator.requires_grad_(True)
        return self.form.generator(scores), {name: loss.detach()}

    def _judge(
        self, image: Tensor, beside: tuple[Tensor | None, ...], exact: bool = False
    ) -> Tensor:
        seen = tuple(None if tensor is None else tensor.detach() for tensor in beside)
        with torch.autocast(image.device.type, torch.bfloat16, self.bf16 and not exact):
            scores: Tensor = self.discriminator(image, *seen)
        return scores.float()
