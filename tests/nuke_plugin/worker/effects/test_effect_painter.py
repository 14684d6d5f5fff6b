"""Tests of the making of an effect in memory, by a small real network."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import FIRE, SMOKE
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import (
    EffectControlInvalid,
    ModelGraphMismatch,
    OutOfMemory,
    RenderCancelled,
)
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.providers import CPU
from tests.tiny_effect import RISING, TRAINING_SCALE_PX

SIDE = TRAINING_SCALE_PX


def disc(x: int = 30, y: int = 32, size: tuple[int, int] = (SIDE, 64)) -> NDArray[np.float32]:
    """Return a matte with a small disc."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    return np.clip(6.5 - np.hypot(rows - y, columns - x), 0, 1).astype(np.float32)


def made(
    network: EffectNetwork, matte: NDArray[np.float32], frame: int = 57, **asked: object
) -> NDArray[np.float32]:
    """Return the channels of a matte at a frame."""
    painter = EffectPainter(network, EffectSettings(**asked))  # type: ignore[arg-type]
    return painter.paint_frame(matte, painter.moment(frame))


def test_a_frame_alone_is_the_frame_of_the_sequence(fire_network: EffectNetwork) -> None:
    """Frame 57 is the same bits whether others were made before it or not."""
    painter = EffectPainter(fire_network, EffectSettings(seed=4))
    run = [painter.paint_frame(disc(), painter.moment(frame)) for frame in (55, 56, 57)]
    np.testing.assert_array_equal(made(fire_network, disc(), 57, seed=4), run[2])
    assert np.abs(run[2] - run[1]).max() > 1e-3


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.75])
def test_tiles_are_the_whole(fire_network: EffectNetwork, scale: float) -> None:
    """Painted in pieces, also at other sizes than the network's own, the pixels are the same."""
    settings = EffectSettings(seed=1, scale=scale, controls={"wind": 1.0})
    painter = EffectPainter(fire_network, settings)
    whole = painter.paint_frame(disc(), painter.moment(9))
    painter.window_limit_px = 40 * 40
    seen = painter.see(disc(), painter.moment(9))
    assert len(list(seen.geometry.windows())) > 1
    np.testing.assert_allclose(painter.paint(seen, Cancellation()), whole, atol=1e-5)


