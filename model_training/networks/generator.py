"""Holds the painterly generator, local by construction: no statistic of the picture enters it.

Instance, layer and batch norm read the whole crop, so every tile would be another picture. Here the
*weights* are normalised (Salimans & Kingma 2016, eq. 2) and the style enters as a gain and a bias
per output channel (Dumoulin et al. 2017, eq. 5, without its instance norm). The one exception is a
luminance channel normalised inside a fixed window, which is part of the stated halo.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 4
"""Input pixels per trunk pixel; frame sizes must be a multiple of it."""

WINDOW = 9
"""Side of the luminance window in trunk pixels (36 image pixels)."""

WINDOW_FLOOR = 0.03
"""Added to the window's deviation, in display units: grain is not amplified into strokes."""


@dataclass(frozen=True)
class GeneratorSize:
    """Channel counts and depth of a generator.

    trunk:    channels at a quarter of the size, a multiple of 16 for vectorised convolutions
    half:     channels at half of the size
    full:     channels at full size, the costliest place
    blocks:   residual blocks in the trunk
    dilation: dilation of the second half of the blocks; 2 lets strokes organise over a wider area
    upsample: "nearest", or "bilinear", which cannot draw a lattice of its own and costs a little
    """

    trunk: int = 64
    half: int = 32
    full: int = 16
    blocks: int = 6
    dilation: int = 2
    upsample: str = "nearest"


class StyledConv(nn.Module):
    """A weight-normalised convolution followed by the mixed style's gain and bias.

    `mix` (N, rows) weighs the rows: row 0 is identity, rows 1..K the styles; any convex mix is a
    valid setting, and for a fixed one the whole module folds into a plain convolution.
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
        gain = (mix @ self.gain).to(y.dtype)[:, :, None, None]
        bias = (mix @ self.bias).to(y.dtype)[:, :, None, None]
        return y * gain + bias


class ResidualBlock(nn.Module):
    """Two styled convolutions beside an identity path; starts close to the identity."""

    def __init__(self, channels: int, rows: int, dilation: int) -> None:
        super().__init__()
        self.first = StyledConv(channels, channels, 3, rows, dilation=dilation, gain=1.4)
        self.second = StyledConv(channels, channels, 3, rows, dilation=dilation, gain=0.4)

    def forward(self, x: Tensor, mix: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        residual: Tensor = self.second(F.relu(self.first(x, mix)), mix)
        return x + residual


class Generator(nn.Module):
    """Paints an image in a mix of styles at a strength.

    image    (N, 3, H, W) display-encoded RGB in [0, 1]; H and W multiples of `STRIDE`
    style    (N, K) weights, at least 0, summing to 1
    strength (N, 1) in [0, 1]; 0 is trained to give the image back
    returns  (N, 3, H, W) in [0, 1]
    """

    def __init__(self, styles: int, size: GeneratorSize) -> None:
        super().__init__()
        self.styles = styles
        self.size = size
        rows = styles + 1
        half_blocks = size.blocks // 2
        dilations = [1] * (size.blocks - half_blocks) + [size.dilation] * half_blocks
        self.stem = StyledConv(3, size.trunk - 1, 8, rows, stride=STRIDE, gain=2.0)
        self.detail = StyledConv(3, size.half, 6, rows, stride=2, gain=1.0)
        self.enter = StyledConv(size.trunk, size.trunk, 3, rows, gain=1.4)
        self.blocks = nn.ModuleList(ResidualBlock(size.trunk, rows, d) for d in dilations)
        self.to_half = StyledConv(size.trunk, size.half, 3, rows, gain=1.4)
        self.to_full = StyledConv(size.half, size.full, 3, rows, gain=1.4)
        self.to_rgb = StyledConv(size.full + 3, 3, 3, rows, gain=0.1)
        keep = torch.full((rows, 3), 0.3)
        keep[0] = 1.0
        self.keep = nn.Parameter(keep)
        with torch.no_grad():
            self.to_rgb.gain[0] = 0.0

    @property
    def halo_px(self) -> int:
        """How far, in image pixels, an output pixel can see: exact, from the layers' geometry.

        The window is applied twice (mean, then deviation), before the stem's reach is added.
        """
        trunk = 2 * (WINDOW // 2) + 1
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            trunk += 2 * block.first.dilation
        # to_half reads one half-size pixel beyond, inside one trunk pixel; bilinear one more.
        trunk += 1 if self.size.upsample == "nearest" else 2
        reach = trunk * STRIDE + 4 + 2 + 1  # stem's kernel, to_full's and to_rgb's pixels
        return -(-reach // STRIDE) * STRIDE

    def windowed_luminance(self, image: Tensor) -> Tensor:
        """Trunk-sized luminance less its window's mean, over the deviation: (N, 1, H/4, W/4)."""
        weights = image.new_tensor([0.2126, 0.7152, 0.0722])[None, :, None, None]
        luminance = F.avg_pool2d((image * weights).sum(1, keepdim=True), STRIDE)
        pool = (WINDOW, 1, WINDOW // 2)
        centred = luminance - F.avg_pool2d(luminance, *pool, count_include_pad=False)
        variance = F.avg_pool2d(centred * centred, *pool, count_include_pad=False)
        return centred / (variance.clamp_min(0.0).sqrt() + WINDOW_FLOOR)

    def _twice(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> (N, C, 2h, 2w)."""
        if self.size.upsample == "nearest":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)

    def forward(self, image: Tensor, style: Tensor, strength: Tensor) -> Tensor:
        """Paint; see the class for shapes and ranges."""
        mix = torch.cat([1.0 - strength, strength * style], dim=1)  # (N, K + 1)
        seen = image * 2.0 - 1.0
        window = self.windowed_luminance(image.float()).to(seen.dtype)
        trunk = torch.cat([self.stem(seen, mix), window], dim=1)  # (N, trunk, H/4, W/4)
        trunk = F.relu(self.enter(F.relu(trunk), mix))
        for block in self.blocks:
            trunk = block(trunk, mix)
        half = self._twice(trunk)
        half = F.relu(self.to_half(half, mix) + self.detail(seen, mix))  # (N, half, H/2, W/2)
        full = self._twice(half)
        full = F.relu(self.to_full(full, mix))  # (N, full, H, W)
        painted = self.to_rgb(torch.cat([full, seen.to(full.dtype)], dim=1), mix)
        clamped = image.float().clamp(1 / 512, 1 - 1 / 512)
        logit = torch.log(clamped) - torch.log(1.0 - clamped)
        kept = (mix @ self.keep)[:, :, None, None] * logit
        return torch.sigmoid(painted.float() + kept)

    def set_padding(self, mode: str) -> None:
        """`reflect` to train on crops, `zeros` to export: there frames are padded once outside."""
        for module in self.modules():
            if isinstance(module, StyledConv):
                module.pad_mode = mode
