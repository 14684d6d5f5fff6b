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


def test_a_conditional_judge_sees_what_was_painted() -> None:
    """D(x, G(x)): the same painting gets another score beside another plate."""
    torch.manual_seed(0)
    judge = PatchDiscriminator(1, condition_channels=3)
    image, plates = torch.rand(1, 3, 32, 32), torch.rand(2, 3, 32, 32)
    first, second = (judge(image, torch.ones(1, 1), plate[None]) for plate in plates)
    assert not torch.allclose(first, second)


def test_spectral_norm_bounds_the_filters_and_can_be_left_out() -> None:
    """With it a filter's largest singular value nears 1 however large its numbers are."""
    torch.manual_seed(0)
    for spectral, bounded in ((True, True), (False, False)):
        judge = PatchDiscriminator(1, spectral=spectral)
        with torch.no_grad():
            for value in judge.parameters():
                value.mul_(50.0)
        for _ in range(20):
            judge(torch.rand(1, 3, 32, 32), torch.ones(1, 1))
        largest = float(torch.linalg.matrix_norm(judge.third.weight.flatten(1), 2))
        assert (largest < 1.2) is bounded
