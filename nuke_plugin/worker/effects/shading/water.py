"""Holds the shading of water: a surface that mirrors the sky, and ground seen through it.

Heights h are network pixels. The camera is far away and looks down at an angle; each pixel is a
piece of the surface, and nothing is displaced::

    normal    = (-hx, -hy, 1) / length,  by central differences, x right, y up, z to the sky
    mirrored  = F sky(r),  F = F0 + (1 - F0)(1 - n.v)^5,  r = 2 (n.v) n - v          Schlick
    glint     = sun F(h.v) pi D(n.h) / 4 max(n.s, 0),  D Blinn-Phong's, normalised
    caustics  = 1 / sqrt((1 + depth (1 - 1/n) curvature)^2 + floor^2)
    through   = tint ^ (depth / clarity)
    body      = daylight ((1 - through) colour + through bottom caustics)
    rgb       = 2^exposure alpha ((1 - foam) (mirrored + glint + (1 - F) body) + foam daylight ...)

Caustics: a wave bends light from above, which then meets the ground beside the place it would have
met by ``depth (1 - 1/n) grad h`` (Snell's law for small slopes). How much denser it lies there is 1
over the determinant of that map, to first order 1 + depth (1 - 1/n) laplace(h): crests are lenses.

Sources: C. Schlick, An Inexpensive BRDF Model, Computer Graphics Forum 13 (1994); N. Hoffman,
Physics and Math of Shading, SIGGRAPH 2013 (the normalised Blinn-Phong lobe with the implicit
geometry term); M. Berry, C. Upstill, Catastrophe Optics, 1980 (caustics as the map's determinant).
In Nuke: Expressions only, for the normal and the curvature are written as layers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_shading import Colour, WaterShading
from nuke_plugin.contract.water_optics import CAUSTIC_FLOOR, F0, REFRACTIVE_INDEX
from nuke_plugin.worker.effects.shading.result_space import ResultSpace, filling
from nuke_plugin.worker.effects.shading.scattering import Plane, moved
from nuke_plugin.worker.planes import Planes

NORMAL = ("normal.x", "normal.y", "normal.z")
CURVATURE, CAUSTICS = "curvature", "caustics"

_LEAST = np.float32(1e-30)
"""What a logarithm is taken of at least: powers by it take a third of the time."""


def layers(
    channels: Mapping[str, Plane], settings: WaterShading, pixel_scale: float
) -> dict[str, Plane]:
    """Return what the picture needs of a pixel's neighbours, each (H, W).

    ``normal.x``, ``.y`` and ``.z`` of the waves as they are, whatever the relief; ``curvature``,
    the Laplacian of the height, in 1 / network pixels; and ``caustics`` of these settings, for the
    ground or for anything else: 1 where light is as it was.
    """
    height = channels["height"]
    down, right = (derivative * np.float32(pixel_scale) for derivative in np.gradient(height))
    length = 1 / np.sqrt(1 + right * right + down * down)
    neighbours = moved(height, 1, 0) + moved(height, -1, 0)
    neighbours += moved(height, 0, 1) + moved(height, 0, -1)
    curvature = (neighbours - 4 * height) * np.float32(pixel_scale**2)
    normal = (-right * length, down * length, length)  # rows go down, y goes up
    made = dict(zip(NORMAL, normal, strict=True))
    return {**made, CURVATURE: curvature, CAUSTICS: caustics(curvature, settings)}


def caustics(curvature: Plane, settings: WaterShading) -> Plane:
    """Return how dense light lies on the ground, (H, W): 1 where the surface is flat.

    Divided so by what a flat surface would give, as the floor takes some of it away.
    """
    bent = settings.caustics * settings.relief * settings.depth_px * (1 - 1 / REFRACTIVE_INDEX)
    floor = CAUSTIC_FLOOR**2
    gathered: Plane = np.sqrt((1 + floor) / ((1 + np.float32(bent) * curvature) ** 2 + floor))
    return gathered


def picture(
    channels: Mapping[str, Plane], settings: WaterShading, space: ResultSpace
) -> tuple[Planes, Plane]:
    """Return colours, (3, H, W), multiplied by the alpha, and the alpha, (H, W), 0 to 1.

    ``channels`` are ``height``, ``foam``, ``matte`` (the alpha, (H, W)) and the layers.
    """
    normal = _raised(channels, settings.relief)
    view = _direction(-90.0, settings.view)
    sun = _direction(settings.sun_azimuth, settings.sun_elevation)
    facing = _dot(normal, view)
    mirrored = fresnel(np.minimum(np.abs(facing), 1))  # the back of a wave has no flat patch
    towards_sun = np.maximum(_dot(normal, sun), 0)
    lamp = filling(settings.sun)

    surface = _sky(2 * facing * normal[2] - view[2], settings) * mirrored
    surface += lamp * (_lobe(normal, view, sun, settings.roughness) * towards_sun)
    overcast = (filling(settings.zenith) + filling(settings.horizon)) / 2
    daylight = overcast + lamp * towards_sun
    surface += _body(channels, settings) * daylight * (1 - mirrored)

    foam = np.clip(np.float32(settings.foam) * channels["foam"], 0, 1)
    surface += foam * (filling(settings.foam_colour) * daylight - surface)
    alpha = np.clip(channels["matte"], 0, 1)
    light = space.of_rec709(surface) * alpha
    return light * np.float32(2**settings.exposure), alpha


def fresnel(facing: Plane) -> Plane:
    """Return the share of light that water mirrors, for the cosine of the angle; Schlick's."""
    rest = 1 - facing
    fourth = np.square(np.square(rest))
    share: Plane = np.float32(F0) + np.float32(1 - F0) * (fourth * rest)
    return share


