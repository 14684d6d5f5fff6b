"""The training batch's promises: motion is known to the pixel, gain and grain are what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model_training.data import batch, motion
from model_training.data.batch import TrainingBatch, make_batch
from model_training.data.photos import PhotoCrops

SEEDS = range(6)


@pytest.fixture(scope="module")
def photos(training_data: Path) -> PhotoCrops:
    """Smooth random photos in crops of 64 px."""
    return PhotoCrops([training_data / "photos"], 128, 64)


def made(photos: PhotoCrops, seed: int, share: int = 0, shares: int = 1) -> TrainingBatch:
    """Three photos of two styles."""
    random = torch.Generator().manual_seed(seed)
    return make_batch(photos, 3, 2, [0, 1], seed, 0, random, share, shares)


@pytest.fixture
def still_light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches without grain and without a step of gain, so that motion is all that differs."""
    monkeypatch.setattr(batch, "LARGEST_GRAIN", 0.0)
    monkeypatch.setattr(batch, "LARGEST_EXPOSURE_STEP", 0.0)


def off(seen: TrainingBatch) -> torch.Tensor:
    """How far each pixel of the moved pictures lies from where it is said to come from."""
    warped = motion.warp(seen.image, seen.displacement).clamp(0.0, 1.0)
    return (warped - seen.moved).abs().amax(1, keepdim=True)  # (N, 1, H, W)


@pytest.mark.usefixtures("still_light")
def test_what_is_visible_came_from_where_it_is_said(photos: PhotoCrops) -> None:
    """Inside the cut-out, outside and in plain photos alike; what is not visible would be wrong."""
    worst_hidden = 0.0
    for seed in SEEDS:
        seen = made(photos, seed)
        apart, visible = off(seen), seen.visible > 0
        wrong = apart[visible] > 1e-3
        assert float(wrong.float().mean()) < 1e-3  # where the weights of an edge's two sides cancel
        assert float(apart[visible].max()) < 0.03
        inside = motion.visible(motion.random_displacement(1, 64, 64, torch.Generator()) * 0, 14)
        hidden = ~visible[:1] & (inside > 0)
        worst_hidden = max(worst_hidden, float(apart[:1][hidden].max()) if hidden.any() else 0.0)
    assert worst_hidden > 0.05  # ground that appears at the cut-out's edge


@pytest.mark.usefixtures("still_light")
def test_a_cut_out_moves_on_its_own(photos: PhotoCrops) -> None:
    """The first photo shows two motions, and a strip between them that nobody may compare."""
    found = 0
    for seed in SEEDS:
        seen = made(photos, seed)
        steps = seen.displacement.diff(dim=3).abs().amax((1, 2, 3))
        assert bool((steps[1:] < 1.0).all())  # one smooth motion each
        found += int(steps[0] > 1.0)
        plain = motion.visible(seen.displacement, 4)
        assert torch.equal(seen.visible[1:], plain[1:])
        assert bool((seen.visible[:1] <= plain[:1]).all())
    assert found >= len(SEEDS) - 1  # by chance both layers may move alike


@pytest.mark.usefixtures("still_light")
def test_only_the_first_share_carries_the_cut_out(photos: PhotoCrops) -> None:
    """The other processes' photos have one motion each."""
    for seed in SEEDS:
        seen = made(photos, seed, share=1, shares=2)
        assert torch.equal(seen.visible, motion.visible(seen.displacement, 4))
        assert bool((seen.displacement.diff(dim=3).abs() < 1.0).all())


def test_gain_steps_a_little_for_each_photo(
    photos: PhotoCrops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moved photo is its source times one number, another for each, within 2 % of 1."""
    monkeypatch.setattr(batch, "LARGEST_GRAIN", 0.0)
    gains = []
    for seed in SEEDS:
        seen = made(photos, seed)
        warped = motion.warp(seen.image, seen.displacement)
        usable = (seen.visible > 0) & (warped > 0.2) & (warped < 0.9)
        for gained, source, use in zip(seen.moved, warped, usable, strict=True):
            ratios = gained[use] / source[use]
            assert float(ratios.quantile(0.99) - ratios.quantile(0.01)) < 0.005
            gains.append(float(ratios.median()))
    assert all(abs(gain - 1.0) <= 0.0201 for gain in gains)
    assert len({round(gain, 4) for gain in gains}) > len(gains) // 2
    assert min(gains) < 0.99
    assert max(gains) > 1.01


def test_grain_is_new_in_the_moved_picture_alone(
    photos: PhotoCrops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its deviation is a photo's own, at most 0.035; the picture that it came from has none."""
    monkeypatch.setattr(batch, "LARGEST_EXPOSURE_STEP", 0.0)
    sigmas = []
    for seed in SEEDS:
        grainy = made(photos, seed)
        with monkeypatch.context() as patch:
            patch.setattr(batch, "LARGEST_GRAIN", 0.0)
            clean = made(photos, seed)
        assert torch.equal(grainy.image, clean.image)
        free = (clean.moved > 0.15) & (clean.moved < 0.85)  # where nothing is clipped
        grain = grainy.moved - clean.moved
        sigmas += [float(g[f].std()) for g, f in zip(grain, free, strict=True)]
    assert max(sigmas) < 1.1 * 0.035
    assert max(sigmas) > 0.02
    assert min(sigmas) < 0.012
