"""Holds the recipes that a training starts from where its config names none, one an effect."""

from __future__ import annotations

from collections.abc import Mapping

from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.field_recipe import ROUND, UP, FieldRecipe, Octave, Warp

WATER_GRAVITY_PX = 0.5
"""Pixels a frame squared: a frame of 540 px shows about 18 m of water, 24 times a second."""

RECIPES: Mapping[str, FieldRecipe] = {
    FIRE: FieldRecipe(
        flow=UP,
        smears_px=(24, 72, 200),
        spread=0.1,
        rise_px=3.0,
        below_px=6,
        octaves=(
            Octave.rising(96, 2.4, 40, channels=2, stretch=1.6),
            Octave.rising(48, 3.2, 24, channels=2, stretch=1.5),
            Octave.rising(24, 4.0, 14, channels=2, stretch=1.4),
            Octave.rising(12, 4.6, 8, channels=2, stretch=1.2),
        ),
        warps=(
            Warp(144.0, 18.0, (0.0, -3.0), 40.0, stretch=1.25),
            Warp(60.0, 9.0, (0.0, -3.6), 24.0),
            Warp(26.0, 4.0, (0.0, -4.2), 14.0),
        ),
        root_px=20,
        torn_noise=1,
    ),
    SMOKE: FieldRecipe(
        flow=UP,
        smears_px=(32, 110, 320),
        spread=0.2,
        rise_px=2.0,
        below_px=6,
        octaves=(
            Octave.rising(128, 1.4, 80, channels=2),
            Octave.rising(64, 1.8, 48, channels=2),
            Octave.rising(32, 2.1, 28, channels=2),
            Octave.rising(16, 2.4, 16, channels=2),
        ),
        warps=(
            Warp(180.0, 22.0, (0.0, -1.6), 80.0),
            Warp(76.0, 11.0, (0.0, -1.9), 48.0),
            Warp(34.0, 5.0, (0.0, -2.2), 28.0),
        ),
        root_px=26,
        torn_noise=1,
    ),
    WATER: FieldRecipe(
        flow=ROUND,
        smears_px=(8, 32, 96),
        spread=0.0,
        rise_px=1.0,
        below_px=4,
        octaves=(
            Octave.waves(160, (-20.0, 25.0), WATER_GRAVITY_PX, 160),
            Octave.waves(80, (-40.0, 5.0, 50.0), WATER_GRAVITY_PX, 110),
            Octave.waves(40, (-60.0, -15.0, 35.0), WATER_GRAVITY_PX, 80),
            Octave.waves(20, (-75.0, 0.0, 70.0), WATER_GRAVITY_PX, 56),
        ),
    ),
}
"""By effect; the numbers were judged by eye on letters and on a frame's edge, at 960 by 540."""
