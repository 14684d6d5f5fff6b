"""Holds the loss on colours alone: whether the painting's palette is there, from dark to light."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

DIRECTIONS = 12
SHARES = 24
CELL_PX = 4
"""Colours are averaged over cells of this side: the palette is looked for, not the grain."""


def directions(device: torch.device) -> Tensor:
    """Even directions on the half sphere of colours, (DIRECTIONS, 3): a Fibonacci lattice."""
    number = torch.arange(DIRECTIONS, device=device, dtype=torch.float32) + 0.5
    height = number / DIRECTIONS
    turn = number * (math.pi * (3.0 - math.sqrt(5.0)))
    radius = (1.0 - height.square()).sqrt()
    return torch.stack([radius * torch.cos(turn), radius * torch.sin(turn), height], dim=1)


def cells(image: Tensor) -> Tensor:
    """The colours of a picture's cells: (N, 3, H, W) -> (N, 3, cells)."""
    return F.avg_pool2d(image.float(), CELL_PX).flatten(2)


def palette(colours: Tensor) -> Tensor:
    """Quantiles of colours along each direction: (N, 3, cells) -> (N, DIRECTIONS, SHARES)."""
    along = torch.einsum("dc,ncp->ndp", directions(colours.device), colours)
    shares = (torch.arange(SHARES, device=colours.device) + 0.5) / SHARES
    return torch.quantile(along, shares, dim=-1).movedim(0, -1)


def palette_loss(painted: Tensor, target: Tensor, style: Tensor) -> Tensor:
    """Sliced Wasserstein distance of the colours (Bonneel et al. 2015): (N,), display units.

    `target` is `StyleTarget.palettes`, (K, DIRECTIONS, SHARES); `style` (N,) each image's style.
    A Gram matrix is content with the mean colour; this asks for the darks and the accents too.
    """
    return (palette(cells(painted)) - target[style]).abs().flatten(1).mean(1)
