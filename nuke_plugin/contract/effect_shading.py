"""Holds what can be asked of an effect's shading: how physical channels become light.

The formulas stand in ``worker/effects/shading/`` and, for people, in ``docs/effects_shading.md``.
Colours are linear light with Rec.709 primaries, 1 for what a white wall shows. Lengths are network
pixels, as many pixels of the frame as the scale says: a proxy looks like its plate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Union

from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.field_checks import check
from nuke_plugin.contract.planck import HOTTEST_KELVIN, LEAST_KELVIN

Colour = tuple[float, float, float]
"""Red, green and blue."""

UNIT_FRAME_PX = 540
"""Short side of the frame whose pixels are network pixels, at scale 1."""

EFFECT_ATTRIBUTE = "impasto/effect"
"""The header's note of what a result is of: ``fire``."""

PIXEL_SCALE_ATTRIBUTE = "impasto/pixel_scale"
"""The header's note of how many pixels of a frame are one of the network's."""

MOST_STOPS = 20.0
MOST_LIGHT = 1000.0
MOST_PX = 1000.0


@dataclass(frozen=True)
class Scattering:
    """What fire and smoke have in common: particles that take light away and throw it about."""

    exposure: float = 0.0
    """Brightness of all light that leaves the effect, in stops; 0 leaves it as it is."""

    density: float = 3.0
    """Optical depth where the density is 1. Smoke: 3 lets 5 % of the light behind through. Fire:
    how soon hot gas shines as brightly as it can."""

    colour: Colour = (0.5, 0.5, 0.5)
    """Share of the light that particles throw back, 0 to 1: smoke's own colour, or soot's."""

    light: Colour = (1.0, 1.0, 1.0)
    """The light from one side; a white wall facing it would be as bright as this."""

    light_angle: float = 120.0
    """Where it comes from, in degrees: 0 from the right, 90 from above, 180 from the left."""

    ambient: Colour = (0.2, 0.2, 0.2)
    """The light from everywhere."""

    shadow: float = 1.5
    """How much of the light from one side is lost in the smoke before it arrives; 0 is none."""

    shadow_reach_px: float = 48.0
    """How far towards the light smoke counts that stands in its way, in network pixels."""

    def __post_init__(self) -> None:
        _check_number(self, "exposure", -MOST_STOPS, MOST_STOPS)
        _check_number(self, "density", 0, 1000)
        _check_colour(self, "colour", 1)
        _check_colour(self, "light", MOST_LIGHT)
        _check_number(self, "light_angle", -360, 360)
        _check_colour(self, "ambient", MOST_LIGHT)
        _check_number(self, "shadow", 0, 100)
        _check_number(self, "shadow_reach_px", 0, MOST_PX)


