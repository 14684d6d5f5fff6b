"""Holds the shading of smoke: it hides what is behind it and is lit from one side.

::

    depth = density_setting * density           alpha = 1 - exp(-depth)
    rgb   = 2^exposure colour (ambient + light exp(-shadow density_setting towards_light)) alpha

All but ``towards_light`` is one Expression. That is a mean of shifted copies (Transform, Merge); it
depends on the light's angle and reach alone, and is written as a layer.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nuke_plugin.contract.effect_shading import SmokeShading
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.effects.shading.scattering import (
    Plane,
    absorbed,
    thrown_back,
    towards_light,
)
from nuke_plugin.worker.planes import Planes

TOWARDS_LIGHT = "towards_light"


def layers(
    channels: Mapping[str, Plane], settings: SmokeShading, pixel_scale: float
) -> dict[str, Plane]:
    """Return what the picture needs of a pixel's neighbours: ``towards_light``, (H, W)."""
    density = np.maximum(channels["density"], 0)
    return {TOWARDS_LIGHT: towards_light(density, settings, pixel_scale)}


def picture(
    channels: Mapping[str, Plane], settings: SmokeShading, space: ResultSpace
) -> tuple[Planes, Plane]:
    """Return colours, (3, H, W), multiplied by the alpha, and the alpha, (H, W), 0 to 1.

    ``channels`` are ``density`` and the layers.
    """
    factor = settings.density
    alpha = absorbed(np.float32(factor) * np.maximum(channels["density"], 0))
    light = space.of_rec709(thrown_back(alpha, channels[TOWARDS_LIGHT], factor, settings))
    return light * np.float32(2**settings.exposure), alpha
