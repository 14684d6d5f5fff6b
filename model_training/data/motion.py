"""Holds the known motions that teach stability: shifts, turns and smooth warps of stills.

Both views come from one still, so the motion between them is exact and no optical flow is needed
(ReReVST, Wang et al. 2020).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

MAXIMUM_SHIFT_PX = 10.0
SMOOTH_WARP_PX = 2.5
WARP_CELL_PX = 64


def random_displacement(count: int, height: int, width: int, random: torch.Generator) -> Tensor:
    """(N, 2, H, W) displacements in pixels, x first.

    Half of the images get a whole-pixel shift, which compares exactly and meets every phase of the
    network's stride; the others a sub-pixel shift with rotation, zoom and a smooth warp.
    """
    shift = (torch.rand(count, 2, generator=random) * 2 - 1) * MAXIMUM_SHIFT_PX
    whole = torch.rand(count, generator=random) < 0.5
    shift = torch.where(whole[:, None], shift.round(), shift)
    field = shift[:, :, None, None].expand(-1, -1, height, width).clone()
    cells = (max(2, height // WARP_CELL_PX + 1), max(2, width // WARP_CELL_PX + 1))
    smooth = torch.randn(count, 2, *cells, generator=random) * SMOOTH_WARP_PX
    smooth = F.interpolate(smooth, size=(height, width), mode="bicubic", align_corners=True)
    angle = (torch.rand(count, generator=random) * 2 - 1) * 0.03
    zoom = (torch.rand(count, generator=random) * 2 - 1) * 0.03
    y, x = torch.meshgrid(
        torch.arange(height) - (height - 1) / 2,
        torch.arange(width) - (width - 1) / 2,
        indexing="ij",
    )
    turn = torch.stack(
        [
            zoom[:, None, None] * x - angle[:, None, None] * y,
            angle[:, None, None] * x + zoom[:, None, None] * y,
        ],
        dim=1,
    )
    return field + torch.where(whole[:, None, None, None], torch.zeros(()), smooth + turn)


def random_cut_outs(count: int, height: int, width: int, random: torch.Generator) -> Tensor:
    """(N, 1, H, W) smooth blobs of 1 on 0 that cover about a third of the picture."""
    cells = (max(3, height // WARP_CELL_PX + 2), max(3, width // WARP_CELL_PX + 2))
    noise = torch.randn(count, 1, *cells, generator=random)
    noise = F.interpolate(noise, size=(height, width), mode="bicubic", align_corners=True)
    return (noise > 0.3).float()


def warp(image: Tensor, displacement: Tensor) -> Tensor:
    """Samples (N, C, H, W) at each pixel plus its displacement, bicubic; exact for whole pixels."""
    height, width = image.shape[2:]
    y, x = _pixels(height, width, displacement.device)
    at_x = (x + displacement[:, 0]) * 2 / (width - 1) - 1
    at_y = (y + displacement[:, 1]) * 2 / (height - 1) - 1
    grid = torch.stack([at_x, at_y], dim=3)  # (N, H, W, 2)
    return F.grid_sample(image, grid, mode="bicubic", padding_mode="border", align_corners=True)


def _pixels(height: int, width: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Row and column of every pixel, each (H, W)."""
    rows, columns = torch.arange(height, device=device), torch.arange(width, device=device)
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    return y, x


def visible(displacement: Tensor, margin_px: int) -> Tensor:
    """(N, 1, H, W) 1 where the sampled place lies inside the picture by at least `margin_px`."""
    height, width = displacement.shape[2:]
    y, x = _pixels(height, width, displacement.device)
    at_x, at_y = x + displacement[:, 0], y + displacement[:, 1]
    inside = (at_x >= margin_px) & (at_x <= width - 1 - margin_px)
    inside &= (at_y >= margin_px) & (at_y <= height - 1 - margin_px)
    own = (x >= margin_px) & (x <= width - 1 - margin_px)
    own &= (y >= margin_px) & (y <= height - 1 - margin_px)
    return (inside & own)[:, None].float()
