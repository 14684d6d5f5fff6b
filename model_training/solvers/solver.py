"""Holds what every solver is to those who run it."""

from __future__ import annotations

from typing import Protocol

from model_training.solvers.domain import Field


class Solver(Protocol):
    """One effect in motion."""

    def advance(self, frame: float, matte: Field) -> None:
        """Go on from `frame` to the next, with a matte (H, W)."""

    def channels(self) -> Field:
        """(C, H, W) as the effect orders them."""

    def velocity(self) -> Field:
        """(2, H, W) px a frame, or (0, H, W)."""
