"""Holds the way from a public VGG16 to the features file that training reads.

torchvision's weights, which timm publishes as safetensors, take RGB normalised by mean and
deviation; ours take BGR from 0 to 255 less a mean. Both are one linear map of the picture, so the
first convolution takes up the difference and all later ones stay as they are.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from model_training.networks.features import CONVOLUTIONS, MEAN_BGR, FeaturesUnreadable

PUBLIC_LAYERS = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21)
"""Numbers of the convolutions in torchvision's `features`."""

PUBLIC_MEAN = (0.485, 0.456, 0.406)
PUBLIC_DEVIATION = (0.229, 0.224, 0.225)
"""Of RGB in [0, 1]: what torchvision's weights expect to be taken off."""


def import_features(source: Path, target: Path) -> None:
    """Writes the features file `target`, in half precision, from a public VGG16's safetensors."""
    try:
        public = load_file(str(source))
    except (OSError, SafetensorError) as error:
        raise FeaturesUnreadable(
            f"VGG16 '{source}' cannot be read as safetensors: {error}. docs/training.md says "
            "where to get it."
        ) from error
    names = [
        f"conv{stage}_{index}"
        for stage, count in enumerate(CONVOLUTIONS, start=1)
        for index in range(1, count + 1)
    ]
    tensors: dict[str, Tensor] = {}
    for name, number in zip(names, PUBLIC_LAYERS, strict=True):
        for part in ("weight", "bias"):
            key = f"features.{number}.{part}"
            if key not in public:
                raise FeaturesUnreadable(
                    f"'{source}' holds no '{key}', so it is no VGG16 as torchvision and timm name "
                    "its layers. docs/training.md says where to get one."
                )
            tensors[f"{name}.{part}"] = public[key].float()
    first, bias = tensors["conv1_1.weight"], tensors["conv1_1.bias"]
    mean = torch.tensor(MEAN_BGR[::-1])  # of RGB, as the public weights have it
    public_mean, spread = 255 * torch.tensor(PUBLIC_MEAN), 255 * torch.tensor(PUBLIC_DEVIATION)
    tensors["conv1_1.bias"] = bias + first.sum((2, 3)) @ ((mean - public_mean) / spread)
    tensors["conv1_1.weight"] = (first / spread[None, :, None, None]).flip(1)
    building = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        save_file({key: value.half().contiguous() for key, value in tensors.items()}, str(building))
        os.replace(building, target)
    finally:
        building.unlink(missing_ok=True)
