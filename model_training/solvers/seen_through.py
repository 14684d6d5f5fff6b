"""Holds several slices of one gas as a camera sees them: one behind the other.

A solver in two dimensions makes a slice. A plume is about as deep as it is wide, and what is seen
of it is the sum along the line of sight, which here is the slices' mean, so that density keeps its
range.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from model_training.solvers.domain import Field
from model_training.solvers.solver import Solver


class SeenThrough:
    """Slices of one matte and one set of controls, each with its own chance."""

    def __init__(self, slices: Sequence[Solver]) -> None:
        """At least one, with density first among its channels."""
        self._slices = slices

    def advance(self, frame: float, matte: Field) -> None:
        """Take every slice from `frame` to the next with a matte (H, W)."""
        for one in self._slices:
            one.advance(frame, matte)

    def channels(self) -> Field:
        """(C, H, W): the slices' mean."""
        return np.asarray(np.mean([one.channels() for one in self._slices], axis=0), np.float32)

    def velocity(self) -> Field:
        """(2, H, W) px a frame: the slices' mean, each counting by its density."""
        densities = np.stack([one.channels()[0] for one in self._slices]) + np.float32(1e-3)
        velocities = np.stack([one.velocity() for one in self._slices])
        moved = (densities[:, None] * velocities).sum(axis=0)
        return np.asarray(moved / densities.sum(axis=0), np.float32)
