"""Holds the TorchScript form of a generator, for Nuke's own CatFileCreator and Inference nodes.

They run a module with one picture in and one out, and set its attributes from knobs of the same
names (Foundry's ".cat File Creation" guide), so the style and the strength are attributes here. The
product itself never loads this file: its models are data, and TorchScript is code.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_training.networks.generator import STRIDE, Generator


class CatModel(nn.Module):
    """A generator as the Inference node runs it.

    image   (1, 3, H, W) display-encoded RGB, any size and any numbers: held to [0, 1] here
    returns (1, 3, H, W) in [0, 1], of the picture's type; at strength 0 the picture as it came

    Attributes, and so knobs: `style`, the style's place in the model from 0; `strength` in [0, 1].
    Where the node halves the precision, weights are stored so and sums are still in float32.
    """

    def __init__(self, generator: Generator, border_px: int) -> None:
        """`border_px` is how much of the frame's edge is mirrored outwards, as a render does."""
        super().__init__()
        self.style = 0
        self.strength = 1.0
        self.styles = generator.styles
        self.stride = STRIDE
        self.border_px = border_px
        example = (
            torch.rand(1, 3, 16 * STRIDE, 20 * STRIDE),
            F.one_hot(torch.tensor([0]), generator.styles).float(),
            torch.full((1, 1), 0.7),
        )
        self.generator = torch.jit.trace(generator, example, check_trace=False)  # type: ignore[no-untyped-call]

    def forward(self, image: Tensor) -> Tensor:
        """Paint; see the class for shapes and ranges."""
        if self.strength <= 0.0:
            return image
        height, width = image.shape[2], image.shape[3]
        border = self.border_px
        bottom = border + (self.stride - (height + 2 * border) % self.stride) % self.stride
        right = border + (self.stride - (width + 2 * border) % self.stride) % self.stride
        # A reflection needs more picture than it adds.
        mode = "reflect" if min(height, width) > max(bottom, right) else "replicate"
        seen = image.float().clamp(0.0, 1.0)
        seen = F.pad(seen, [border, right, border, bottom], mode=mode)
        style = torch.zeros([1, self.styles], dtype=image.dtype, device=image.device)
        style[0, max(0, min(self.style, self.styles - 1))] = 1.0
        amount = min(self.strength, 1.0)
        strength = torch.full([1, 1], amount, dtype=image.dtype, device=image.device)
        painted = self.generator(seen, style, strength)
        inside: Tensor = painted[:, :, border : border + height, border : border + width]
        return inside.to(image.dtype)


def write_torchscript(generator: Generator, border_px: int, path: Path) -> None:
    """Writes the module; `generator` is in evaluation mode and pads with zeros."""
    with torch.no_grad():
        torch.jit.save(torch.jit.script(CatModel(generator, border_px)), str(path))
