"""Holds the painterly generators, local by construction: no statistic of the picture enters them.

Two sizes share one way of seeing and one way out. *full* paints at a quarter, a half and the whole
of the size; *fast* spends nearly everything at a quarter. Both see the plate's luminance normalised
inside a fixed window, and its contour lines, both part of the stated halo: they tell the network
where to put strokes on smooth surfaces, which a plain local network leaves bare.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_training.networks.styled_conv import ResidualBlock, StyledConv
from model_training.networks.upsampling import soften, twice

STRIDE = 4
"""Input pixels per trunk pixel; frame sizes must be a multiple of it."""

WINDOW = 9
"""Side of the luminance window in trunk pixels (36 image pixels)."""

WINDOW_FLOOR = 0.03
"""Added to the window's deviation, in display units: grain is not amplified into strokes."""

CONTOUR_WINDOW = 5
"""Side of the window that smooths luminance before its contour lines are drawn, trunk pixels."""

CONTOUR_LINES = (4.0, 8.0, 16.0, 32.0)
"""Lines from black to white, at each of the scales offered."""

GRAIN_WINDOW = 7
"""Side of the window in which grain is told from picture, image pixels."""

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Rec. 709 weights."""


@dataclass(frozen=True)
class GeneratorSize:
    """Channel counts and depth of a generator.

    The defaults are the first generator's: a saved run that does not name a field has them, so
    they never change.

    kind:     "full", or "fast", which spends nearly everything at a quarter of the size
    trunk:    channels at a quarter of the size, a multiple of 16 for vectorised convolutions
    half:     channels at half of the size
    full:     channels at full size, the costliest place; fast has none
    blocks:   residual blocks in the trunk
    dilation: dilation of the second half of the blocks; 2 lets strokes organise over a wider area
    upsample: "nearest"; "bilinear", which cannot draw a lattice of its own; or "spline", which also
              keeps what lies near a layer's finest detail from beating with the next one's grid
    half_blocks: residual blocks at half of the size, where fine strokes are drawn; full alone
    contours: whether the trunk sees contour lines of the luminance, for strokes on smooth surfaces
    grain:    deviation, in display units, below which what varies inside a small window counts as
              grain, which strokes do not follow; 0 shows them the plate as it is
    norm:     "weight", or "instance" for the twin that gates compare with: not local, never shipped
    """

    kind: Literal["full", "fast"] = "full"
    trunk: int = 64
    half: int = 32
    full: int = 16
    blocks: int = 6
    dilation: int = 2
    upsample: Literal["nearest", "bilinear", "spline"] = "nearest"
    half_blocks: int = 0
    contours: bool = False
    grain: float = 0.0
    norm: Literal["weight", "instance"] = "weight"


def luminance_of(image: Tensor) -> Tensor:
    """Rec. 709 luminance at trunk size, averaged: (N, 3, H, W) -> (N, 1, H/4, W/4)."""
    # Plain numbers, not a tensor: a tensor would stay on the device that an export was made on.
    small = F.avg_pool2d(image, STRIDE)  # first, so that weighing costs a sixteenth
    red, green, blue = (
        small[:, channel : channel + 1] * LUMINANCE[channel] for channel in range(3)
    )
    return red + green + blue


def window_mean(image: Tensor, side: int, exporting: bool = False) -> Tensor:
    """Mean of the pixels inside a square window, cut by the frame's edge: (N, C, h, w)."""
    # A column, then a row: the whole square of 9 at once costs six times as much.
    mean = _convolved_mean if exporting else _pooled_mean
    return mean(mean(image, (side, 1)), (1, side))


