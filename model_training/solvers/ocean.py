"""Holds a sea of waves that a wind has raised: closed-form in time, and it returns after a loop.

J. Tessendorf, "Simulating Ocean Water", 2001: Phillips' spectrum, the dispersion of water of a
depth, frequencies rounded so that every wave goes round whole times in a loop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nuke_plugin.worker.effects.recipes import WATER_GRAVITY_PX


@dataclass(frozen=True)
class SeaSettings:
    """What the waves of one run are drawn from; lengths in pixels, times in frames."""

    wind: float
    """px a frame to the right; 0 is a calm with waves from all sides."""
    calm: float
    """Wind that is there without wind, px a frame: no water is a mirror."""
    slope: float
    """Standard deviation of the surface's slope."""
    spread: float
    """How much waves keep to the wind's direction, a power; 0 comes from all sides."""
    shortest_px: float
    """Wavelength below which waves are left out: what the pixels cannot carry."""
    depth_px: float
    """Of the ground."""
    loop_frames: int
    """After how many frames it repeats."""


class Waves:
    """The waves of a box: their numbers, and how fast each one goes round."""

    def __init__(self, shape: tuple[int, int], depth_px: float) -> None:
        height, width = shape
        self.shape = shape
        self.y = (torch.fft.fftfreq(height) * 2 * torch.pi)[:, None].expand(height, width)
        self.x = (torch.fft.fftfreq(width) * 2 * torch.pi)[None, :].expand(height, width)
        self.length = torch.hypot(self.x, self.y)  # radians a pixel
        self.stiffness = self.length * torch.tanh(self.length * depth_px)
        self.frequency = torch.sqrt(WATER_GRAVITY_PX * self.stiffness)  # radians a frame


class Sea:
    """Waves on water without a shore."""

    def __init__(self, waves: Waves, settings: SeaSettings, random: np.random.Generator) -> None:
        self._waves = waves
        height, width = waves.shape
        normal = random.standard_normal((2, height, width)).astype(np.float32)
        self._start = torch.complex(*torch.from_numpy(normal)) * _amplitude(waves, settings)
        turn = 2 * torch.pi / settings.loop_frames
        self._frequency = (waves.frequency / turn).round() * turn
        still = self._frequency == 0
        self._start[still] = 0
        self._push = torch.where(still, 0.0, WATER_GRAVITY_PX / self._frequency.clamp(min=turn))

    def at(self, frame: float) -> tuple[Tensor, Tensor]:
        """Height in pixels and the surface's potential, each (H, W); see `water`."""
        phase = self._frequency * frame
        turned = self._start * torch.complex(phase.cos(), -phase.sin())
        both = torch.stack([turned, turned * self._push * -1j])
        height, potential = torch.fft.ifft2(both, norm="forward").real
        return height, potential


def _amplitude(waves: Waves, settings: SeaSettings) -> Tensor:
    """(H, W) of each wave, so that the surface has the slope that the settings ask for."""
    wind = (settings.wind**2 + settings.calm**2) ** 0.5
    longest = wind**2 / WATER_GRAVITY_PX
    length = waves.length.clamp(min=1e-4)
    power = torch.exp(-1.0 / (length * longest) ** 2) / length**4
    finest = 2 * torch.pi / settings.shortest_px
    power = power * torch.exp(-((length / finest) ** 4))
    direction = 1.0 if settings.wind >= 0 else -1.0
    towards = (1 + direction * waves.x / length).clamp(min=0) / 2  # cos² of half the angle
    power = power * (towards + 1e-6) ** settings.spread
    power[0, 0] = 0.0
    slope = (power * waves.length.square()).sum()
    return torch.sqrt(power * settings.slope**2 / slope)
