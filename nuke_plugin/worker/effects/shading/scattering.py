"""Holds what particles do to light: how much gets through, and how much of it they throw back.

Absorption is Bouguer's, Lambert's and Beer's law, with density times a factor as optical depth::

    alpha = 1 - exp(-depth)

Scattering is counted once and evenly to all sides, as from a layer that the lamp shines into from
one side of the picture: light from there arrives weakened by what stands in its way. Light of more
scatterings is what ``ambient`` stands for. Source: S. Chandrasekhar, Radiative Transfer (1960), §7
(formal solution of the equation of transfer); J. F. Blinn, Light Reflection Functions for
Simulation of Clouds and Dusty Surfaces, SIGGRAPH 1982.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_shading import Scattering
from nuke_plugin.worker.effects.shading.result_space import filling
from nuke_plugin.worker.planes import Planes

Plane = NDArray[np.float32]

STEPS = 16
"""Places towards the light at which smoke is looked for."""


def absorbed(depth: Plane) -> Plane:
    """Return the share of light that does not get through an optical depth, 0 to 1, (H, W)."""
    share: Plane = -np.expm1(-depth)
    return share


def got_out(depth: Plane) -> Plane:
    """Return the share of light made evenly inside a layer that leaves it: (1 - exp(-d)) / d.

    1 where there is nothing in the way, and half of it for d = 1.6.
    """
    safe = np.where(depth > 1e-3, depth, np.float32(1))
    share: Plane = np.where(depth > 1e-3, absorbed(safe) / safe, 1 - depth / 2)
    return share


def towards_light(density: Plane, settings: Scattering, pixel_scale: float) -> Plane:
    """Return the mean density on the way to the light, (H, W).

    The mean of ``STEPS`` pixels in a row, the nearer ones weighing more, up to
    ``shadow_reach_px``. The stencil lies on one side only; what is outside the picture is taken to
    go on as at its edge.
    """
    weights = STEPS - np.arange(STEPS) - 0.5
    reach = settings.shadow_reach_px * pixel_scale
    angle = math.radians(settings.light_angle)
    total = np.zeros_like(density)
    for weight, step in zip(weights / weights.sum(), np.arange(1, STEPS + 1), strict=True):
        way = reach * step / STEPS
        x, y = round(way * math.cos(angle)), round(-way * math.sin(angle))
        total += np.float32(weight) * moved(density, x, y)
    return total


def moved(plane: Plane, x: int, y: int) -> Plane:
    """Return the plane, (H, W), that shows at each pixel what stands x to its right and y below."""
    height, width = plane.shape
    rows = np.clip(np.arange(height) + y, 0, height - 1)
    columns = np.clip(np.arange(width) + x, 0, width - 1)
    shifted: Plane = plane[rows][:, columns]
    return shifted


def thrown_back(alpha: Plane, in_the_way: Plane, factor: float, settings: Scattering) -> Planes:
    """Return the light that particles throw to the camera, (3, H, W), multiplied by their alpha.

    It is linear Rec.709.

    ``in_the_way`` is ``towards_light``, ``factor`` makes an optical depth of it.
    """
    arrives = np.exp(np.float32(-settings.shadow * factor) * in_the_way)
    lamp, ambient = filling(settings.light), filling(settings.ambient)
    light: Planes = filling(settings.colour) * (ambient + lamp * arrives) * alpha
    return light
