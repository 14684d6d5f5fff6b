"""Holds the losses between what was made and what was solved under the same matte and controls.

A solved frame is one throw of the dice: only its distribution is determined. So what is compared
is blurred, and what two seeds differ by is taken off, (N,) each.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from model_training.losses.pixels import blur


def energy_score(
    made: Tensor, other: Tensor, solved: Tensor, bands_px: Sequence[float], diversity: float = 1.0
) -> Tensor:
    """E|X - y| - diversity E|X - X'| / 2 of the blurred channels, over the bands: (N,).

    With a diversity of 1 this is the energy score (Gneiting & Raftery 2007, eq. 20), least where
    X is distributed as y is: a generator that paints the mean of all fires, as plain L1 asks it to,
    pays for it. made, other (N, C, H, W) are two seeds', solved the solver's.
    """
    total = torch.zeros(len(made), device=made.device)
    for sigma_px in bands_px:
        x, twin, y = (blur(picture, sigma_px) for picture in (made, other, solved))
        apart = 0.5 * ((x - y).abs() + (twin - y).abs()) - 0.5 * diversity * (x - twin).abs()
        total = total + apart.flatten(1).mean(1)
    return total / len(bands_px)


def change_loss(made: Tensor, solved: Tensor) -> Tensor:
    """How much faster made frames change than solved ones do, relative: (N,); 0 where no faster.

    made, solved (N, T, C, H, W), T consecutive frames. What pops changes faster than what flows.
    """
    ours, theirs = (frames.diff(dim=1).abs().flatten(1).mean(1) for frames in (made, solved))
    busy = theirs.mean()  # of the batch: a window where nothing burns asks for nothing of its own
    return (ours - theirs).clamp_min(0.0) / (busy + 1e-3)


def variety(made: Tensor, other: Tensor, solved: Tensor) -> Tensor:
    """How far two seeds lie apart beside how much there is: (), for a curve.

    Mean difference of the two over the mean of what was solved; 0 where noise is ignored.
    """
    return (made - other).abs().mean() / (solved.abs().mean() + 1e-3)
