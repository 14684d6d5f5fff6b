"""Holds the discriminators of effects: windows of about 40 px, of one frame or of three.

Both see the matte and its smears beside the channels, so that they judge whether this is the fire
of this matte (Isola et al. 2017, eq. 1). The temporal one sees three consecutive frames, as
tempoGAN's does (Xie et al. 2018, eq. 5), but each as it is: nothing tells a made frame's velocity,
so the outer two stand as differences from the middle one instead of being advected to it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

CHANGE_GAIN = 4.0
"""What differences between frames are multiplied by: they are that much smaller than values."""


class WindowDiscriminator(nn.Module):
    """Scores overlapping windows of 38 px.

    image (N, channels, H, W), a usual value of each channel being about 1; condition
    (N, condition_channels, H, W) in [0, 1], or None where there are no such channels.
    returns (N, 1, H/8, W/8) unbounded scores, higher for what looks solved.
    """

    def __init__(
        self, channels: int, condition_channels: int, width: int = 32, spectral: bool = True
    ) -> None:
        super().__init__()

        def bounded(layer: nn.Conv2d) -> nn.Module:
            return spectral_norm(layer) if spectral else layer

        seen = channels + condition_channels
        self.layers = nn.ModuleList(
            [
                bounded(nn.Conv2d(seen, width, 4, stride=2, padding=1)),
                bounded(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1)),
                bounded(nn.Conv2d(2 * width, 4 * width, 4, stride=2, padding=1)),
                bounded(nn.Conv2d(4 * width, 4 * width, 3, padding=1)),
            ]
        )
        self.score = bounded(nn.Conv2d(4 * width, 1, 1))

    def forward(self, image: Tensor, condition: Tensor | None = None) -> Tensor:
        """Score; see the class for shapes and ranges."""
        x = image if condition is None else torch.cat([image, condition], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        scores: Tensor = self.score(x)
        return scores


def in_sequence(frames: Tensor) -> Tensor:
    """Three consecutive frames as the temporal one sees them: (N, 3, C, H, W) -> (N, 3C, H, W)."""
    before, now, after = frames.unbind(1)
    return torch.cat([now, CHANGE_GAIN * (now - before), CHANGE_GAIN * (after - now)], dim=1)
