"""The parts that gas moves by: the box, advection, projection, noise, confinement."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.solvers.advection import Path, advected, displaced
from model_training.solvers.domain import Domain, Field
from model_training.solvers.gas import confinement
from model_training.solvers.noise import ChangingNoise
from model_training.solvers.projection import Projection, divergence


def random_flow(height: int, width: int, seed: int = 0) -> Field:
    """A smooth velocity (H, W, 2) of a few pixels a frame."""
    random = np.random.default_rng(seed)
    noises = [ChangingNoise(random, (height, width), 12.0, 8.0).at(0.0) for _ in range(2)]
    return np.stack(noises, axis=2) * 2


def disc(height: int, width: int, x: float, y: float, radius: float) -> Field:
    """(H, W, 1) a disc of 1 on 0."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return (np.hypot(rows - y, columns - x) < radius).astype(np.float32)[..., None]


def test_box_holds_its_frame() -> None:
    """A padded frame comes back whole, air lies round it, and the sponge leaves it alone."""
    domain = Domain(50, 30)
    frame = np.random.default_rng(0).random((30, 50)).astype(np.float32)
    box = domain.padded(frame)
    assert box.shape == domain.shape
    assert np.array_equal(box[domain.inside], frame)
    assert box.sum() == pytest.approx(frame.sum(), rel=1e-5)
    assert not domain.sponge[domain.inside].any()
    assert domain.sponge[0].min() > 0.9


def test_extended_frame_goes_on() -> None:
    """A frame that is extended ends nowhere: beyond its edge lies what is at its edge."""
    domain = Domain(50, 30)
    frame = np.ones((30, 50), np.float32)
    frame[0] = 0
    box = domain.extended(frame)
    assert np.array_equal(box[domain.inside], frame)
    assert not box[0].any()
    assert box[-1].all()


def test_advection_of_whole_pixels_is_exact() -> None:
    """A field that moves by whole pixels is moved and not changed."""
    field = np.random.default_rng(0).random((20, 24, 2)).astype(np.float32)
    velocity = np.zeros((20, 24, 2), np.float32)
    velocity[..., 0], velocity[..., 1] = 3, -2
    moved = advected(field, Path.of(velocity, 1.0))
    assert np.allclose(moved[4:-4, 6:-4], field[6:-2, 3:-7], atol=1e-6)


def test_advection_makes_no_new_extremes() -> None:
    """However wild the flow, no value leaves the range of those that were there."""
    field = (np.random.default_rng(1).random((40, 40, 1)) > 0.5).astype(np.float32)
    for _ in range(5):
        field = advected(field, Path.of(random_flow(40, 40), 0.7))
        assert field.min() >= 0
        assert field.max() <= 1


def test_advection_keeps_a_disc_sharp() -> None:
    """A disc that turns once round comes back to its place, sharper than plain steps leave it."""
    rows, columns = np.mgrid[:48, :48].astype(np.float32) - 23.5
    turn = 2 * np.pi / 40
    velocity = np.stack([-rows * turn, columns * turn], axis=2)
    start = disc(48, 48, 23.5, 12.0, 5.0)
    sharp = plain = start
    for _ in range(40):
        sharp = advected(sharp, Path.of(velocity, 1.0))
        plain = displaced(plain, -velocity[..., 0], -velocity[..., 1]).reshape(plain.shape)
    assert np.abs(sharp - start).sum() < 0.65 * np.abs(plain - start).sum()


def test_projection_leaves_no_divergence() -> None:
    """What comes out neither gathers nor thins, and moves on average as it was told."""
    projection = Projection((40, 48))
    flow = random_flow(40, 48)
    assert np.abs(divergence(flow)).max() > 0.1
    solved = projection.projected(flow, (1.5, -0.5))
    assert np.abs(divergence(solved)).max() < 1e-4
    assert solved.mean(axis=(0, 1)) == pytest.approx([1.5, -0.5], abs=1e-5)


def test_projection_keeps_what_expands() -> None:
    """Gas that is said to grow does, by that much, but for the mean that a closed box has not."""
    grows = disc(40, 48, 24.0, 20.0, 6.0)[..., 0]
    grows = np.asarray(ChangingNoise(np.random.default_rng(2), (40, 48), 14.0, 8.0).at(0) * grows)
    still = np.zeros((40, 48, 2), np.float32)
    solved = Projection((40, 48)).projected(still, (0.0, 0.0), grows)
    wanted = grows - grows.mean()
    got = divergence(solved)
    # The finest waves are damped on the way, so the disc's edge is softer.
    assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.97


def test_projection_takes_grid_waves_away() -> None:
    """Teeth of the grid's own length are gone after a step, and long waves are whole."""
    rows = np.mgrid[:64, :64][0].astype(np.float32)
    long = np.stack([np.sin(rows * 2 * np.pi / 32), np.zeros_like(rows)], axis=2)
    teeth = np.stack([np.where(rows % 2 == 0, 1.0, -1.0), np.zeros_like(rows)], axis=2)
    projection = Projection((64, 64))
    kept = projection.projected(long.astype(np.float32), (0.0, 0.0))
    gone = projection.projected(teeth.astype(np.float32), (0.0, 0.0))
    assert np.allclose(kept, long, atol=1e-3)
    assert np.abs(gone).max() < 0.2


def test_noise_is_of_its_time() -> None:
    """The same frame gives the same noise, near frames near noise, far frames another one."""
    noise = ChangingNoise(np.random.default_rng(3), (96, 96), 12.0, 10.0)
    now = noise.at(7.25)
    noise.at(90.0)
    assert np.array_equal(noise.at(7.25), now)
    assert np.abs(noise.at(7.5) - now).mean() < 0.15
    assert abs(np.corrcoef(noise.at(60.0).ravel(), now.ravel())[0, 1]) < 0.4
    fields = np.stack([noise.at(float(frame)) for frame in range(0, 200, 10)])
    assert abs(fields.mean()) < 0.1
    assert 0.7 < fields.std() < 1.3


def test_confinement_turns_with_the_vortex() -> None:
    """A vortex is sped up in the sense that it turns, and still air stays still."""
    rows, columns = np.mgrid[:40, :40].astype(np.float32) - 19.5
    near = np.exp(-(rows**2 + columns**2) / 50)
    vortex = np.stack([-rows * near, columns * near], axis=2).astype(np.float32)
    force = confinement(vortex)
    assert (force * vortex)[6:-6, 6:-6].sum() > 0
    assert (confinement(-vortex) * -vortex)[6:-6, 6:-6].sum() > 0
    assert not confinement(np.zeros_like(vortex)).any()
