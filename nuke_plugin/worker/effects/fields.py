"""Holds the making of an effect's fields: what its network sees, from a matte and a moment.

``FieldRecipe`` says what they are. Each is closed-form in place and time, and every pixel is made
by the same sums in the same order wherever a picture is cut: a crop whose matte is given
``FieldRecipe.margins_px`` beyond it has the whole frame's fields, bit for bit. Beyond what is given
the matte is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.field_recipe import ROUND, FieldRecipe
from nuke_plugin.worker.effects.lattice_noise import fill_channel, fill_noise
from nuke_plugin.worker.effects.moment import Loop, Moment
from nuke_plugin.worker.effects.smears import plain_mean, round_smear, rounded, upward_smear
from nuke_plugin.worker.effects.warping import (
    NOISE_STEPS,
    PLACE_STEPS,
    SMEAR_STEPS,
    Ways,
    carried,
    lead_of,
    ways,
)

__all__ = ["EffectFields", "Loop", "Moment", "StillFields"]

SUPPORT_FULL = np.float32(0.01)
"""Mean of the spread mattes from which the support is 1: a thin edge still carries an effect."""

HELD = np.float32(0.9)
"""Share of a warp that is held back at the matte: roots move a little too."""

ROOTED = np.float32(12)
"""How many times the matte's mean round a pixel holds warps back: a thin line roots flames too."""

CARRIED = np.float32(8)
"""How many times the support's mean where warps carry to counts: so little of it fades."""

Plane = NDArray[np.float32]
Fields = NDArray[np.float32]
"""Fields in the recipe's order, float32 (F, H, W)."""


@dataclass(frozen=True)
class StillFields:
    """What needs no time: all that is made of the matte alone."""

    matte: Plane
    """The matte, (H, W)."""

    support: Plane
    """Where it reaches, (H, W)."""

    smears: NDArray[np.float32]
    """The matte spread along the flow, (S, H + 2 y, W + 2 x): also ``lead`` beyond the picture,
    from where warps carry it in."""

    lead: tuple[int, int]
    """How far smears go beyond the picture on each side, x and y."""

    free: Plane | None
    """Share of the warps that moves the smears, (H, W); None where it is all of them."""

    @classmethod
    def nothing(cls) -> StillFields:
        """Return what takes no memory, of no pixels."""
        none: Plane = np.empty((0, 0), np.float32)
        return cls(none, none, none[None], (0, 0), None)

    def part(self, rows: slice, columns: slice) -> StillFields:
        """Return what belongs to a window of whole pixels inside the picture."""
        wide = slice(columns.start, columns.stop + 2 * self.lead[0])
        tall = slice(rows.start, rows.stop + 2 * self.lead[1])
        return StillFields(
            self.matte[rows, columns],
            self.support[rows, columns],
            self.smears[:, tall, wide],
            self.lead,
            None if self.free is None else self.free[rows, columns],
        )


