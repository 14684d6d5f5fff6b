"""Random mattes: in range, in motion, in time again, and never empty."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.solvers.mattes import KINDS, random_matte


@pytest.mark.parametrize("kind", KINDS)
def test_matte_can_be_used(kind: str) -> None:
    """Every kind is 0..1, covers something and not everything, and is soft by a pixel at least."""
    for seed in range(6):
        matte = random_matte(np.random.default_rng(seed), kind, 96, 128, is_rising=seed % 2 == 0)
        now = matte.at(5.5)
        assert now.shape == (128, 96)
        assert now.dtype == np.float32
        assert 0 <= now.min()
        assert now.max() <= 1
        assert 0.002 < now.mean() < 0.85, (kind, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_matte_returns(kind: str) -> None:
    """A matte is where it was after its loop, and any frame can be asked for alone."""
    matte = random_matte(np.random.default_rng(4), kind, 64, 64, is_rising=True)
    loop = matte.shapes[0].motion.loop_frames
    assert np.abs(matte.at(3.0 + loop) - matte.at(3.0)).max() < 0.05 or kind == "several"
    assert np.array_equal(matte.at(9.0), matte.at(9.0))


def test_bars_turn_and_discs_move() -> None:
    """The kinds that are there for their motion have one, slower than what tears a solver."""
    for kind in ("bar", "disc"):
        for seed in range(8):
            matte = random_matte(np.random.default_rng(seed), kind, 256, 256, is_rising=True)
            motion = matte.shapes[0].motion
            assert motion.turns or motion.sway_x_px
            places = np.array([motion.at(float(frame))[:2] for frame in range(200)])
            assert np.hypot(*np.diff(places, axis=0).T).max() < 6.0


def test_bottom_spans_the_frame() -> None:
    """The bottom matte is white along the whole lower edge and black at the top."""
    matte = random_matte(np.random.default_rng(2), "bottom", 120, 80, is_rising=True)
    now = matte.at(0.0)
    assert now[-1].min() > 0.3 * matte.level
    assert not now[:20].any()


def test_seeds_differ() -> None:
    """Another seed draws another matte; the same one draws it again."""
    first, again, other = (
        random_matte(np.random.default_rng(seed), "blob", 64, 64, True).at(0.0)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.5
