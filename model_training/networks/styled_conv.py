"""Holds the convolution that both generators are built of.

Instance, layer and batch norm read the whole crop, so every tile would be another picture. Here the
*weights* are normalised (Salimans & Kingma 2016, eq. 2) and the style enters as a gain and a bias
per output channel (Dumoulin et al. 2017, eq. 5, without its instance norm).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_FLAT_VARIANCE = 1e-3
"""Below it a channel counts as flat, and is not stretched to variance 1 but left near nothing."""


def instance_norm(x: Tensor) -> Tensor:
    """Give every channel of every picture mean 0 and variance 1; (N, C, H, W) -> the same, float32.

    Divided by sqrt(variance + 1e-5) as usual, a channel that is flat over a whole crop would send
    back 300 times its gradient, and a dozen layers of that are infinite.
    """
    centred = x.float() - x.float().mean(dim=(2, 3), keepdim=True)
    variance = centred.square().mean(dim=(2, 3), keepdim=True)
    return centred * (variance + 1e-12).sqrt() / (variance + _FLAT_VARIANCE)


class StyledConv(nn.Module):
    """A weight-normalised convolution followed by the mixed style's gain and bias.

    `mix` (N, rows) weighs the rows: row 0 is identity, rows 1..K the styles; any convex mix is a
    valid setting, and for a fixed one the whole module folds into a plain convolution.
    With `silent_first` row 0 adds nothing, whatever it has learned elsewhere.
    `instance_norm` is for the twin of the gates alone: it reads the whole picture.
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int,
        rows: int,
        *,
        stride: int = 1,
        dilation: int = 1,
        gain: float = 1.0,
        instance_norm: bool = False,
        silent_first: bool = False,
    ) -> None:
        super().__init__()
        self.stride = stride
        self.dilation = dilation
        self.padding = (dilation * (kernel - 1) + 1 - stride + 1) // 2
        # Filters start at norm 1: only their direction counts, and Adam turns a long one slowly.
        filters = torch.randn(channels_out, channels_in, kernel, kernel)
        self.weight = nn.Parameter(filters / (channels_in * kernel * kernel) ** 0.5)
        self.gain = nn.Parameter(torch.full((rows, channels_out), gain))
        self.bias = nn.Parameter(torch.zeros(rows, channels_out))
        self.instance_norm = instance_norm
        self.heard = 1 if silent_first else 0
        self.pad_mode = "reflect"

    def normalised_weight(self) -> Tensor:
        """The filters, each divided by its own norm: (out, in, kernel, kernel)."""
        norm = self.weight.float().flatten(1).norm(dim=1).clamp_min(1e-8)
        normalised: Tensor = self.weight / norm[:, None, None, None]
        return normalised

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:
        """(N, in, H, W) -> (N, out, H / stride, W / stride)."""
        weight = self.normalised_weight().to(x.dtype)
        padding = self.padding
        if padding and self.pad_mode != "zeros":
            x = F.pad(x, (padding,) * 4, mode=self.pad_mode)
            padding = 0
        y = F.conv2d(x, weight, stride=self.stride, padding=padding, dilation=self.dilation)
        if self.instance_norm:
            y = instance_norm(y).to(y.dtype)
        mix = mix[:, self.heard :]
        gain = (mix @ self.gain[self.heard :]).to(y.dtype)[:, :, None, None]
        bias = (mix @ self.bias[self.heard :]).to(y.dtype)[:, :, None, None]
        return y * gain + bias


class ResidualBlock(nn.Module):
    """Two styled convolutions beside an identity path; `gain` says how far from it they start."""

    def __init__(
        self, channels: int, rows: int, dilation: int, instance_norm: bool, gain: float = 0.4
    ) -> None:
        super().__init__()
        self.first = StyledConv(
            channels, channels, 3, rows, dilation=dilation, gain=1.4, instance_norm=instance_norm
        )
        self.second = StyledConv(
            channels, channels, 3, rows, dilation=dilation, gain=gain, instance_norm=instance_norm
        )

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        residual: Tensor = self.second(F.relu(self.first(x, mix)), mix)
        return x + residual
