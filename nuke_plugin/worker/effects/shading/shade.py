"""Holds the shading of any effect: its channels in, a premultiplied picture and its layers out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.effect_shading import (
    FireShading,
    Shading,
    SmokeShading,
)
from nuke_plugin.worker.effects.shading import fire, smoke, water
from nuke_plugin.worker.effects.shading.result_space import LINEAR_REC709, ResultSpace
from nuke_plugin.worker.effects.shading.scattering import Plane
from nuke_plugin.worker.planes import Planes

MATTE = "matte"

CHANNELS: Mapping[str, tuple[str, ...]] = {
    FIRE: ("temperature", "density", "soot"),
    SMOKE: ("density",),
    WATER: ("height", "foam"),
}
"""What each effect's picture is made of; water's alpha is its ``matte``."""


@dataclass(frozen=True)
class Shaded:
    """An effect's picture."""

    rgba: Planes
    """Scene-linear colours, multiplied by the alpha, and the alpha: float32 (4, H, W)."""

    layers: Mapping[str, Plane]
    """By name, (H, W): what was worked out of a pixel's neighbours."""


def effect_of(shading: Shading) -> str:
    """Return which effect settings are for."""
    if isinstance(shading, FireShading):
        return FIRE
    return SMOKE if isinstance(shading, SmokeShading) else WATER


def shade(
    channels: Mapping[str, Plane],
    settings: Shading,
    space: ResultSpace = LINEAR_REC709,
    pixel_scale: float = 1.0,
) -> Shaded:
    """Return the picture of an effect.

    ``channels`` are the effect's ``CHANNELS``, each float32 (H, W); for water a ``matte`` too.
    ``pixel_scale`` is how many pixels of this frame are one pixel of the network's. What is NaN or
    infinite in a channel counts as 0. Raises ``KeyError`` for a channel that is not there.
    """
    names = CHANNELS[effect_of(settings)] + ((MATTE,) if MATTE in channels else ())
    used: dict[str, Plane] = {
        name: np.nan_to_num(np.asarray(channels[name], np.float32), nan=0, posinf=0, neginf=0)
        for name in names
    }
    if isinstance(settings, FireShading):
        made = fire.layers(used, settings, pixel_scale)
        light, alpha = fire.picture({**used, **made}, settings, space)
    elif isinstance(settings, SmokeShading):
        made = smoke.layers(used, settings, pixel_scale)
        light, alpha = smoke.picture({**used, **made}, settings, space)
    else:
        made = water.layers(used, settings, pixel_scale)
        light, alpha = water.picture({**used, **made}, settings, space)
    return Shaded(np.concatenate([light, alpha[None]]), made)


def broken_pixels(channels: Mapping[str, Plane]) -> int:
    """Return how many pixels are NaN or infinite in one of the channels, (H, W) each."""
    whole = np.logical_and.reduce([np.isfinite(plane) for plane in channels.values()])
    return int(whole.size - whole.sum())