def test_memory_is_kept_from_window_to_window(
    fire_network: EffectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where windows are left out, the last one that is run gives back what a frame took."""
    told = []
    attempt = fire_network.attempt

    def recorded(*arguments: Any) -> Any:
        told.append(fire_network.has_more_windows)
        return attempt(*arguments)

    monkeypatch.setattr(fire_network, "attempt", recorded)
    painter = EffectPainter(fire_network, EffectSettings())
    painter.window_limit_px = 40 * 40
    painter.paint_frame(disc(), painter.moment(3))
    assert len(told) > 2
    assert told == [True] * (len(told) - 1) + [False]


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.75])
def test_a_crop_is_the_whole(fire_network: EffectNetwork, scale: float) -> None:
    """A part of a frame, whose matte lies inside it, has the whole frame's pixels."""
    painter = EffectPainter(fire_network, EffectSettings(seed=1, scale=scale))
    matte = disc(size=(96, 128), x=70, y=70)
    whole = painter.paint_frame(matte, painter.moment(9))
    rows, columns = slice(3, 93), slice(21, 119)
    part = painter.paint_frame(
        matte[rows, columns], painter.moment(9), frame_px=96, origin=(columns.start, rows.start)
    )
    # The network's own border of zeros is another at the cut: a halo and a resizing's reach.
    edge = 24
    inner = np.s_[:, edge:-edge, edge:-edge]
    np.testing.assert_allclose(part[inner], whole[:, rows, columns][inner], atol=1e-5)
    assert whole[:, rows, columns][inner].max() > 0.1


def test_an_empty_matte_makes_nothing_at_all(fire_network: EffectNetwork) -> None:
    """Every channel is 0 exactly, also where only the intensity leaves nothing."""
    assert not made(fire_network, np.zeros((SIDE, 64), np.float32)).any()
    assert not made(fire_network, disc(), intensity=0.0).any()
    assert made(fire_network, disc(), intensity=0.1).any()


def test_nothing_burns_where_the_matte_cannot_reach(fire_network: EffectNetwork) -> None:
    """Below the source and beyond smears and warps all is 0 exactly; above it, it is not."""
    channels = made(fire_network, disc())
    rows, _ = np.nonzero(disc())
    burning = np.nonzero(channels.any(axis=(0, 2)))[0]
    assert burning.max() <= rows.max() + RISING.below_px
    highest = rows.min() - RISING.smears_px[-1] - RISING.warp_px[1]
    assert highest <= burning.min() < rows.min()


def test_moving_the_matte_moves_the_effect(fire_network: EffectNetwork) -> None:
    """What burns goes with the matte, though noise and eddies stay where they are."""
    here, there = made(fire_network, disc(20)), made(fire_network, disc(44))
    centres = [np.average(np.arange(64), weights=each[0].sum(axis=0)) for each in (here, there)]
    assert centres[1] - centres[0] == pytest.approx(24, abs=3)


def test_seed_wind_and_controls_change_the_effect(fire_network: EffectNetwork) -> None:
    """Each of them is heard, and the same again gives the same."""
    plain = made(fire_network, disc())
    np.testing.assert_array_equal(made(fire_network, disc(), controls={"wind": 0.0}), plain)
    for asked in (
        {"seed": 1},
        {"speed": 2.0},
        {"controls": {"turbulence": 2.0}},
        {"controls": {"wind": 3.0}},
        {"intensity": 0.3},
        {"scale": 2.0},
    ):
        assert np.abs(made(fire_network, disc(), **asked) - plain).max() > 1e-3, asked
    with pytest.raises(EffectControlInvalid):
        made(fire_network, disc(), controls={"wind": 99.0})


def test_a_loop_closes_to_the_bit(fire_network: EffectNetwork) -> None:
    """A turn later every frame is the same, and within a turn none are."""
    asked = {"loop_frames": 8, "speed": 0.9, "controls": {"wind": 2.0}}
    first, turn_later = (made(fire_network, disc(), at, **asked) for at in (1003, 1011))
    np.testing.assert_array_equal(first, turn_later)
    assert np.abs(made(fire_network, disc(), 1004, **asked) - first).max() > 1e-3


@pytest.mark.parametrize(
    "asked",
    [
        {"speed": -100.0},
        {"speed": 0.0, "loop_frames": 3},
        {"scale": 0.25},
        {"scale": 4.0},
        {"intensity": 100.0},
        {"controls": {"wind": -4.0, "turbulence": 2.0}},
        {"seed": -(2**63)},
    ],
)
def test_extremes_give_a_sane_picture(
    fire_network: EffectNetwork, asked: dict[str, object]
) -> None:
    """At the end of every range, and on a matte that is white all over, channels hold numbers."""
    for matte in (disc(size=(24, 32)), np.ones((24, 32), np.float32)):
        channels = made(fire_network, matte, -5, **asked)
        assert channels.shape == (3, 24, 32)
        assert np.isfinite(channels).all()
        assert channels.min() >= 0
        assert channels.max() <= 32


def test_small_memory_makes_smaller_windows(
    fire_network: EffectNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window that is too large is halved, and the pixels stay; where none fits, it is said."""
    whole = made(fire_network, disc())
    run = EffectNetwork.run

    def small_machine(self: EffectNetwork, fields: NDArray[np.float32], *others: object) -> object:
        if fields.shape[2] * fields.shape[3] > 2000:
            raise MemoryError
        return run(self, fields, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(EffectNetwork, "run", small_machine)
    painter = EffectPainter(fire_network, EffectSettings())
    channels = painter.paint_frame(disc(), painter.moment(57))
    np.testing.assert_allclose(channels, whole, atol=1e-5)
    assert painter.window_limit_px <= 3000

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(EffectNetwork, "run", full)
    with pytest.raises(OutOfMemory, match="64 by 48"):
        painter.paint_frame(disc(), painter.moment(57))


def test_a_cancelled_effect_stops(fire_network: EffectNetwork) -> None:
    """Once the button is pressed no network runs."""
    painter, cancellation = EffectPainter(fire_network, EffectSettings()), Cancellation()
    cancellation.request()
    with pytest.raises(RenderCancelled):
        painter.paint_frame(disc(), painter.moment(1), cancellation)


def test_a_network_that_is_not_its_cards_is_refused(
    tiny_effects: dict[str, InstalledEffect],
) -> None:
    """Fewer channels than the card says are seen before the first frame."""
    fire, smoke = tiny_effects[FIRE], tiny_effects[SMOKE]
    crossed = InstalledEffect(fire.folder, replace(smoke.card, network=fire.card.network))
    with pytest.raises(ModelGraphMismatch, match="'channels'"):
        EffectNetwork.open(crossed, (CPU,), threads=1)