class EffectFields:
    """Makes the fields of one recipe."""

    def __init__(self, recipe: FieldRecipe) -> None:
        """Take any valid recipe."""
        self.recipe = recipe
        self.noise_at = slice(1 + len(recipe.smears_px), recipe.count - 1)
        """Where the noise lies in the fields."""

    def at(
        self,
        matte: NDArray[np.float32],
        moment: Moment,
        origin: tuple[int, int] = (0, 0),
        wind: float = 0.0,
    ) -> Fields:
        """Return all fields, float32 (F, H, W), of a matte, (H, W) in [0, 1].

        ``origin`` is where in the frame the matte begins, x and y in pixels; ``wind`` tilts the
        smears, in pixels a frame to the right (its way so far is the moment's ``drift``).
        """
        return self.of(self.still(matte, wind), moment, origin)

    def still(self, matte: NDArray[np.float32], wind: float = 0.0) -> StillFields:
        """Return what needs no time of a matte, (H, W): as far as it lies in the picture."""
        recipe = self.recipe
        lead = recipe.warp_px
        (height, width), (x, y) = matte.shape, lead
        inside = np.s_[y : y + height, x : x + width]
        wide: Plane = np.zeros((height + 2 * y, width + 2 * x), np.float32)
        wide[inside] = matte
        smears: NDArray[np.float32] = np.empty((len(recipe.smears_px), *wide.shape), np.float32)
        slope = recipe.slope(wind)
        reached = round_smear(wide, recipe.below_px)
        for plane, reach_px in zip(smears, recipe.smears_px, strict=True):
            if recipe.flow == ROUND:
                plane[...] = round_smear(wide, reach_px)
            else:
                plane[...] = upward_smear(wide, reach_px, recipe.spread, slope)
            reached += plane
        reached /= SUPPORT_FULL
        np.minimum(reached, 1, out=reached)
        free = None
        if recipe.warps:
            smears = rounded(smears, SMEAR_STEPS)
            if recipe.root_px:
                free = self._free(wide, reached)[inside]
            reached = self._carried(reached)
        support = np.ascontiguousarray(reached[inside])
        support *= 2 - support
        return StillFields(np.ascontiguousarray(matte, np.float32), support, smears, lead, free)

    def of(self, still: StillFields, moment: Moment, origin: tuple[int, int]) -> Fields:
        """Return all fields, (F, H, W), of what needs no time and begins at ``origin``."""
        recipe = self.recipe
        shape = still.matte.shape
        fields: Fields = np.empty((recipe.count, *shape), np.float32)
        fields[0], fields[-1] = still.matte, still.support
        if not recipe.warps:
            fields[1 : self.noise_at.start] = still.smears
            fill_noise(fields[self.noise_at], recipe, moment, origin)
            return fields
        whole = ways(recipe, moment, origin, shape)
        part = whole if still.free is None else rounded(whole * still.free[..., None], PLACE_STEPS)
        for plane, smear in zip(fields[1 : self.noise_at.start], still.smears, strict=True):
            plane[...] = carried(smear, part, still.lead)
        self._fill_noise(fields[self.noise_at], moment, origin, whole)
        return fields

    def _free(self, wide: Plane, reached: Plane) -> Plane:
        """Return how far warps may move smears: little at the matte, all the way where it rose."""
        half = (self.recipe.root_px // 2,) * 3
        held = plain_mean(plain_mean(wide, *half), *half)  # its weights fall outwards
        held *= ROOTED
        np.minimum(held, 1, out=held)
        # Without an edge, which would tear what is carried across it.
        across, along = self.recipe.warp_px
        quarter = (across // 4, along // 4, along // 4)
        free = plain_mean(plain_mean(reached, *quarter), *quarter)
        free *= 1 - HELD * held
        return free

    def _carried(self, reached: Plane) -> Plane:
        """Return where warps may carry what rose, (H, W): aside and up; below the matte is cut."""
        across, along = self.recipe.warp_px
        if self.recipe.flow == ROUND:
            wider = plain_mean(reached, across, along, along)
        else:
            wider = plain_mean(reached, across, 0, along)
        wider *= CARRIED
        np.minimum(wider, 1, out=wider)
        return np.maximum(wider, reached, out=wider)

    def _fill_noise(
        self, planes: NDArray[np.float32], moment: Moment, origin: tuple[int, int], whole: Ways
    ) -> None:
        """Fill (K, H, W) with noise, each octave's first channels carried along the warps."""
        lead = lead_of(whole)
        begins = (origin[0] - lead[0], origin[1] - lead[1])
        height, width = whole.shape[:2]
        wide: Plane = np.empty((height + 2 * lead[1], width + 2 * lead[0]), np.float32)
        of_all = iter(planes)
        for index, octave in enumerate(self.recipe.octaves):
            for channel, velocity in enumerate(octave.velocities):
                plane = next(of_all)
                if channel >= self.recipe.torn_noise:
                    fill_channel(plane, octave, velocity, index, channel, moment, origin)
                    continue
                fill_channel(wide, octave, velocity, index, channel, moment, begins)
                plane[...] = carried(rounded(wide, NOISE_STEPS), whole, lead)
