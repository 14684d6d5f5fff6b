"""Holds the picture that training leaves beside its curves: photos painted in every style."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model_training.data.photos import as_tensor
from model_training.networks.generator import STRIDE, Generator

BORDER_PX = 32
"""Reflected pixels put round a frame before the network, cropped after it."""


@torch.no_grad()
def paint(generator: Generator, image: Tensor, style: Tensor, strength: float) -> Tensor:
    """Paints (1, 3, H, W) of any size as the product does: padded once, cropped after."""
    height, width = image.shape[2:]
    right = BORDER_PX + -width % STRIDE
    bottom = BORDER_PX + -height % STRIDE
    padded = F.pad(image, (BORDER_PX, right, BORDER_PX, bottom), mode="reflect")
    generator.set_padding("zeros")
    painted: Tensor = generator(padded, style, image.new_full((1, 1), strength))
    generator.set_padding("reflect")
    return painted[..., BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]


def make_sheet(generator: Generator, photos: Sequence[np.ndarray], rows: int = 4) -> np.ndarray:
    """Rows of photos; columns: the photo, each style at half strength and at full strength.

    (H, W, 3) uint8 RGB.
    """
    chosen = [photos[i * (len(photos) - 1) // max(1, rows - 1)] for i in range(rows)]
    device = next(generator.parameters()).device
    lines = []
    for photo in chosen:
        small = cv2.resize(photo, (480, 320), interpolation=cv2.INTER_AREA)
        image = as_tensor(small).to(device)
        pictures = [image]
        for index in range(generator.styles):
            style = F.one_hot(torch.tensor([index], device=device), generator.styles).float()
            pictures += [paint(generator, image, style, s) for s in (0.5, 1.0)]
        lines.append(torch.cat(pictures, dim=3))
    sheet = torch.cat(lines, dim=2)[0].permute(1, 2, 0).cpu().numpy()
    return (sheet * 255.0 + 0.5).astype(np.uint8)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """(H, W, 3) uint8 RGB as PNG, whole or not at all."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    assert ok
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data.tobytes())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
