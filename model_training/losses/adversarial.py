"""Holds what generator and discriminator play for.

Every form has one signature, takes scores before any squashing and returns one value an image:

    discriminator(real, painted) -> (N,)   what the discriminator lowers
    generator(painted) -> (N,)             what the generator lowers

D is the logistic function of a score; a mean is taken over an image's patches. Whether a
discriminator judges a painting alone, D(G(x)), or the pair of plate and painting, D(x, G(x)), is a
matter of what the network is shown (`PatchDiscriminator`), not of these formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class AdversarialForm:
    """One pair of losses; see the module for shapes."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def _mean(values: Tensor) -> Tensor:
    return values.flatten(1).mean(1)


def discriminator_log_loss(real: Tensor, painted: Tensor) -> Tensor:
    """-E[log D(real)] - E[log(1 - D(painted))] (Goodfellow et al. 2014, eq. 1)."""
    return _mean(F.softplus(-real)) + _mean(F.softplus(painted))


def generator_minimax_loss(painted: Tensor) -> Tensor:
    """E[log(1 - D(painted))] (Goodfellow et al. 2014, eq. 1): fades where D is sure."""
    return -_mean(F.softplus(painted))


def generator_non_saturating_loss(painted: Tensor) -> Tensor:
    """-E[log D(painted)] (Goodfellow et al. 2014, section 3): strongest where D is sure."""
    return _mean(F.softplus(-painted))


def discriminator_least_squares_loss(real: Tensor, painted: Tensor) -> Tensor:
    """E[(score(real) - 1)^2] / 2 + E[score(painted)^2] / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * (_mean((real - 1.0).square()) + _mean(painted.square()))


def generator_least_squares_loss(painted: Tensor) -> Tensor:
    """E[(score(painted) - 1)^2] / 2 (Mao et al. 2017, eq. 9)."""
    return 0.5 * _mean((painted - 1.0).square())


def discriminator_hinge_loss(real: Tensor, painted: Tensor) -> Tensor:
    """E[max(0, 1 - score(real))] + E[max(0, 1 + score(painted))] (Lim & Ye 2017)."""
    return _mean(F.relu(1.0 - real)) + _mean(F.relu(1.0 + painted))


def generator_hinge_loss(painted: Tensor) -> Tensor:
    """-E[score(painted)] (Lim & Ye 2017)."""
    return -_mean(painted)


FORMS = {
    "minimax": AdversarialForm(discriminator_log_loss, generator_minimax_loss),
    "non_saturating": AdversarialForm(discriminator_log_loss, generator_non_saturating_loss),
    "lsgan": AdversarialForm(discriminator_least_squares_loss, generator_least_squares_loss),
    "hinge": AdversarialForm(discriminator_hinge_loss, generator_hinge_loss),
}
"""Every form by the name that a configuration gives it."""


def r1_penalty(scores: Tensor, real: Tensor) -> Tensor:
    """E[|grad D(real)|^2] / 2 (Mescheder et al. 2018, eq. 9) for one of the patches judged.

    `real` must require gradients. Without the division by the patches the penalty grows with the
    crop and silences the discriminator.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    patches = scores.numel() / real.shape[0]
    return 0.5 * gradient.square().flatten(1).sum(1) / patches
