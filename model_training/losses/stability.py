"""Holds the losses between a painting and the painting of the moved picture; (N,)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from model_training.losses.pixels import high_pass


def stability_loss(warped: Tensor, painted: Tensor, visible: Tensor) -> Tensor:
    """Mean absolute difference where both see the same scene (Wang et al. 2020, eq. 9).

    warped  (N, 3, H, W) the first painting moved by the known motion
    painted (N, 3, H, W) the painting of the moved picture
    visible (N, 1, H, W) 1 where both are defined
    """
    difference = (warped - painted).abs() * visible
    return difference.flatten(1).sum(1) / (3.0 * visible.flatten(1).sum(1).clamp_min(1.0))


def boil_loss(warped: Tensor, painted: Tensor, visible: Tensor) -> Tensor:
    """Stability over the texture it rides on: (N,), near 0 when strokes move with the picture.

    The same ratio as the *boil* that is measured on the finished style: a flat picture wins nothing
    by being flat. The texture enters as a constant: else the cheapest way down were to boil more.
    """
    difference = (warped - painted).square() * visible
    error = difference.flatten(1).sum(1) / (3.0 * visible.flatten(1).sum(1).clamp_min(1.0))
    texture = high_pass(painted).flatten(1).var(1).detach()
    return (error + 1e-6).sqrt() / (2.0 * texture + 1e-4).sqrt()


def grain_loss(grainy: Tensor, clean: Tensor, painted: Tensor, painted_clean: Tensor) -> Tensor:
    """How much larger grain comes out than it went in, deviation over deviation: (N,).

    The same ratio as the *grain gain* that is measured on the finished style, on one frame. All
    are (N, 3, H, W): a picture with grain, the same without, and what was painted of each.
    """
    came_out = (painted - painted_clean).square().flatten(1).mean(1)
    went_in = (grainy - clean).square().flatten(1).mean(1)
    return (came_out + 1e-8).sqrt() / (went_in + 1e-8).sqrt()


def feature_stability_loss(
    warped: Mapping[str, Tensor], painted: Mapping[str, Tensor], visible: Tensor
) -> Tensor:
    """Relative squared feature distance where both see the same scene, (N,), over the layers.

    The feature-map form of the temporal loss (Gao et al. 2018, ReCoNet), on features of the two
    paintings: a stroke that moved a little costs less than one that became another. `visible`
    (N, 1, H, W) shrinks to each layer's size; a place counts as far as it is seen.
    """
    total = torch.zeros(visible.shape[0], device=visible.device)
    for layer, feature in painted.items():
        ours, theirs = warped[layer].float(), feature.float()
        seen = F.adaptive_avg_pool2d(visible.float(), (theirs.shape[2], theirs.shape[3]))
        difference = ((ours - theirs).square() * seen).flatten(1).sum(1)
        total = total + difference / (theirs.square() * seen).flatten(1).sum(1).clamp_min(1e-6)
    return total / len(painted)
