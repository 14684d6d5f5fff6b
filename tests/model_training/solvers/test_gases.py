"""Fire and smoke: they rise from their matte, end, lean with the wind, and obey their controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model_training.solvers.domain import Domain, Field
from model_training.solvers.fire import Fire, FireSettings
from model_training.solvers.gas import LEAST_SUBSTEPS, MOST_STEP_PX, MOST_SUBSTEPS, Gas
from model_training.solvers.smoke import Smoke, SmokeSettings

WIDTH, HEIGHT, FRAMES = 64, 80, 24
Gases = Fire | Smoke


def source() -> Field:
    """(H, W) a bar low in the frame."""
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[62:68, 22:42] = 1
    return matte


def solved(
    effect: str, matte: Field, frames: int = FRAMES, seed: int = 0, **turned: float
) -> Gases:
    """A gas after some frames, at neutral controls but for those that are turned."""
    controls = {"cooling": 1.0, "turbulence": 1.0, "wind": 0.0, **turned}
    domain, random = Domain(WIDTH, HEIGHT, 16, 16, 12), np.random.default_rng(seed)
    torch.set_flush_denormal(True)
    gas: Gases
    if effect == "fire":
        gas = Fire(domain, FireSettings.of(**controls), random)
    else:
        gas = Smoke(domain, SmokeSettings.of(**controls), random)
    for frame in range(frames):
        gas.advance(float(frame), matte)
    return gas


def middle(field: Field) -> tuple[float, float]:
    """Place x, y of a field's weight."""
    rows, columns = np.mgrid[: field.shape[0], : field.shape[1]]
    return float((columns * field).sum() / field.sum()), float((rows * field).sum() / field.sum())


@pytest.mark.parametrize("effect", ["fire", "smoke"])
def test_gas_rises_from_its_matte(effect: str) -> None:
    """Heat or density stands above the matte, hardly any below, all in range and moving up."""
    gas = solved(effect, source())
    channels, velocity = gas.channels(), gas.velocity()
    shown = channels[0]
    assert shown.max() > 0.3
    assert channels.min() >= 0
    assert channels.max() <= 1.5
    assert shown[:60].sum() > 0.4 * shown.sum()
    assert shown[74:].sum() < 0.05 * shown.sum()
    assert float((velocity[1] * shown).sum() / shown.sum()) < -0.5
    assert velocity.shape == (2, HEIGHT, WIDTH)
    assert np.isfinite(velocity).all()


@pytest.mark.parametrize("effect", ["fire", "smoke"])
def test_nothing_comes_of_an_empty_matte(effect: str) -> None:
    """Without a matte there is no heat, no soot and no density, exactly."""
    assert not solved(effect, np.zeros((HEIGHT, WIDTH), np.float32), frames=4).channels().any()


@pytest.mark.parametrize("effect", ["fire", "smoke"])
def test_wind_leans_it(effect: str) -> None:
    """Wind to the right carries the gas to the right, and to the left to the left."""
    right, left = (solved(effect, source(), wind=wind).channels()[0] for wind in (2.0, -2.0))
    assert middle(right)[0] > middle(left)[0] + 6


@pytest.mark.parametrize("effect", ["fire", "smoke"])
def test_cooling_shortens_it(effect: str) -> None:
    """More cooling leaves less, and what there is stands lower."""
    cool, warm = (solved(effect, source(), cooling=cooling).channels()[0] for cooling in (2.0, 0.5))
    assert cool.sum() < 0.8 * warm.sum()
    assert middle(cool)[1] > middle(warm)[1]


def test_seed_is_another_fire() -> None:
    """The same seed gives the same fire bit for bit, another seed another one."""
    first, again, other = (solved("fire", source(), 12, seed).channels()[0] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 0.1 * first.mean()


def test_quick_gas_is_cut_finer() -> None:
    """No substep carries gas further than a few pixels, but for what is quicker than any gas."""
    fire = solved("fire", source(), 2)
    fire._gas.velocity[:] = 0
    assert fire._gas.substeps() == LEAST_SUBSTEPS
    fire._gas.velocity[5, 5] = 3 * MOST_STEP_PX, 0
    assert fire._gas.substeps() == 3
    fire._gas.velocity[5, 5] = 1000, 0
    assert fire._gas.substeps() == MOST_SUBSTEPS


def test_moving_source_leaves_no_prints() -> None:
    """Between two frames the source goes over from one matte to the next, and ends as it is."""
    gas = Gas(
        Domain(8, 8, 4, 4, 4), SmokeSettings.of(1.0, 1.0, 0.0).motion, 2, np.random.default_rng()
    )
    black, white = np.zeros((8, 8), np.float32), np.ones((8, 8), np.float32)
    assert not any(source.any() for source in gas.sources(black, 2))
    levels = [float(source[gas.domain.inside].mean()) for source in gas.sources(white, 4)]
    assert levels == [0.25, 0.5, 0.75, 1.0]
