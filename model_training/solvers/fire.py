"""Holds the fire solver: fuel from the matte burns, heats the gas, leaves soot; heat cools away.

Cooling takes a fixed share of the scale a frame, and more where it is hot (radiation), so that a
flame ends at a sharp edge and breaks up, and does not fade like smoke.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_training.solvers.domain import Domain, Field
from model_training.solvers.gas import Gas, MotionSettings
from model_training.solvers.noise import ChangingNoise

TEMPERATURE, SOOT, FUEL = 0, 1, 2


@dataclass(frozen=True)
class FireSettings:
    """What one fire is solved with; times in frames, lengths in pixels."""

    motion: MotionSettings
    cooling: float
    """Temperature lost a frame, 0..1."""
    radiation: float
    """Temperature that the hottest gas loses in a frame beside it, falling with the third power."""
    burn_rate: float
    """Share of the fuel that burns in a frame."""
    heat: float
    """Temperature that a fuel of 1 gives as it burns."""
    expansion: float
    """Growth of the gas for a fuel of 1 burnt in a frame."""
    soot: float
    """Soot that a fuel of 1 leaves."""
    soot_life_frames: float
    """After how long soot has thinned to a third."""
    flicker_px: float
    """Wavelength of the source's own unrest."""
    flicker_frames: float
    """After how many frames it is another."""
    flicker: float
    """How much of the source it takes away, 0..1."""

    @classmethod
    def of(cls, cooling: float, turbulence: float, wind: float) -> FireSettings:
        """The settings that looked right, turned by the controls."""
        motion = MotionSettings(
            buoyancy=0.9,
            confinement=0.2,
            turbulence=0.45 * turbulence,
            gust_px=40.0,
            gust_frames=10.0,
            drag=0.07,
            wind=wind,
            draught=1.8,
        )
        return cls(
            motion=motion,
            cooling=0.035 * cooling,
            radiation=0.08 * cooling,
            burn_rate=0.16,
            heat=1.2,
            expansion=0.06,
            soot=0.35,
            soot_life_frames=30.0,
            flicker_px=30.0,
            flicker_frames=8.0,
            flicker=0.85,
        )


class Fire:
    """One fire in its box, frame after frame."""

    def __init__(self, domain: Domain, settings: FireSettings, random: np.random.Generator) -> None:
        self._settings = settings
        self._gas = Gas(domain, settings.motion, 3, random)
        self._flicker = ChangingNoise(
            random, domain.shape, settings.flicker_px, settings.flicker_frames
        )

    def advance(self, frame: float, matte: Field) -> None:
        """Burn from `frame` to the next with a matte (H, W) of the frame's size."""
        gas, settings = self._gas, self._settings
        steps = gas.substeps()
        frames = 1.0 / steps
        for step, source in enumerate(gas.sources(matte, steps)):
            now = frame + step * frames
            unrest = np.clip(0.35 + 0.5 * self._flicker.at(now), 0, 1) * np.float32(
                settings.flicker
            )
            temperature, soot, fuel = gas.parts()
            np.maximum(fuel, source * (1 - unrest), out=fuel)
            burnt = fuel * np.float32(1 - (1 - settings.burn_rate) ** frames)
            fuel -= burnt
            temperature += burnt * np.float32(settings.heat)
            np.minimum(temperature, 1.0, out=temperature)
            lost = np.float32(settings.cooling) + np.float32(settings.radiation) * temperature**3
            temperature -= np.float32(frames) * lost
            np.maximum(temperature, 0.0, out=temperature)
            # Soot forms in the flame and is seen where the gas has become too cool to burn it.
            soot += burnt * np.float32(settings.soot)
            soot *= np.float32(np.exp(-frames / settings.soot_life_frames))
            expansion = burnt * np.float32(settings.expansion / frames)
            loose = np.minimum(1.0, temperature * 2)
            gas.take(temperature, soot, fuel)
            gas.step(now, frames, temperature, loose, expansion)

    def channels(self) -> Field:
        """(3, H, W) of the frame: temperature 0..1, soot 0.., density (fuel) 0..1."""
        inside = self._gas.fields[self._gas.domain.inside]
        return np.ascontiguousarray(np.moveaxis(inside, 2, 0))

    def velocity(self) -> Field:
        """(2, H, W) px a frame, x first."""
        inside = self._gas.velocity[self._gas.domain.inside]
        return np.ascontiguousarray(np.moveaxis(inside, 2, 0))
