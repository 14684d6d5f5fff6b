"""The adversarial forms' promises: their papers' values, and who is pushed where."""

from __future__ import annotations

import math

import pytest
import torch

from model_training.losses import adversarial

SURE = torch.full((2, 1, 2, 2), 2.0)


@pytest.mark.parametrize("name", adversarial.FORMS)
def test_each_form_has_one_value_an_image_and_the_right_directions(name: str) -> None:
    """The discriminator gains by telling apart, the generator by a higher score."""
    form = adversarial.FORMS[name]
    right, wrong = form.discriminator(SURE, -SURE), form.discriminator(-SURE, SURE)
    assert right.shape == wrong.shape == (2,)
    assert bool((right < wrong).all())
    scores = torch.zeros(2, 1, 2, 2, requires_grad=True)
    loss = form.generator(scores)
    assert loss.shape == (2,)
    (gradient,) = torch.autograd.grad(loss.sum(), scores)
    assert bool((gradient < 0.0).all())


def test_hinge_losses_are_satisfied_beyond_the_margin() -> None:
    """A discriminator that is right by more than 1 has nothing left to learn."""
    hinge = adversarial.FORMS["hinge"]
    assert float(hinge.discriminator(SURE, -SURE)[0]) == 0.0
    assert float(hinge.discriminator(-SURE, SURE)[0]) == pytest.approx(6.0)
    assert float(hinge.generator(SURE)[0]) == -2.0


def test_log_losses_are_those_of_the_paper() -> None:
    """With D = 1/2 everywhere the value is log 4; each form's own formula holds for D = 0.8."""
    score = torch.full((1, 1, 1, 1), math.log(0.8 / 0.2))
    for name in ("minimax", "non_saturating"):
        form = adversarial.FORMS[name]
        assert float(form.discriminator(score * 0.0, score * 0.0)) == pytest.approx(math.log(4.0))
        assert float(form.discriminator(score, score)) == pytest.approx(
            -math.log(0.8) - math.log(0.2)
        )
    assert float(adversarial.FORMS["minimax"].generator(score)) == pytest.approx(math.log(0.2))
    assert float(adversarial.FORMS["non_saturating"].generator(score)) == pytest.approx(
        -math.log(0.8)
    )


def test_minimax_fades_where_the_discriminator_is_sure_and_its_twin_does_not() -> None:
    """At a score of -6 the saturating form hardly moves the generator, the other one fully."""
    gradients = {}
    for name in ("minimax", "non_saturating"):
        score = torch.full((1, 1, 1, 1), -6.0, requires_grad=True)
        loss = adversarial.FORMS[name].generator(score).sum()
        gradients[name] = -float(torch.autograd.grad(loss, score)[0])
    assert gradients["minimax"] < 0.01
    assert gradients["non_saturating"] > 0.99


def test_least_squares_want_one_for_real_and_nought_for_painted() -> None:
    """Half the squared distance to the label."""
    form = adversarial.FORMS["lsgan"]
    one, nought = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    assert float(form.discriminator(one, nought)) == 0.0
    assert float(form.discriminator(nought, one)) == pytest.approx(1.0)
    assert float(form.generator(nought)) == pytest.approx(0.5)


def test_r1_is_half_the_squared_gradient() -> None:
    """For D(x) = 3 * sum(x) the gradient is 3 everywhere."""
    real = torch.rand(1, 3, 2, 2, requires_grad=True)
    scores = (3.0 * real.sum())[None]
    assert float(adversarial.r1_penalty(scores, real)) == pytest.approx(0.5 * 9.0 * 12)


def test_r1_does_not_grow_with_the_crop() -> None:
    """Four times the patches, each judged alike, are penalised like one."""
    small = torch.rand(1, 3, 8, 8, requires_grad=True)
    large = torch.rand(1, 3, 16, 16, requires_grad=True)
    one, four = (
        float(adversarial.r1_penalty(torch.nn.functional.avg_pool2d(p, 4), p))
        for p in (small, large)
    )
    assert four == pytest.approx(one)
