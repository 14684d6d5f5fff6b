"""Holds the smoke solver: density and lift from the matte rise, roll and thin.

Lift is lost sooner than density, so old smoke hangs and drifts; density is spread a little each
frame, so it thins at its edges first.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model_training.solvers.domain import Domain, Field
from model_training.solvers.gas import Gas, MotionSettings
from model_training.solvers.noise import ChangingNoise


@dataclass(frozen=True)
class SmokeSettings:
    """What one smoke is solved with; times in frames, lengths in pixels."""

    motion: MotionSettings
    emission: float
    """Share of what a place in the matte lacks to be full that it gets in a frame."""
    lift: float
    """Of smoke of density 1 when it is fresh, 0..1."""
    lift_life_frames: float
    """After how long a third of the lift is left."""
    density_life_frames: float
    """After how long a third of the density is left."""
    spread_px: float
    """How far density is spread in a frame: a standard deviation."""
    expansion: float
    """Growth of the gas in a white matte, a frame."""
    unrest: float
    """How much of the source comes and goes, 0..1."""
    unrest_px: float
    """Wavelength of that."""
    unrest_frames: float
    """After how many frames it is another."""

    @classmethod
    def of(cls, cooling: float, turbulence: float, wind: float) -> SmokeSettings:
        """The settings that looked right, turned by the controls."""
        motion = MotionSettings(
            buoyancy=0.3,
            confinement=0.16,
            turbulence=0.12 * turbulence,
            gust_px=64.0,
            gust_frames=20.0,
            drag=0.03,
            wind=wind,
            draught=0.6,
        )
        return cls(
            motion=motion,
            emission=0.12,
            lift=0.9,
            lift_life_frames=40.0 / cooling,
            density_life_frames=48.0 / cooling,
            spread_px=0.35,
            expansion=0.02,
            unrest=0.95,
            unrest_px=28.0,
            unrest_frames=16.0,
        )


class Smoke:
    """One smoke in its box, frame after frame."""

    def __init__(
        self, domain: Domain, settings: SmokeSettings, random: np.random.Generator
    ) -> None:
        self._settings = settings
        self._gas = Gas(domain, settings.motion, 2, random)
        self._unrest = ChangingNoise(
            random, domain.shape, settings.unrest_px, settings.unrest_frames
        )

    def advance(self, frame: float, matte: Field) -> None:
        """Smoke from `frame` to the next with a matte (H, W) of the frame's size."""
        gas, settings = self._gas, self._settings
        steps = gas.substeps()
        frames = 1.0 / steps
        for step, whole in enumerate(gas.sources(matte, steps)):
            now = frame + step * frames
            away = np.clip(0.4 + 0.5 * self._unrest.at(now), 0, 1) * np.float32(settings.unrest)
            source = whole * (1 - away)
            density, lift = gas.parts()
            given = np.float32(1 - (1 - settings.emission) ** frames)
            fresh = given * np.maximum(source - density, 0)
            density += fresh
            lift += fresh * np.float32(settings.lift)
            density *= np.float32(np.exp(-frames / settings.density_life_frames))
            lift *= np.float32(np.exp(-frames / settings.lift_life_frames))
            spread = settings.spread_px * frames**0.5
            density = np.asarray(cv2.GaussianBlur(density, (3, 3), spread), np.float32)
            gas.take(density, lift)
            gas.step(now, frames, lift, density, source * np.float32(settings.expansion))

    def channels(self) -> Field:
        """(2, H, W) of the frame: density 0..1, temperature (its lift) 0..1."""
        inside = self._gas.fields[self._gas.domain.inside]
        return np.ascontiguousarray(np.moveaxis(inside, 2, 0))

    def velocity(self) -> Field:
        """(2, H, W) px a frame, x first."""
        inside = self._gas.velocity[self._gas.domain.inside]
        return np.ascontiguousarray(np.moveaxis(inside, 2, 0))
