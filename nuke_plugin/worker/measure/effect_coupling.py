"""Holds the gates of an effect that hang on no solved run: what matte, moment and tile promise.

::

    coupling.{empty,outside,follows}, loop_max_abs, frame_max_abs, tile_max_abs

One function measures each for a release and for ``impasto verify``, so the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.field_recipe import FieldRecipe
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.effects.fields import EffectFields, Loop, Moment

FAR_AWAY = 1000.0
"""Moment, in frames, from which shots are made: no other than the first ones."""

LOOP_FRAMES = 48
SEEDS = (11, 12, 13, 14)
"""Seeds over which means are taken."""

Planes = NDArray[np.float32]

MakeFrame = Callable[[Planes, Planes, Moment, float], Planes]
"""Matte (H, W), controls (A,) in [-1, 1], moment and wind to channels (C, H, W)."""

Generate = Callable[[Planes, Planes], Planes]
"""Fields (F, H, W) and controls (A,) to channels (C, H, W): a network by itself."""


@dataclass(frozen=True)
class Probe:
    """What an effect is measured with."""

    recipe: FieldRecipe
    """What its network sees."""

    scales: Planes
    """A usual value of each channel, (C, 1, 1)."""

    matte: Planes
    """(H, W) in [0, 1]."""

    controls: Planes
    """(A,) in [-1, 1]."""

    wind: float
    """Pixels a frame to the right."""

    def moment(self, time: float, loop: Loop | None = None) -> Moment:
        """Return a moment in the probe's wind."""
        return Moment(time, self.wind * time, 1, loop)


def coupling(make: MakeFrame, probe: Probe) -> dict[str, float]:
    """Return the largest value without a matte (``empty``) and where it cannot reach (``outside``).

    Both are 0 of an effect that keeps to its matte.
    """
    moment = probe.moment(FAR_AWAY)
    whole = make(probe.matte, probe.controls, moment, probe.wind)
    empty = make(np.zeros_like(probe.matte), probe.controls, moment, probe.wind)
    support = EffectFields(probe.recipe).still(probe.matte, probe.wind).support
    outside = np.abs(whole[:, support == 0.0])
    return {
        "empty": float(np.abs(empty).max()),
        "outside": float(outside.max()) if outside.size else 0.0,
    }


def random_access(make: MakeFrame, probe: Probe) -> NumberTree:
    """Return how far moments are from what they promise.

    ``loop_max_abs`` is a loop's end against its start, over usual values; ``frame_max_abs`` a frame
    alone against the same after the one before it.
    """
    loop = Loop(LOOP_FRAMES, probe.wind * LOOP_FRAMES)
    times = (0.0, float(LOOP_FRAMES))
    start, end = (
        make(probe.matte, probe.controls, probe.moment(t, loop), probe.wind) for t in times
    )
    alone, _, again = (
        make(probe.matte, probe.controls, probe.moment(t), probe.wind)
        for t in (FAR_AWAY, FAR_AWAY - 1.0, FAR_AWAY)
    )
    return NumberTree(
        loop_max_abs=float((np.abs(start - end) / probe.scales).max()),
        frame_max_abs=float(np.abs(alone - again).max()),
    )


def tile_difference(generate: Generate, probe: Probe, halo_px: int, grid_px: int) -> float | None:
    """Return the largest |tile - whole| over usual values; a tile has the halo round it.

    ``grid_px`` is what the network takes multiples of. None where no tile with its halo is smaller
    than the frame.
    """
    moment = probe.moment(FAR_AWAY)
    fields = EffectFields(probe.recipe).at(probe.matte, moment, wind=probe.wind)
    height, width = (side // grid_px * grid_px for side in probe.matte.shape)
    fields = np.ascontiguousarray(fields[:, :height, :width])
    left = width // 2 // grid_px * grid_px
    first = max(0, left - -(-halo_px // grid_px) * grid_px)
    if first == 0:
        return None
    whole = generate(fields, probe.controls)
    tile = generate(np.ascontiguousarray(fields[:, :, first:]), probe.controls)
    apart = np.abs(tile[:, :, left - first :] - whole[:, :, left:]) / probe.scales
    return float(apart.max())


def follows(make: MakeFrame, probe: Probe) -> float:
    """Return how far the effect's middle moves with its matte, over how far that moves: near 1.

    The matte is a small bar in the middle of a frame of the probe's size, moved a quarter of it to
    each side; controls are in the middle of their ranges, and the air is still.
    """
    height, width = probe.matte.shape
    aside = width // 4
    bar: Planes = np.zeros((height, width), np.float32)
    middle, reach = width // 2, max(2, width // 16)
    bar[height - height // 4 : height - height // 8, middle - reach : middle + reach] = 1.0
    places = np.arange(width, dtype=np.float32)
    controls = np.zeros_like(probe.controls)
    found = []
    for shift in (-aside, aside):
        weights = np.zeros(width, np.float32)
        for seed in SEEDS:
            made = make(np.roll(bar, shift, axis=1), controls, Moment(FAR_AWAY, 0, seed), 0.0)
            weights += np.abs(made / probe.scales).sum((0, 1))
        found.append(float((weights * places).sum() / max(float(weights.sum()), 1e-6)))
    moved: float = (found[1] - found[0]) / (2.0 * aside)
    return moved
