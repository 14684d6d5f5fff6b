"""Holds the motion that fire and smoke share: gas that rises, turns over and is blown.

One step: forces, projection, advection (Stam 1999, "Stable Fluids"); vorticity confinement as
Fedkiw et al. 2001, "Visual Simulation of Smoke". Lengths are pixels, times frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from model_training.solvers.advection import Path, advected
from model_training.solvers.domain import Domain, Field
from model_training.solvers.noise import ChangingNoise
from model_training.solvers.projection import Projection

MOST_STEP_PX = 5.0
"""What the quickest gas goes in one substep: more tears edges."""
LEAST_SUBSTEPS = 2
"""A source that moves would leave a print of itself for every frame."""
MOST_SUBSTEPS = 6


@dataclass(frozen=True)
class MotionSettings:
    """How a gas moves; of one run, so turbulence and wind are in it."""

    buoyancy: float
    """Upward px a frame² for a lift of 1; 0 does not rise."""
    confinement: float
    """How strongly lost vortices are given back, px a frame² for a turn of 1; 0 neutral."""
    turbulence: float
    """Gusts of the air that carries gas, px a frame²; 0 neutral."""
    gust_px: float
    """Wavelength of the gusts."""
    gust_frames: float
    """After how many frames a gust is another."""
    drag: float
    """Share of its motion against the wind that gas loses in a frame; 0 neutral."""
    wind: float
    """px a frame to the right, of the whole air."""
    draught: float
    """px a frame upward, of the whole air: what a fire draws in; 0 neutral."""

    @property
    def air(self) -> tuple[float, float]:
        """Velocity of the air where no gas is, px a frame, x first."""
        return self.wind, -self.draught


class Gas:
    """A box of gas: its velocity and the fields that it carries."""

    def __init__(
        self, domain: Domain, settings: MotionSettings, fields: int, random: np.random.Generator
    ) -> None:
        self.domain = domain
        self.settings = settings
        self.velocity = np.full((*domain.shape, 2), settings.air, np.float32)
        self.fields = np.zeros((*domain.shape, fields), np.float32)
        self._source = np.zeros(domain.shape, np.float32)
        self._projection = Projection(domain.shape)
        self._gusts = tuple(
            ChangingNoise(
                random, domain.shape, settings.gust_px / size, settings.gust_frames / size
            )
            for size in (1, 2)
        )

    def parts(self) -> list[Field]:
        """Copies of the fields, each (H, W) and dense, which is quick to reckon with."""
        return [np.ascontiguousarray(self.fields[..., i]) for i in range(self.fields.shape[2])]

    def take(self, *parts: Field) -> None:
        """Put fields, each (H, W), in the place of those that are there."""
        self.fields = np.stack(parts, axis=2)

    def sources(self, matte: Field, steps: int) -> Iterator[Field]:
        """The frame's matte (H, W) in the box at each substep, coming from the frame before."""
        before, self._source = self._source, self.domain.padded(matte)
        for step in range(1, steps + 1):
            part = np.float32(step / steps)
            yield (1 - part) * before + part * self._source

    def substeps(self) -> int:
        """How many steps the next frame is cut into, by the quickest gas now."""
        speed = float(np.sqrt(np.square(self.velocity).sum(2).max()))
        return min(MOST_SUBSTEPS, max(LEAST_SUBSTEPS, int(np.ceil(speed / MOST_STEP_PX))))

    def step(
        self, frame: float, frames: float, lift: Field, loose: Field, expansion: Field | None = None
    ) -> None:
        """Move on by `frames`, a part of one, from `frame`.

        `lift` (H, W) rises; `loose` (H, W) 0..1 says where gusts take hold; `expansion` (H, W) is
        the gas that appears, a frame.
        """
        settings = self.settings
        velocity = self.velocity
        velocity[..., 1] -= np.float32(settings.buoyancy * frames) * lift
        velocity += np.float32(settings.confinement * frames) * confinement(velocity)
        if settings.turbulence:
            velocity += (
                np.float32(settings.turbulence * frames) * self._gust(frame) * loose[..., None]
            )
        air = np.array(settings.air, np.float32)
        held = np.maximum(np.float32(settings.drag), self.domain.sponge * np.float32(0.5))
        velocity += (air - velocity) * (held * np.float32(frames))[..., None]
        velocity = self._projection.projected(velocity, settings.air, expansion)
        path = Path.of(velocity, frames)
        self.fields = advected(self.fields, path)
        self.fields *= (1 - self.domain.sponge * np.float32(frames))[..., None]
        self.velocity = advected(velocity, path)

    def _gust(self, frame: float) -> Field:
        """(H, W, 2) of variance about 1 that turns gas and does not press it: a curl of noise."""
        gust = np.zeros((*self.domain.shape, 2), np.float32)
        for size, noise in enumerate(self._gusts, start=1):
            potential = noise.at(frame)
            cell = np.float32(self.settings.gust_px / size / 3)
            gust[..., 0] += slope_y(potential) * cell
            gust[..., 1] -= slope_x(potential) * cell
        return gust


def confinement(velocity: Field) -> Field:
    """(H, W, 2) that turns with each vortex, about its middle; Fedkiw et al. 2001, equation 11.

    The turn is smoothed over 3 px first, or edges get teeth of the grid's own size.
    """
    turn = slope_x(velocity[..., 1]) - slope_y(velocity[..., 0])
    turn = np.asarray(cv2.blur(turn, (3, 3)), np.float32)
    size = np.abs(turn)
    inward_x, inward_y = slope_x(size), slope_y(size)
    length = np.sqrt(inward_x**2 + inward_y**2) + np.float32(1e-5)
    turn /= length
    return np.asarray(cv2.merge([inward_y * turn, -inward_x * turn]), np.float32)


def slope_x(field: Field) -> Field:
    """Central difference to the right, a pixel; 0 at the edges."""
    slope = np.zeros_like(field)
    slope[:, 1:-1] = np.float32(0.5) * (field[:, 2:] - field[:, :-2])
    return slope


def slope_y(field: Field) -> Field:
    """Central difference downward, a pixel; 0 at the edges."""
    slope = np.zeros_like(field)
    slope[1:-1] = np.float32(0.5) * (field[2:] - field[:-2])
    return slope