def _pooled_mean(image: Tensor, window: tuple[int, int]) -> Tensor:
    pad = (window[0] // 2, window[1] // 2)
    return F.avg_pool2d(image, window, 1, pad, count_include_pad=False)


def _convolved_mean(image: Tensor, window: tuple[int, int]) -> Tensor:
    """The same, a column or a row, as ONNX Runtime runs it in a fifth of the pool's time."""
    count = image.shape[1]
    pad = (window[0] // 2, window[1] // 2)
    sums = F.conv2d(image, image.new_ones(count, 1, *window), padding=pad, groups=count)
    line = image[:1, :1, :, :1] if window[1] == 1 else image[:1, :1, :1]
    inside = F.conv2d(torch.ones_like(line), image.new_ones(1, 1, *window), padding=pad)
    return sums * (1.0 / inside)


def without_grain(image: Tensor, grain: float, exporting: bool = False) -> Tensor:
    """The image, flat where it varies less than grain does: (N, 3, H, W) -> the same.

    Each pixel is drawn to its window's mean by grain^2 / (grain^2 + variance), the filter of local
    statistics (Lee 1980): edges and texture stay, grain does not become strokes.
    """
    mean = window_mean(image, GRAIN_WINDOW, exporting)
    variance = window_mean((image - mean).square(), GRAIN_WINDOW, exporting)
    return mean + (image - mean) * (variance / (variance + grain * grain))


def windowed_luminance(luminance: Tensor) -> Tensor:
    """Luminance less its window's mean, over the window's deviation: (N, 1, h, w) -> the same."""
    centred = luminance - window_mean(luminance, WINDOW)
    variance = window_mean(centred * centred, WINDOW)
    return centred / (variance.clamp_min(0.0).sqrt() + WINDOW_FLOOR)


def contour_lines(luminance: Tensor) -> Tensor:
    """Sine and cosine of the smoothed luminance: (N, 1, h, w) -> (N, 2 * scales, h, w).

    On a smooth surface they are lines of equal brightness, which follow its form and move with it.
    """
    smooth = window_mean(luminance, CONTOUR_WINDOW)
    phase = torch.cat([smooth * (2.0 * math.pi * lines) for lines in CONTOUR_LINES], dim=1)
    return torch.cat([torch.sin(phase), torch.cos(phase)], dim=1)


class Generator(nn.Module, ABC):
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
        self.exporting = False
        self.pad_mode = "reflect"
        keep = torch.full((styles + 1, 3), 0.3)
        keep[0] = 1.0
        self.keep = nn.Parameter(keep)

    @property
    @abstractmethod
    def halo_px(self) -> int:
        """How far, in image pixels, an output pixel can see: exact, from the layers' geometry."""

    @property
    @abstractmethod
    def kmac_per_pixel(self) -> float:
        """Multiply-accumulates of all convolutions for one image pixel, in thousands."""

    @abstractmethod
    def paint(self, plate: Tensor, seen: Tensor, signals: Tensor, mix: Tensor) -> Tensor:
        """The painting's part of the logit, (N, 3, H, W).

        plate   (N, 3, H, W) the image in [-1, 1]
        seen    (N, 3, H, W) the same as strokes see it, without grain
        signals (N, 1 or 9, H/4, W/4) windowed luminance and, if the size has them, contour lines
        mix     (N, K + 1) weight of each row
        """

    def forward(self, image: Tensor, style: Tensor, strength: Tensor) -> Tensor:
        """Paint; see the class for shapes and ranges."""
        mix = torch.cat([1.0 - strength, strength * style], dim=1)  # (N, K + 1)
        seen = image
        if self.size.grain > 0.0:
            seen = without_grain(image.float(), self.size.grain, self.exporting).to(image.dtype)
        luminance = luminance_of(seen.float())
        signals = [windowed_luminance(luminance)]
        if self.size.contours:
            signals.append(contour_lines(luminance))
        painted = self.paint(
            image * 2.0 - 1.0, seen * 2.0 - 1.0, torch.cat(signals, dim=1).to(image.dtype), mix
        )
        clamped = image.float().clamp(1 / 512, 1 - 1 / 512)
        logit = torch.log(clamped / (1.0 - clamped))
        keep = mix[:, :1] + mix[:, 1:] @ self.keep[1:]  # row 0 keeps all of the plate
        kept = keep[:, :, None, None] * logit
        return torch.sigmoid(painted.float() + kept)

    def set_padding(self, mode: str) -> None:
        """`reflect` to train on crops, `zeros` to export: there frames are padded once outside.

        What is exported computes the same values in steps that ONNX Runtime runs faster, see
        docs/decisions/network_speed.md.
        """
        self.exporting = mode == "zeros"
        self.pad_mode = mode
        for module in self.modules():
            if isinstance(module, StyledConv):
                module.pad_mode = mode

    def _make_rgb(self, channels_in: int, channels_out: int, rows: int) -> StyledConv:
        """The last layer: silent at strength 0, so that the plate comes back exactly."""
        return StyledConv(channels_in, channels_out, 3, rows, gain=0.1, silent_first=True)

    def _make_blocks(self, rows: int) -> nn.ModuleList:
        size = self.size
        plain = size.blocks - size.blocks // 2
        dilations = [1] * plain + [size.dilation] * (size.blocks // 2)
        return nn.ModuleList(
            ResidualBlock(size.trunk, rows, d, size.norm == "instance") for d in dilations
        )

    def _trunk_reach(self) -> int:
        """Trunk pixels from the blocks and the windows that lie before them.

        The luminance window is applied twice (mean, then deviation), which is wider than the
        contours' one.
        """
        reach = 2 * (WINDOW // 2)
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            reach += 2 * block.first.dilation
        return reach

    blocks: nn.ModuleList

    def _grain_reach(self) -> int:
        """Image pixels that the grain's window adds, mean and then variance."""
        return 2 * (GRAIN_WINDOW // 2) if self.size.grain > 0.0 else 0

    def _twice(self, x: Tensor) -> Tensor:
        """(N, C, h, w) -> (N, C, 2h, 2w)."""
        if self.size.upsample == "nearest":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        return twice(x, exporting=self.exporting)

    def _soften(self, x: Tensor) -> Tensor:
        """What a spline adds to bilinear upsampling; see `upsampling.soften`."""
        return soften(x, self.pad_mode) if self.size.upsample == "spline" else x


class FullGenerator(Generator):
    """Strided stem, trunk at a quarter, a detail path at half, the last strokes at full size."""

    def __init__(self, styles: int, size: GeneratorSize) -> None:
        super().__init__(styles, size)
        rows, instance = styles + 1, size.norm == "instance"
        self.stem = StyledConv(
            3, size.trunk - 1, 8, rows, stride=STRIDE, gain=2.0, instance_norm=instance
        )
        self.detail = StyledConv(3, size.half, 6, rows, stride=2, gain=1.0, instance_norm=instance)
        self.enter = StyledConv(size.trunk, size.trunk, 3, rows, gain=1.4, instance_norm=instance)
        if size.contours:
            self.contours = StyledConv(2 * len(CONTOUR_LINES), size.trunk, 3, rows, gain=0.3)
        self.blocks = self._make_blocks(rows)
        self.to_half = StyledConv(size.trunk, size.half, 3, rows, gain=1.4, instance_norm=instance)
        self.half_blocks = nn.ModuleList(
            ResidualBlock(size.half, rows, 1, instance, gain=0.1) for _ in range(size.half_blocks)
        )
        self.to_full = StyledConv(size.half, size.full, 3, rows, gain=1.4, instance_norm=instance)
        self.to_rgb = self._make_rgb(size.full + 3, 3, rows)

    @property
    def halo_px(self) -> int:
        """See the base class."""
        trunk = 1 + self._trunk_reach()
        # to_half reads one half-size pixel beyond, inside one trunk pixel; bilinear one more.
        trunk += 1 if self.size.upsample == "nearest" else 2
        reach = trunk * STRIDE + 4 + 2 + 1  # stem's kernel, to_full's and to_rgb's pixels
        reach += 4 * self.size.half_blocks  # two pixels at half size each
        reach += 3 if self.size.upsample == "spline" else 0  # one at half size, one at full
        reach += self._grain_reach()
        return -(-reach // STRIDE) * STRIDE

    @property
    def kmac_per_pixel(self) -> float:
        """See the base class."""
        areas = {"detail": 4, "to_half": 4, "half_blocks": 4, "to_full": 1, "to_rgb": 1}
        return _kmac(self, areas)

    def paint(self, plate: Tensor, seen: Tensor, signals: Tensor, mix: Tensor) -> Tensor:
        """See the base class."""
        trunk = torch.cat([self.stem(seen, mix), signals[:, :1]], dim=1)  # (N, trunk, H/4, W/4)
        trunk = self.enter(F.relu(trunk), mix)
        if self.size.contours:
            trunk = trunk + self.contours(signals[:, 1:], mix)
        trunk = F.relu(trunk)
        for block in self.blocks:
            trunk = block(trunk, mix)
        half = self._soften(self.to_half(self._twice(trunk), mix))
        half = F.relu(half + self.detail(seen, mix))  # (N, half, H/2, W/2)
        for block in self.half_blocks:
            half = block(half, mix)
        full = self._soften(self.to_full(self._twice(half), mix))
        full = F.relu(full)  # (N, full, H, W)
        painted: Tensor = self.to_rgb(torch.cat([full, plate.to(full.dtype)], dim=1), mix)
        return painted


class FastGenerator(Generator):
    """Strided stem, everything at a quarter, a thin layer at half, pixel-shuffle out.

    The sub-pixel convolution out (Shi et al. 2016) runs at half size, so no layer runs at full.
    Strided kernels hold the pixel-unshuffle: ONNX Runtime takes 3 ms for what costs 70 ms as a
    transpose. Channels are multiples of 16, the blocks that it computes in.
    """

    def __init__(self, styles: int, size: GeneratorSize) -> None:
        super().__init__(styles, size)
        rows, instance = styles + 1, size.norm == "instance"
        signals = 1 + (2 * len(CONTOUR_LINES) if size.contours else 0)
        self.stem = StyledConv(
            3, size.trunk, 8, rows, stride=STRIDE, gain=1.4, instance_norm=instance
        )
        self.signals = StyledConv(signals, size.trunk, 3, rows, gain=0.7, instance_norm=instance)
        self.blocks = self._make_blocks(rows)
        self.to_half = StyledConv(size.trunk, size.half, 3, rows, gain=1.4, instance_norm=instance)
        self.detail = StyledConv(3, size.half, 6, rows, stride=2, gain=1.0, instance_norm=instance)
        self.strokes = StyledConv(size.half, size.half, 3, rows, gain=1.4, instance_norm=instance)
        self.to_rgb = self._make_rgb(size.half, 12, rows)

    @property
    def halo_px(self) -> int:
        """See the base class."""
        trunk = 1 + self._trunk_reach() + 1
        # The two layers at half size read one trunk pixel beyond; bilinear one more.
        trunk += 1 if self.size.upsample == "nearest" else 2
        reach = trunk * STRIDE + 1  # from the middle of one trunk pixel to the end of another
        reach += 2 if self.size.upsample == "spline" else 0  # one at half size
        reach += self._grain_reach()
        return -(-reach // STRIDE) * STRIDE

    @property
    def kmac_per_pixel(self) -> float:
        """See the base class."""
        return _kmac(self, {"detail": 4, "strokes": 4, "to_rgb": 4})

    def paint(self, plate: Tensor, seen: Tensor, signals: Tensor, mix: Tensor) -> Tensor:
        """See the base class."""
        trunk = F.relu(self.stem(seen, mix) + self.signals(signals, mix))  # (N, trunk, H/4, W/4)
        for block in self.blocks:
            trunk = block(trunk, mix)
        half = self._soften(self._twice(self.to_half(trunk, mix)))
        half = F.relu(half + self.detail(seen, mix))  # (N, half, H/2, W/2)
        half = F.relu(self.strokes(half, mix))
        return F.pixel_shuffle(self.to_rgb(half, mix), 2)


def _kmac(generator: Generator, areas: dict[str, int]) -> float:
    """Sums the convolutions' costs; `areas` are image pixels per output pixel, else trunk's."""
    lines = 4  # a row and a column, for the mean and for the variance
    total = 3.0 * lines * GRAIN_WINDOW if generator.size.grain > 0.0 else 0.0
    for name, module in generator.named_modules():
        if isinstance(module, StyledConv):
            area = areas.get(name.split(".")[0], STRIDE * STRIDE)
            total += module.weight.numel() / area
    return total / 1000.0


def make_generator(styles: int, size: GeneratorSize) -> Generator:
    """A fresh generator of the size's kind for K styles."""
    kind = {"full": FullGenerator, "fast": FastGenerator}[size.kind]
    return kind(styles, size)
