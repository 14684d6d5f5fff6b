"""Holds the pressure projection: the part of a velocity that neither gathers nor thins the gas.

Solved in Fourier space (Stam 2001, "A Simple Fluid Solver based on the FFT"): one division a wave,
exact, and as quick for any field. The box is periodic; see `domain`. The waves next to the grid's
own length are damped on the way: they are made by the grid and show as teeth along edges.
"""

from __future__ import annotations

import numpy as np
import torch

from model_training.solvers.domain import Field

FINEST = 2.4
"""Radians a pixel (a wave of 2.6 px) that half of is left in a step."""


class Projection:
    """The projection of one size of box."""

    def __init__(self, shape: tuple[int, int]) -> None:
        height, width = shape
        self._shape = shape
        waves_y = torch.fft.fftfreq(height)[:, None] * 2 * torch.pi
        waves_x = torch.fft.rfftfreq(width)[None, :] * 2 * torch.pi
        box = (height, width // 2 + 1)
        self._waves = torch.stack([waves_x.expand(box), waves_y.expand(box)])  # (2, H, W // 2 + 1)
        squared = self._waves.square().sum(0)
        self._kept = 1.0 / (1.0 + (squared / FINEST**2) ** 4)
        # The highest wave of an even length has no derivative on the grid.
        if height % 2 == 0:
            self._kept[height // 2] = 0.0
        if width % 2 == 0:
            self._kept[:, -1] = 0.0
        squared[0, 0] = torch.inf
        self._inverse = 1.0 / squared

    def projected(
        self, velocity: Field, mean: tuple[float, float], expansion: Field | None = None
    ) -> Field:
        """The velocity (H, W, 2), px a frame, without its divergence, moving by `mean` on average.

        `expansion` (H, W) is the divergence to keep, a frame: where a gas grows as it burns. Its
        mean is left out, for a periodic box cannot grow.
        """
        height, width = self._shape
        flow = torch.fft.rfft2(torch.from_numpy(np.moveaxis(velocity, 2, 0)))  # (2, H, W // 2 + 1)
        along = (self._waves * flow).sum(0)  # the divergence, but for a factor i
        if expansion is not None:
            along += 1j * torch.fft.rfft2(torch.from_numpy(expansion))
        along *= self._inverse
        flow -= self._waves * along
        flow *= self._kept
        flow[0, 0, 0], flow[1, 0, 0] = (height * width * value for value in mean)
        solved = torch.fft.irfft2(flow, s=self._shape)
        return np.ascontiguousarray(np.moveaxis(solved.numpy(), 0, 2))


def divergence(velocity: Field) -> Field:
    """(H, W) of a periodic (H, W, 2) velocity, a frame, by the same waves as the projection."""
    height, width = velocity.shape[:2]
    waves_y = torch.fft.fftfreq(height)[:, None] * 2 * torch.pi
    waves_x = torch.fft.rfftfreq(width)[None, :] * 2 * torch.pi
    flow = torch.fft.rfft2(torch.from_numpy(np.moveaxis(velocity, 2, 0)))
    spread = 1j * (waves_x * flow[0] + waves_y * flow[1])
    return np.asarray(torch.fft.irfft2(spread, s=(height, width)).numpy())
