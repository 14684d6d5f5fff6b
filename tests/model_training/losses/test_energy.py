"""The promises of the energy score: the right distribution costs least, and its mean costs more."""

from __future__ import annotations

import torch

from model_training.losses.energy import change_loss, energy_score, variety


def score(spread: float, mean: float = 0.0, diversity: float = 1.0) -> float:
    """What a generator of independent values costs where the solver's have deviation 1."""
    random = torch.Generator().manual_seed(3)
    solved, one, two = (torch.randn(64, 1, 16, 16, generator=random) for _ in range(3))
    made, twin = mean + spread * one, mean + spread * two
    return float(energy_score(made, twin, solved, [0.7], diversity).mean())


def test_the_solvers_own_distribution_costs_least() -> None:
    """Too calm, too wild and off the mean all cost more than the right spread."""
    right = score(1.0)
    assert right < score(0.5) - 0.01
    assert right < score(0.0) - 0.05
    assert right < score(1.6) - 0.01
    assert right < score(1.0, mean=0.3) - 0.02


def test_without_diversity_the_mean_wins() -> None:
    """Plain L1 prefers a generator that ignores its noise: the mistake that the score avoids."""
    assert score(0.0, diversity=0.0) < score(1.0, diversity=0.0)


def test_what_pops_costs_and_what_is_calm_does_not() -> None:
    """Only change above the solver's counts."""
    solved = torch.rand(2, 3, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    assert float(change_loss(0.5 * solved, solved).max()) == 0.0
    assert float(change_loss(2.0 * solved, solved).min()) > 0.3


def test_variety_is_nothing_where_noise_is_ignored() -> None:
    """Equal seeds have none."""
    made, other = torch.rand(2, 2, 1, 8, 8).unbind(0)
    assert float(variety(made, made, other)) == 0.0
    assert float(variety(made, other, other)) > 0.1
