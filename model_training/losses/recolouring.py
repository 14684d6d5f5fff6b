"""Holds the loss on which colour lies where: each plate colour has its own in the painting.

Photos have a distribution of colours, a painting has another. The map between them that is monotone
in luminance, and in warmth among colours of one luminance (the Knothe-Rosenblatt rearrangement;
Pitié et al. 2007 transfer colours by such quantiles), says what a painter with these paints would
take for a plate's colour. It is one fixed table a style, so a generator without picture statistics
can learn it, and it moves with the plate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from model_training.losses.palette import cells
from model_training.losses.pixels import blur

BANDS = 16
"""Shares of equal size, of luminance and of warmth inside each."""

CELL_PX = 4
WARMTH_SPREAD = 0.06
"""How far apart, in display units to both sides, the shares of a band's warmth are drawn: dark and
grey plates have almost none, and their grain would be asked to choose between two colours."""

SMOOTH_CELLS = 1.5
"""Colours are compared smoothed by this many cells: the strokes between are free."""


@dataclass(frozen=True)
class Recolouring:
    """The plate colours that photos have, and what each becomes in each style.

    luminance (BANDS,) mean of each band of the photos
    warmth    (BANDS, BANDS) red less blue of each share of each band, drawn apart a little
    colours   (K, BANDS, BANDS, 3) the painting's colour at the same shares
    """

    luminance: Tensor
    warmth: Tensor
    colours: Tensor

    def __call__(self, image: Tensor, style: Tensor) -> Tensor:
        """The image in the styles' colours: (N, 3, h, w), style (N,) -> (N, 3, h, w)."""
        colour = image.movedim(1, -1)
        band, between = _place(_luminance(colour), self.luminance)
        table = self.colours[style]
        found = torch.zeros_like(colour)
        for step, share in ((0, 1.0 - between), (1, between)):
            row = band + step
            left, across = _place(_warmth(colour), self.warmth[row])
            pictures = torch.arange(len(image), device=image.device)[:, None, None]
            cool, warm = (table[pictures, row, left + side] for side in (0, 1))
            found = found + share[..., None] * torch.lerp(cool, warm, across[..., None])
        return found.movedim(-1, 1)


@torch.no_grad()
def measure_recolouring(photos: Tensor, paintings: Sequence[Sequence[Tensor]]) -> Recolouring:
    """The table from photos (N, 3, H, W) to each style's paintings, each (1, 3, H, W)."""
    plates = _table(_colours([photos]))
    tables = torch.stack([_table(_colours(style)) for style in paintings])
    smooth = blur(tables.movedim(-1, 1), 1.0).movedim(1, -1)
    apart = torch.linspace(-WARMTH_SPREAD, WARMTH_SPREAD, BANDS, device=photos.device)
    return Recolouring(_luminance(plates).mean(1), _warmth(plates) + apart, smooth)


def recolouring_loss(
    painted: Tensor, image: Tensor, recolouring: Recolouring, style: Tensor
) -> Tensor:
    """Mean absolute difference to the recoloured image, both smoothed: (N,), display units.

    Strokes smaller than the smoothing cost nothing as long as their mean colour is the right one.
    """
    with torch.no_grad():
        wanted = recolouring(F.avg_pool2d(image.float(), CELL_PX), style)
    ours = F.avg_pool2d(painted.float(), CELL_PX)
    return (blur(ours, SMOOTH_CELLS) - blur(wanted, SMOOTH_CELLS)).abs().flatten(1).mean(1)


def _colours(images: Sequence[Tensor]) -> Tensor:
    """The colours of all cells of some images: (places, 3)."""
    return torch.cat([cells(image).movedim(1, -1).flatten(0, 1) for image in images])


def _table(colours: Tensor) -> Tensor:
    """Mean colour of each share of warmth in each band of luminance: (BANDS, BANDS, 3)."""
    rows = []
    for band in _luminance(colours).argsort().tensor_split(BANDS):
        own = colours[band]
        shares = _warmth(own).argsort().tensor_split(BANDS)
        rows.append(torch.stack([own[share].mean(0) for share in shares]))
    return torch.stack(rows)


def _luminance(colour: Tensor) -> Tensor:
    return colour @ colour.new_tensor([0.2126, 0.7152, 0.0722])


def _warmth(colour: Tensor) -> Tensor:
    return colour[..., 0] - colour[..., 2]


def _place(value: Tensor, knots: Tensor) -> tuple[Tensor, Tensor]:
    """The knot below each value, 0 to BANDS - 2, and how far it lies towards the next, 0 to 1.

    `knots` (..., BANDS) rise; beyond the first and the last a value lies at them.
    """
    below = (value[..., None] >= knots[..., 1:-1]).sum(-1)
    knots = knots.expand(*value.shape, BANDS)
    low, high = (knots.gather(-1, (below + side)[..., None])[..., 0] for side in (0, 1))
    return below, ((value - low) / (high - low).clamp_min(1e-4)).clamp(0.0, 1.0)
