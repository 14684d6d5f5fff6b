"""Holds the making of an effect's fields: what its network sees, from a matte and a moment.

``FieldRecipe`` says what they are. Each is closed-form in place and time, and every pixel is made
by the same sums in the same order wherever a picture is cut: a crop whose matte is given
``FieldRecipe.margins_px`` beyond it has the whole frame's fields, bit for bit. Beyond what is given
the matte is 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.field_recipe import ROUND, FieldRecipe
from nuke_plugin.worker.effects.lattice_noise import fill_noise
from nuke_plugin.worker.effects.moment import Loop, Moment
from nuke_plugin.worker.effects.smears import round_smear, upward_smear

__all__ = ["EffectFields", "Loop", "Moment"]

SUPPORT_FULL = np.float32(0.01)
"""Mean of the spread mattes from which the support is 1: a thin edge still carries an effect."""

Fields = NDArray[np.float32]
"""Fields in the recipe's order, float32 (F, H, W)."""


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
        fields: Fields = np.empty((self.recipe.count, *matte.shape), np.float32)
        still = self.still(matte, wind)
        fields[: self.noise_at.start] = still[:-1]
        fields[-1] = still[-1]
        self.fill_noise(fields, moment, origin)
        return fields

    def still(self, matte: NDArray[np.float32], wind: float = 0.0) -> Fields:
        """Return the fields that need no time: matte, smears and support, (2 + S, H, W)."""
        recipe = self.recipe
        matte = np.ascontiguousarray(matte, np.float32)
        still: Fields = np.empty((2 + len(recipe.smears_px), *matte.shape), np.float32)
        still[0] = matte
        slope = recipe.slope(wind)
        support = round_smear(matte, recipe.below_px)
        for plane, reach_px in zip(still[1:-1], recipe.smears_px, strict=True):
            if recipe.flow == ROUND:
                plane[...] = round_smear(matte, reach_px)
            else:
                plane[...] = upward_smear(matte, reach_px, recipe.spread, slope)
            support += plane
        support /= SUPPORT_FULL
        np.minimum(support, 1, out=support)
        still[-1] = support * (2 - support)
        return still

    def fill_noise(self, fields: Fields, moment: Moment, origin: tuple[int, int]) -> None:
        """Fill the noise of (F, H, W), which begins at ``origin`` in the frame."""
        fill_noise(fields[self.noise_at], self.recipe, moment, origin)
