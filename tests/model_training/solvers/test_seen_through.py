"""Promises of slices behind each other: the mean is seen, and dense gas says where it moves."""

from __future__ import annotations

import numpy as np

from model_training.solvers.domain import Field
from model_training.solvers.seen_through import SeenThrough
from model_training.solvers.solving import SMOKE_SLICES, SolveOrder
from nuke_plugin.contract.effect_card import SMOKE


class Even:
    """A slice that is the same everywhere and counts how often it was advanced."""

    def __init__(self, density: float, speed: float) -> None:
        """Moves to the right."""
        self.frames: list[float] = []
        self._density, self._speed = density, speed

    def advance(self, frame: float, matte: Field) -> None:
        """Note the frame."""
        self.frames.append(frame)

    def channels(self) -> Field:
        """Density, and as much lift."""
        return np.full((2, 4, 6), self._density, np.float32)

    def velocity(self) -> Field:
        """To the right."""
        return np.stack([np.full((4, 6), self._speed), np.zeros((4, 6))]).astype(np.float32)


def test_the_mean_is_seen_and_every_slice_goes_on() -> None:
    """Channels are the slices' mean; each slice is advanced once a frame."""
    slices = [Even(0.9, 0.0), Even(0.0, 3.0), Even(0.3, 6.0)]
    plume = SeenThrough(slices)
    plume.advance(0, np.zeros((4, 6), np.float32))
    assert all(one.frames == [0] for one in slices)
    assert plume.channels().dtype == np.float32
    np.testing.assert_allclose(plume.channels(), 0.4, rtol=1e-6)


def test_what_is_not_there_does_not_say_how_it_moves() -> None:
    """Velocity counts by density; where there is none at all, every slice counts alike."""
    np.testing.assert_allclose(
        SeenThrough([Even(0.5, 2.0), Even(0.0, 8.0)]).velocity()[0], 2.0, atol=0.02
    )
    nothing = SeenThrough([Even(0.0, 2.0), Even(0.0, 8.0)]).velocity()
    np.testing.assert_allclose(nothing[0], 5.0, rtol=1e-4)


def test_slices_of_smoke_differ() -> None:
    """Each slice has its own chance, so that their edges do not fall together."""
    drawn = SolveOrder(SMOKE, 1, 1, 48, 64, seed=3).draw(1)
    plume, _ = drawn.solver()
    assert isinstance(plume, SeenThrough)
    for frame in range(30):
        plume.advance(frame, drawn.matte.at(frame))
    densities = [one.channels()[0] for one in plume._slices]
    assert len(densities) == SMOKE_SLICES
    apart = np.abs(densities[0] - densities[1]).mean()
    assert apart > 0.1 * densities[0].mean() > 0.0
