"""Holds the generator of effects: from fields to physical channels, local by construction.

The fields carry all chance and all motion (they are closed-form in place, time and seed), so the
network has no state and no statistics: it shapes. It starts as the hand-made field, a weighted sum
of smears and noise through a soft threshold, and learns what to put on top.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_training.networks.styled_conv import ResidualBlock, StyledConv
from model_training.networks.upsampling import soften, twice
from nuke_plugin.contract.field_recipe import FieldRecipe

STRIDE = 4
"""Pixels of the fields per trunk pixel; their sizes must be a multiple of it."""


@dataclass(frozen=True)
class HandMadeStart:
    """The hand-made field that a generator of heat or smoke starts as, before its sigmoid.

    noise:  weight of all noise together
    coarse: share of that which the longest wavelength keeps: less of it, fewer large holes
    smear:  weight of the longest smear; the others follow
    bias:   what there is without any
    """

    noise: float = 1.8
    coarse: float = 1.0
    smear: float = 13.0
    bias: float = -6.2


@dataclass(frozen=True)
class EffectShape:
    """Inputs, outputs and layers of a generator.

    recipe:   the fields that it sees
    controls: how many art-direction values, each -1 to 1
    signed:   of each output channel, whether it lies on both sides of 0; else it is 0 to 1
    scales:   of each output channel, a usual value: of a signed one, what the network counts in
    trunk:    layers' channels at a quarter of the size
    half:     channels at half of the size
    full:     channels at full size, the costliest place
    blocks:   residual blocks in the trunk
    dilation: dilation of the second half of the blocks
    start:    the hand-made field that it starts as
    """

    recipe: FieldRecipe
    controls: int
    signed: tuple[bool, ...]
    scales: tuple[float, ...]
    trunk: int = 64
    half: int = 24
    full: int = 12
    blocks: int = 5
    dilation: int = 2
    start: HandMadeStart = HandMadeStart()

    @property
    def fields(self) -> int:
        """How many fields, F."""
        return self.recipe.count

    @property
    def channels(self) -> int:
        """How many output channels, C."""
        return len(self.signed)


class EffectGenerator(nn.Module):
    """Makes an effect's channels of fields.

    fields   (N, F, H, W) as the recipe orders them, the support last; H and W multiples of STRIDE
    controls (N, A) in [-1, 1]
    returns  (N, C, H, W): 0 to 1, or signed; 0 where the support is
    """

    def __init__(self, shape: EffectShape) -> None:
        super().__init__()
        self.shape = shape
        self.exporting = False
        self.pad_mode = "reflect"
        rows = 1 + shape.controls  # the first one for itself, one for each control
        self.stem = StyledConv(shape.fields, shape.trunk, 8, rows, stride=STRIDE, gain=1.4)
        plain = shape.blocks - shape.blocks // 2
        dilations = [1] * plain + [shape.dilation] * (shape.blocks // 2)
        self.blocks = nn.ModuleList(
            ResidualBlock(shape.trunk, rows, dilation, False) for dilation in dilations
        )
        self.to_half = StyledConv(shape.trunk, shape.half, 3, rows, gain=1.4)
        self.detail = StyledConv(shape.fields, shape.half, 6, rows, stride=2, gain=1.0)
        self.half_block = ResidualBlock(shape.half, rows, 1, False)
        self.to_full = StyledConv(shape.half, shape.full, 3, rows, gain=1.4)
        self.to_channels = StyledConv(shape.full, shape.channels, 3, rows, gain=0.1)
        self.hand_made = nn.Conv2d(shape.fields, shape.channels, 1)
        with torch.no_grad():
            for layer in self.modules():
                if isinstance(layer, StyledConv):
                    layer.gain[1:] = 0.0  # controls begin without a say
            self._begin_hand_made()
        self.scales = nn.Buffer(
            torch.tensor([s if signed else 1.0 for s, signed in zip(shape.scales, shape.signed)])[
                None, :, None, None
            ],
            persistent=False,
        )

    def _begin_hand_made(self) -> None:
        """Heat and smoke: where the smears are, broken up by noise. Water: waves, foam on crests.

        With warps both are torn already, so that a training begins with flames that lick.
        """
        weight, bias = self.hand_made.weight[:, :, 0, 0], self.hand_made.bias
        assert bias is not None
        weight.zero_()
        bias.zero_()
        recipe = self.shape.recipe
        smears = len(recipe.smears_px)
        noise = slice(1 + smears, recipe.count - 1)
        counts = [float(octave.channels) for octave in recipe.octaves for _ in octave.velocities]
        waves = [octave.wavelength_px for octave in recipe.octaves for _ in octave.velocities]
        share = torch.tensor([(w / max(waves)) ** 0.5 / n for w, n in zip(waves, counts)])
        if recipe.torn_noise:
            places = [at for octave in recipe.octaves for at in range(octave.channels)]
            share = share * torch.tensor([1.0 if at < recipe.torn_noise else 0.4 for at in places])
        share = share / share.square().sum().sqrt()  # noise has variance 1, and so has this sum
        start = self.shape.start
        spread = [-4.0, *[4.0 / max(smears - 2, 1)] * (smears - 2), 13.0][-smears:]
        rising = torch.tensor(spread) * (start.smear / 13.0)
        longest = torch.tensor([wave == max(waves) for wave in waves])
        tearing = start.noise * torch.where(longest, start.coarse * share, share)
        for channel, (signed, scale) in enumerate(zip(self.shape.signed, self.shape.scales)):
            if signed:
                weight[channel, noise] = share
            elif any(self.shape.signed):  # foam: where the waves are highest
                weight[channel, noise] = 1.8 * share
                bias[channel] = -6.2
            else:
                # What rose far burns; right at the matte it has only begun to.
                weight[channel, 1 : 1 + smears] = rising
                weight[channel, noise] = tearing
                bias[channel] = start.bias + math.log(scale / 0.5)

    @property
    def halo_px(self) -> int:
        """How far, in pixels, an output pixel can see: exact, from the layers' geometry."""
        trunk = 2  # to_half reads one, bilinear one more
        for block in self.blocks:
            assert isinstance(block, ResidualBlock)
            trunk += 2 * block.first.dilation
        half = 2 + 1 + 1 + 1  # the block's two, to_full's, its upsampling's and its softening's
        reach = STRIDE * trunk + STRIDE + 2 * half + 2 + 1
        return -(-reach // STRIDE) * STRIDE

    @property
    def kmac_per_pixel(self) -> float:
        """Multiply-accumulates of all convolutions for one pixel, in thousands."""
        areas = {"to_half": 4, "detail": 4, "half_block": 4, "to_full": 1, "to_channels": 1}
        total = float(self.hand_made.weight.numel())
        for name, module in self.named_modules():
            if isinstance(module, StyledConv):
                total += module.weight.numel() / areas.get(name.split(".")[0], STRIDE * STRIDE)
        return total / 1000.0

    def forward(self, fields: Tensor, controls: Tensor) -> Tensor:
        """Make channels; see the class for shapes and ranges."""
        mix = torch.cat([torch.ones_like(controls[:, :1]), controls], dim=1)  # (N, 1 + A)
        smears = slice(1, 1 + len(self.shape.recipe.smears_px))
        # A thin matte's smears are a few hundredths, which a root brings among the other fields.
        spread = fields[:, smears].clamp(0.0, 1.0).sqrt()
        fields = torch.cat([fields[:, :1], spread, fields[:, smears.stop :]], dim=1)
        trunk = F.relu(self.stem(fields, mix))  # (N, trunk, H/4, W/4)
        for block in self.blocks:
            trunk = block(trunk, mix)
        half = soften(self.to_half(twice(trunk, exporting=self.exporting), mix), self.pad_mode)
        half = F.relu(half + self.detail(fields, mix))  # (N, half, H/2, W/2)
        half = self.half_block(half, mix)
        full = soften(self.to_full(twice(half, exporting=self.exporting), mix), self.pad_mode)
        shaped = self.to_channels(F.relu(full), mix)  # (N, C, H, W)
        made = shaped.float() + self._started(fields)
        parts = [
            part if signed else torch.sigmoid(part)
            for part, signed in zip(made.split(1, dim=1), self.shape.signed, strict=True)
        ]
        return torch.cat(parts, dim=1) * self.scales * fields[:, -1:].float()

    def _started(self, fields: Tensor) -> Tensor:
        """The sum that `hand_made` is, in float32 in every precision: (N, C, H, W).

        Its weights are steep where flames begin, and lower precision would show there as a rim. A
        product of matrices, for a half precision export takes convolutions.
        """
        weight, bias = self.hand_made.weight[:, :, 0, 0], self.hand_made.bias
        assert bias is not None
        with contextlib.ExitStack() as exact:
            if not self.exporting:
                exact.enter_context(torch.autocast(fields.device.type, enabled=False))
            summed = torch.matmul(weight, fields.float().flatten(2)) + bias[:, None]
        return summed.reshape(*summed.shape[:2], *fields.shape[2:])

    def set_padding(self, mode: str) -> None:
        """`reflect` to train on crops, `zeros` to export: there fields go on beyond the frame."""
        self.exporting = mode == "zeros"
        self.pad_mode = mode
        for module in self.modules():
            if isinstance(module, StyledConv):
                module.pad_mode = mode