def _raised(channels: Mapping[str, Plane], relief: float) -> Planes:
    """Return the normals, (3, H, W), of waves that are higher by a factor."""
    x, y, z = (channels[name] for name in NORMAL)
    normal: Planes = np.stack([np.float32(relief) * x, np.float32(relief) * y, z])
    normal /= np.sqrt((normal * normal).sum(axis=0))
    return normal


def _direction(azimuth: float, elevation: float) -> NDArray[np.float32]:
    """Return the unit vector of two angles in degrees, (3,)."""
    turn, rise = math.radians(azimuth), math.radians(elevation)
    flat = math.cos(rise)
    return np.array([flat * math.cos(turn), flat * math.sin(turn), math.sin(rise)], np.float32)


def _dot(normal: Planes, direction: NDArray[np.float32]) -> Plane:
    product: Plane = np.tensordot(direction, normal, axes=1)
    return product


def _sky(elevation: Plane, settings: WaterShading) -> Planes:
    """Return the sky's light, (3, H, W), by the sine of the angle over its rim, (H, W).

    A ray that goes down meets the next wave, which throws it up again about as steeply.
    """
    up = np.sqrt(np.minimum(np.abs(elevation), 1))
    horizon, zenith = filling(settings.horizon), filling(settings.zenith)
    sky: Planes = horizon + (zenith - horizon) * up
    return sky


def _lobe(
    normal: Planes, view: NDArray[np.float32], sun: NDArray[np.float32], roughness: float
) -> Plane:
    """Return how much of the sun is mirrored to the camera, (H, W), for a sun head on."""
    between = (view + sun) / np.linalg.norm(view + sun)
    power = 2 / roughness**4 - 2
    share = F0 + (1 - F0) * (1 - float(between @ view)) ** 5
    peak = share * (power + 2) / 8
    cosine = np.clip(_dot(normal, between), _LEAST, 1)
    lobe: Plane = np.float32(peak) * np.exp(np.float32(power) * np.log(cosine))
    return lobe


def _body(channels: Mapping[str, Plane], settings: WaterShading) -> Planes:
    """Return what water and ground throw back of the daylight, (3, H, W)."""
    height = np.float32(settings.relief) * channels["height"]
    lengths = np.maximum(np.float32(settings.depth_px) + height, 0) / np.float32(
        settings.clarity_px
    )
    through = _power(settings.tint, lengths)
    ground = filling(settings.bottom) * caustics(channels[CURVATURE], settings)
    deep = filling(settings.colour)
    body: Planes = deep + through * (ground - deep)
    return body


def _power(tint: Colour, lengths: Plane) -> Planes:
    """Return what is left of each channel of the light, (3, H, W), after so many clarities."""
    logarithms = np.log(np.maximum(np.array(tint, np.float32), _LEAST))
    left: Planes = np.stack([np.exp(lengths * logarithm) for logarithm in logarithms])
    return left
