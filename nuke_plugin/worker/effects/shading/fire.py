"""Holds the shading of fire: hot gas shines as a black body, soot hides and is lit.

::

    kelvin   = coolest + (temperature_setting - coolest) temperature
    shining  = 1 - exp(-density_setting density)              Kirchhoff: what shines is what absorbs
    depth    = soot_setting soot         alpha = 1 - exp(-depth)
    emission = glow(kelvin) shining (1 - exp(-depth)) / depth      through its own soot
    rgb      = 2^exposure (emission + soot, lit as smoke is)

The gas itself hides nothing, as a flame before a bright wall does not: without soot, light is added
and the alpha is 0 (Merge *over* of such a picture is *plus*). ``glow`` is ``contract/planck.py``.
In Nuke: two Expressions and a ColorMatrix; ``nuke_plugin/effect_shading_graph.py`` builds them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nuke_plugin.contract.effect_shading import FireShading
from nuke_plugin.worker.effects.shading.blackbody import glow
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.effects.shading.scattering import (
    Plane,
    absorbed,
    got_out,
    thrown_back,
    towards_light,
)
from nuke_plugin.worker.effects.shading.smoke import TOWARDS_LIGHT
from nuke_plugin.worker.planes import Planes


def layers(
    channels: Mapping[str, Plane], settings: FireShading, pixel_scale: float
) -> dict[str, Plane]:
    """Return what the picture needs of a pixel's neighbours: soot ``towards_light``, (H, W)."""
    soot = np.maximum(channels["soot"], 0)
    return {TOWARDS_LIGHT: towards_light(soot, settings, pixel_scale)}


def picture(
    channels: Mapping[str, Plane], settings: FireShading, space: ResultSpace
) -> tuple[Planes, Plane]:
    """Return colours, (3, H, W), multiplied by the alpha, and the alpha, (H, W), 0 to 1.

    ``channels`` are ``temperature``, ``density``, ``soot`` and the layers.
    """
    depth = np.float32(settings.soot) * np.maximum(channels["soot"], 0)
    alpha = absorbed(depth)
    light = emission(channels, settings, space) * got_out(depth)
    light += space.of_rec709(thrown_back(alpha, channels[TOWARDS_LIGHT], settings.soot, settings))
    return light * np.float32(2**settings.exposure), alpha


def emission(channels: Mapping[str, Plane], settings: FireShading, space: ResultSpace) -> Planes:
    """Return the light of the hot gas before soot and exposure, (3, H, W).

    Only where there is any: most of a frame is not on fire, and the formula is the costly part.
    """
    burning = channels["density"] > 0  # (H, W)
    span = np.float32(settings.temperature - settings.coolest)
    kelvin = np.float32(settings.coolest) + span * channels["temperature"][burning]
    shining = absorbed(np.float32(settings.density) * channels["density"][burning])
    light: Planes = np.zeros((3, *burning.shape), np.float32)
    light[:, burning] = glow(kelvin, settings.temperature, space) * shining
    return light
