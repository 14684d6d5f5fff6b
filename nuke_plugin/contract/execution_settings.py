"""Holds how a network is to be run: a part of every render request.

It decides what a frame costs. Half precision and another processor change a painting in its last
bits; a smaller tile changes it by less than 1e-5, except of a model that looks at the whole frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.field_checks import check

SMALLEST_TILE_PX = 256


@dataclass(frozen=True)
class ExecutionSettings:
    """On what, how exactly, and in how large pieces a network runs."""

    use_gpu: bool = True
    """Whether a graphics card is used where there is one that works."""

    half_precision: bool = False
    """Whether the network counts in half precision, where the model has such a network."""

    tile_px: Optional[int] = None
    """Side of the square, in pixels, that holds as many as are given to the network at once; null
    for what the worker thinks best: of a model that looks at the whole frame, the whole frame. Its
    tiles fade into each other, each in colours of its own."""

    fold: bool = True
    """Whether the worker may write style and strength into the network, since they stay for many
    frames: each takes an eighth less time, the first waits for it. Its pixels differ by less than
    1e-5, so it is decided by whoever knows the whole range, not by how the range is split."""

    def __post_init__(self) -> None:
        fits = self.tile_px is None or self.tile_px >= SMALLEST_TILE_PX
        check(fits, "tile_px", self.tile_px, f"null, or {SMALLEST_TILE_PX} or more")


DEFAULT_EXECUTION = ExecutionSettings()
"""How a network is run where nothing is asked for."""