@dataclass(frozen=True)
class FireShading(Scattering):
    """How temperature, density and soot become a flame."""

    colour: Colour = (0.06, 0.05, 0.045)
    """Share of the light that soot throws back."""

    temperature: float = 2000.0
    """Kelvin where the temperature is 1; a flame of wood is at 1300 to 2000."""

    coolest: float = 1200.0
    """Kelvin where the temperature is 0; below ``temperature``. The further apart, the darker the
    flame's edges."""

    soot: float = 1.0
    """Optical depth where soot is 1: what hides the plate; 0 leaves light alone, without alpha."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_number(self, "temperature", LEAST_KELVIN, HOTTEST_KELVIN)
        _check_number(self, "coolest", LEAST_KELVIN, HOTTEST_KELVIN)
        is_below = self.coolest < self.temperature
        check(is_below, "coolest", self.coolest, f"below the temperature, {self.temperature:g} K")
        _check_number(self, "soot", 0, 1000)


@dataclass(frozen=True)
class SmokeShading(Scattering):
    """How density becomes smoke."""


@dataclass(frozen=True)
class WaterShading:
    """How height and foam become water, seen from above at a slant."""

    exposure: float = 0.0
    """Brightness of all light that leaves the water, in stops."""

    relief: float = 1.0
    """Factor on the height; 0 is a mirror."""

    view: float = 30.0
    """How high the camera stands over the surface, in degrees: 90 looks straight down, and the
    flatter the more sky is seen in the water."""

    zenith: Colour = (0.16, 0.30, 0.55)
    """The sky above."""

    horizon: Colour = (0.70, 0.80, 0.92)
    """The sky at its rim."""

    sun: Colour = (3.0, 2.8, 2.4)
    """The sun; a white wall facing it would be as bright as this."""

    sun_azimuth: float = 70.0
    """Where the sun stands in the picture, in degrees: 0 at the right, 90 behind the water."""

    sun_elevation: float = 35.0
    """How high it stands, in degrees, 0 to 90."""

    roughness: float = 0.2
    """Of ripples finer than a pixel, 0.02 to 1: how wide and soft the sun glints."""

    colour: Colour = (0.01, 0.06, 0.08)
    """Share of the light that deep water throws back."""

    bottom: Colour = (0.30, 0.26, 0.19)
    """Share of the light that the ground throws back."""

    tint: Colour = (0.25, 0.60, 0.70)
    """Share of the light that is left after ``clarity_px`` of water, 0 to 1."""

    clarity_px: float = 16.0
    """The depth at which ``tint`` is left, down and up again, in network pixels."""

    depth_px: float = 64.0
    """How deep the ground lies under height 0, in network pixels."""

    caustics: float = 0.3
    """How much waves gather light on the ground, 0 to 4; 0 is none."""

    foam: float = 1.0
    """Factor on the foam, 0 to 10."""

    foam_colour: Colour = (0.85, 0.87, 0.88)
    """Share of the light that foam throws back."""

    def __post_init__(self) -> None:
        _check_number(self, "exposure", -MOST_STOPS, MOST_STOPS)
        _check_number(self, "relief", 0, 100)
        _check_number(self, "view", 1, 90)
        for name in ("zenith", "horizon", "sun"):
            _check_colour(self, name, MOST_LIGHT)
        _check_number(self, "sun_azimuth", -360, 360)
        _check_number(self, "sun_elevation", 0, 90)
        _check_number(self, "roughness", 0.02, 1)
        for name in ("colour", "bottom", "tint", "foam_colour"):
            _check_colour(self, name, 1)
        _check_number(self, "clarity_px", 0.01, 100_000)
        _check_number(self, "depth_px", 0, 100_000)
        _check_number(self, "caustics", 0, 4)
        _check_number(self, "foam", 0, 10)


Shading = Union[FireShading, SmokeShading, WaterShading]

SHADINGS: Mapping[str, type[Shading]] = {
    FIRE: FireShading,
    SMOKE: SmokeShading,
    WATER: WaterShading,
}
"""By effect: what can be asked of its shading; each is usable as it comes, ``SHADINGS[fire]()``."""


def shading_of(effect: str, asked: Mapping[str, Any]) -> Shading:
    """Return an effect's shading with what is asked for, by field, and defaults for the rest.

    Raises ``FieldInvalid`` for a field that this effect has not, and for a value that cannot be.
    """
    known = [field.name for field in fields(SHADINGS[effect])]
    for name in asked:
        if name not in known:
            raise FieldInvalid(name, f"{effect} has none; it has {', '.join(known)}")
    return SHADINGS[effect](**asked)


def _check_number(record: object, key: str, least: float, most: float) -> None:
    """Refuse what is outside a range, NaN included."""
    value = getattr(record, key)
    check(least <= value <= most, key, value, f"{least:g} to {most:g}")


def _check_colour(record: object, key: str, most: float) -> None:
    value = getattr(record, key)
    is_colour = len(value) == 3 and all(0 <= part <= most for part in value)
    check(is_colour, key, value, f"three numbers of 0 to {most:g}")
