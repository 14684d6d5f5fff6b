"""Holds what generator and discriminator play for; one value an image, (N,)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def generator_hinge_loss(scores: Tensor) -> Tensor:
    """-E[D(G(x))] (Lim & Ye 2017)."""
    return -scores.flatten(1).mean(1)


def discriminator_hinge_loss(real: Tensor, painted: Tensor) -> Tensor:
    """E[max(0, 1 - D(real))] + E[max(0, 1 + D(painted))] (Lim & Ye 2017)."""
    return F.relu(1.0 - real).flatten(1).mean(1) + F.relu(1.0 + painted).flatten(1).mean(1)


def r1_penalty(scores: Tensor, real: Tensor) -> Tensor:
    """E[|grad D(real)|^2] / 2 (Mescheder et al. 2018, eq. 9) for one of the patches judged.

    `real` must require gradients. Without the division by the patches the penalty grows with the
    crop and silences the discriminator.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    patches = scores.numel() / real.shape[0]
    return 0.5 * gradient.square().flatten(1).sum(1) / patches
