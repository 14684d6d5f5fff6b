"""Holds VGG16's features, which the perceptual losses compare (Simonyan & Zisserman 2015).

The convolutions come as safetensors, not as a pickle; they serve the losses and never ship.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

LAYERS = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")
"""Where features are taken; relu3_3 carries content, all four carry style (Johnson et al. 2016)."""

CONVOLUTIONS = (2, 2, 3, 3)
MEAN_BGR = (103.939, 116.779, 123.68)


class FeaturesUnreadable(ValueError):
    """The file of VGG16's convolutions is missing or is another one."""


class VggFeatures(nn.Module):
    """The first four stages of VGG16, each layer divided by its mean activation on photos.

    images (N, 3, H, W) RGB in [0, 1] -> {layer: (N, C, H / 2^stage, W / 2^stage)}
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        tensors = _read(weights)
        stages = []
        for stage, count in enumerate(CONVOLUTIONS, start=1):
            convolutions: list[nn.Conv2d] = []
            for index in range(1, count + 1):
                weight = tensors[f"conv{stage}_{index}.weight"].float()
                convolution = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
                convolution.weight.data.copy_(weight)
                assert convolution.bias is not None
                convolution.bias.data.copy_(tensors[f"conv{stage}_{index}.bias"].float())
                convolutions.append(convolution)
            stages.append(convolutions)
        self.stages = stages
        self.convolutions = nn.ModuleList(c for stage in stages for c in stage)
        self.mean = nn.Buffer(torch.tensor(MEAN_BGR)[None, :, None, None])
        self.scale = nn.Buffer(torch.ones(len(LAYERS)))
        self.requires_grad_(False)

    def forward(self, images: Tensor, stages: int = 4) -> dict[str, Tensor]:
        """The features of the first `stages` stages."""
        x = (images.flip(1) * 255.0 - self.mean).to(self.stages[0][0].weight.dtype)
        x = x.to(memory_format=torch.channels_last)
        features: dict[str, Tensor] = {}
        for index in range(stages):
            if index:
                x = F.max_pool2d(x, 2)
            for convolution in self.stages[index]:
                x = F.relu(convolution(x))
            features[LAYERS[index]] = x / self.scale[index].to(x.dtype)
        return features

    @torch.no_grad()
    def calibrate(self, photos: Tensor) -> None:
        """Sets each layer's scale to its mean activation on `photos` (N, 3, H, W)."""
        self.scale.fill_(1.0)
        for index, feature in enumerate(self(photos).values()):
            self.scale[index] = feature.float().mean()


def _read(weights: Path) -> dict[str, Tensor]:
    try:
        tensors = load_file(str(weights))
    except (OSError, SafetensorError) as error:
        raise FeaturesUnreadable(
            f"VGG16's convolutions '{weights}' cannot be read: {error}. data.features must name a "
            "safetensors file, relative to the data folder."
        ) from error
    wanted = (
        f"conv{stage}_{index}.{part}"
        for stage, count in enumerate(CONVOLUTIONS, start=1)
        for index in range(1, count + 1)
        for part in ("weight", "bias")
    )
    missing = [name for name in wanted if name not in tensors]
    if missing:
        raise FeaturesUnreadable(
            f"VGG16's convolutions '{weights}' lack {', '.join(missing[:3])}. docs/training.md "
            "lists the tensors that are needed."
        )
    return tensors
