"""Holds the end of a run whose numbers are none any more: seen before any weight takes them in."""

from __future__ import annotations

import math

import torch
from torch import nn


class TrainingDiverged(ArithmeticError):
    """A loss or a gradient is no longer a number; what was saved before is still there."""

    def with_remedy(self, remedy: str) -> TrainingDiverged:
        """The same, told by who knows what was saved."""
        return TrainingDiverged(f"{self} {remedy}")


def check_losses(terms: dict[str, float], number: int) -> None:
    """TrainingDiverged names each loss of step `number` that is not finite."""
    wrong = [name for name, value in terms.items() if not math.isfinite(value)]
    if wrong:
        raise _diverged(", ".join(wrong), number)


def check_gradients(module: nn.Module, name: str, number: int) -> None:
    """TrainingDiverged where a gradient of step `number` is not finite."""
    norms = [value.grad.norm() for value in module.parameters() if value.grad is not None]
    if not bool(torch.stack(norms).isfinite().all()):
        raise _diverged(name, number)


def _diverged(what: str, number: int) -> TrainingDiverged:
    return TrainingDiverged(f"Training diverged at step {number}: {what} is not a number.")
