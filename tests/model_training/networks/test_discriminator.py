"""The discriminator's promises: small windows, one judge for each style, bounded steepness."""

from __future__ import annotations

import torch

from model_training.networks.discriminator import PatchDiscriminator


def test_it_judges_small_windows() -> None:
    """A score feels 19 px or so and nothing beyond 24: brushwork, never composition."""
    torch.manual_seed(0)
    judge = PatchDiscriminator(1)
    image = torch.rand(1, 3, 64, 64, requires_grad=True)
    score = judge(image, torch.ones(1, 1))[0, 0, 8, 8]
    (gradient,) = torch.autograd.grad(score, image)
    rows = gradient[0].abs().sum((0, 2)).nonzero().flatten()
    assert 12 <= int(rows.max() - rows.min()) + 1 <= 24


def test_each_style_has_a_judge_of_its_own() -> None:
    """The same picture gets another score map when another style is asked for."""
    torch.manual_seed(0)
    judge = PatchDiscriminator(2)
    image = torch.rand(1, 3, 32, 32)
    first, second = (judge(image, torch.eye(2)[[i]]) for i in (0, 1))
    assert first.shape == (1, 1, 8, 8)
    assert not torch.allclose(first, second)
