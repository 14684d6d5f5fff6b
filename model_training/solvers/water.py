"""Holds the water solver: a sea inside the matte, what its shore throws back, crests, foam.

The sea comes from all round and knows no shore. A second layer of waves takes a part of the sea
away outside the matte and carries what that does to the water inside: reflections, ripples along
the edge, wakes of a matte that moves (J. Tessendorf, "Interactive Water Surfaces", 2004, with
ambient waves). It dies away within a few waves; were all of the sea taken away, and for good, the
water in a closed matte would come to rest. Both are linear waves, stepped exactly in Fourier space;
crests are sharpened by moving each piece of water sideways, and foam is left where that would fold
the surface.

A potential p with height h: dh/dt = k tanh(k depth) p, dp/dt = -g h, for each wave k.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from model_training.solvers.advection import displaced
from model_training.solvers.domain import Domain, Field
from model_training.solvers.ocean import Sea, SeaSettings, Waves
from nuke_plugin.worker.effects.recipes import WATER_GRAVITY_PX

STEPS = 2
"""A frame: how often the shore is seen to."""
SEARCHES = 3
"""Steps of the search for the piece of water that has moved to a pixel."""


@dataclass(frozen=True)
class WaterSettings:
    """What one water is solved with; lengths in pixels, times in frames."""

    sea: SeaSettings
    level: float
    """Of the matte's white: a weaker matte has lower waves."""
    sharpness: float
    """How far water moves towards crests; 1 is a wave of theory, 0 leaves sines."""
    echo: float
    """Share of the sea that a shore throws back, 0..1; 0 is no shore."""
    echo_frames: float
    """After how long a third is left of what a shore threw back."""
    beach_px: float
    """How far inside the matte the height goes down to 0: a standard deviation."""
    foam_from: float
    """Compression of the surface, 0..1, where foam begins; 0 is a fold."""
    foam_full: float
    """Compression where it is white; below foam_from."""
    foam_frames: float
    """After how long a third of the foam is left."""
    foam_drift: float
    """Share of the wind's speed that foam drifts with."""

    @classmethod
    def of(cls, wind: float, choppiness: float, level: float = 1.0) -> WaterSettings:
        """The settings that looked right, turned by the controls."""
        sea = SeaSettings(
            wind=wind,
            calm=1.4,
            slope=(0.2 + 0.05 * abs(wind)) * level,
            spread=1.5 * abs(wind),
            shortest_px=7.0,
            depth_px=64.0,
            loop_frames=240,
        )
        return cls(
            sea=sea,
            level=level,
            sharpness=1.1 * choppiness,
            echo=0.6,
            echo_frames=14.0,
            beach_px=2.0,
            foam_from=0.55,
            foam_full=0.15,
            foam_frames=10.0,
            foam_drift=0.1,
        )


class Water:
    """One water in its box, frame after frame."""

    def __init__(
        self, domain: Domain, settings: WaterSettings, random: np.random.Generator
    ) -> None:
        self._domain = domain
        self._settings = settings
        waves = Waves(domain.shape, settings.sea.depth_px)
        self._sea = Sea(waves, settings.sea, random)
        self._echo = torch.zeros(2, *domain.shape)  # height and potential of the second layer
        half = domain.shape[1] // 2 + 1
        angle = waves.frequency[:, :half] / STEPS
        self._cos, self._sin = angle.cos(), angle.sin()
        frequency = waves.frequency[:, :half].clamp(min=1e-6)
        self._raise = waves.stiffness[:, :half] / frequency
        self._push = WATER_GRAVITY_PX / frequency
        length = waves.length[:, :half].clamp(min=1e-6)
        x, y = waves.x[:, :half], waves.y[:, :half]
        self._sideways = torch.stack([-1j * x / length, -1j * y / length])
        self._squeeze = torch.stack([x * x / length, y * y / length, x * y / length])
        self._foam = np.zeros(domain.shape, np.float32)
        self._shown = np.zeros((2, domain.height, domain.width), np.float32)

    def advance(self, frame: float, matte: Field) -> None:
        """Flow from `frame` to the next with a matte (H, W), which goes on beyond the frame."""
        settings = self._settings
        inside = self._domain.extended(np.minimum(matte / np.float32(settings.level), 1))
        is_open = torch.from_numpy(inside)
        kept = float(np.exp(-1.0 / STEPS / settings.echo_frames))
        for step in range(1, STEPS + 1):
            sea = torch.stack(self._sea.at(frame + step / STEPS))
            moved = self._moved(self._echo) * kept
            self._echo = is_open * moved - (1 - is_open) * sea * settings.echo
        self._show((sea + self._echo)[0], inside)

    def channels(self) -> Field:
        """(2, H, W) of the frame: height in pixels, foam 0..1."""
        return self._shown

    def velocity(self) -> Field:
        """(0, H, W): waves travel, water does not."""
        return np.zeros((0, self._domain.height, self._domain.width), np.float32)

    def _moved(self, layer: Tensor) -> Tensor:
        """Height and potential (2, H, W) a step later."""
        height, potential = torch.fft.rfft2(layer)
        both = torch.stack(
            [
                height * self._cos + potential * (self._raise * self._sin),
                potential * self._cos - height * (self._push * self._sin),
            ]
        )
        moved: Tensor = torch.fft.irfft2(both, s=self._domain.shape)
        return moved

    def _show(self, height: Tensor, inside: Field) -> None:
        """Sharpen the crests of a height (H, W), leave foam, and keep what the frame sees."""
        settings = self._settings
        shape, sharpness = self._domain.shape, settings.sharpness
        spectrum = torch.fft.rfft2(height)
        aside = torch.fft.irfft2(spectrum * self._sideways, s=shape) * sharpness
        along_x, along_y, across = torch.fft.irfft2(spectrum * self._squeeze, s=shape) * sharpness
        area = ((1 + along_x) * (1 + along_y) - across**2).numpy()
        fresh = (settings.foam_from - area) / (settings.foam_from - settings.foam_full)
        fresh = np.clip(fresh, 0, 1) * inside
        drift = np.full(shape, -settings.foam_drift * settings.sea.wind, np.float32)
        self._foam = displaced(self._foam, drift, np.zeros_like(drift))
        self._foam *= np.float32(np.exp(-1 / settings.foam_frames))
        np.maximum(self._foam, cv2.GaussianBlur(fresh, (3, 3), 0.7), out=self._foam)
        self._foam *= inside
        move_x, move_y = aside.numpy()
        at_x, at_y = -move_x, -move_y
        for _ in range(SEARCHES):
            at_x, at_y = -displaced(move_x, at_x, at_y), -displaced(move_y, at_x, at_y)
        both = np.stack([height.numpy(), self._foam], axis=2)
        seen = displaced(both, at_x, at_y)
        seen[..., 0] *= _beach(inside, settings.beach_px)
        seen[..., 1] *= inside
        self._shown = np.ascontiguousarray(np.moveaxis(seen[self._domain.inside], 2, 0))


def _beach(inside: Field, px: float) -> Field:
    """(H, W) 0 outside the matte and along its edge, 1 a few pixels in."""
    soft = cv2.GaussianBlur(inside, (0, 0), px)
    return np.asarray(np.clip(2 * soft - 1, 0, 1) * inside, np.float32)
