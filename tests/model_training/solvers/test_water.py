"""Water: waves inside the matte that travel with the wind, close their loop, foam where steep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.solvers.domain import Domain, Field
from model_training.solvers.ocean import Sea, SeaSettings, Waves
from model_training.solvers.water import Water, WaterSettings

SIZE = 64
SEA = SeaSettings(
    wind=2.5, calm=1.4, slope=0.3, spread=6.0, shortest_px=7.0, depth_px=64.0, loop_frames=96
)


def matte() -> Field:
    """(H, W) a square with a margin."""
    square = np.zeros((SIZE, SIZE), np.float32)
    square[10:54, 10:54] = 1
    return square


def flowed(
    inside: Field, frames: int = 10, level: float = 1.0, echo: float | None = None, **turned: float
) -> Water:
    """Water after some frames."""
    controls = {"wind": 2.0, "choppiness": 1.0, **turned}
    settings = WaterSettings.of(**controls, level=level)
    if echo is not None:
        settings = replace(settings, echo=echo)
    water = Water(Domain(SIZE, SIZE, 16, 16, 16), settings, np.random.default_rng(0))
    for frame in range(frames):
        water.advance(float(frame), inside * np.float32(level))
    return water


def test_sea_closes_its_loop() -> None:
    """After its loop the sea is as it was, and half way it is not."""
    sea = Sea(Waves((SIZE, SIZE), 64.0), SEA, np.random.default_rng(0))
    start, _ = sea.at(5.0)
    again, _ = sea.at(5.0 + SEA.loop_frames)
    other, _ = sea.at(5.0 + SEA.loop_frames / 2)
    assert (again - start).abs().max() < 1e-3 * start.abs().max()
    assert (other - start).abs().max() > 0.2 * start.abs().max()


def test_sea_is_as_steep_as_asked() -> None:
    """The surface has the slope of the settings."""
    sea = Sea(Waves((128, 128), 64.0), SEA, np.random.default_rng(1))
    height = sea.at(0.0)[0].numpy()
    slope = np.hypot(*np.gradient(height))
    assert np.sqrt((slope**2).mean()) == pytest.approx(SEA.slope, rel=0.35)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_waves_travel_with_the_wind(sign: float) -> None:
    """The pattern a few frames later fits the one now best when moved down the wind."""
    settings = SeaSettings(**{**SEA.__dict__, "wind": sign * 2.5})
    sea = Sea(Waves((SIZE, SIZE), 64.0), settings, np.random.default_rng(0))
    now, later = (sea.at(frame)[0].numpy() for frame in (0.0, 3.0))
    fits = {step: float((np.roll(now, step, axis=1) * later).sum()) for step in range(-12, 13)}
    assert max(fits, key=lambda step: fits[step]) * sign > 1


def test_water_stays_in_its_matte() -> None:
    """Outside the matte the height is 0 and there is no foam; inside there are waves."""
    inside = matte()
    height, foam = flowed(inside).channels()
    assert not height[inside == 0].any()
    assert not foam[inside == 0].any()
    assert height[20:44, 20:44].std() > 0.2
    assert 0 <= foam.min()
    assert foam.max() <= 1


def test_no_water_without_a_matte() -> None:
    """An empty matte holds nothing, exactly."""
    assert not flowed(np.zeros((SIZE, SIZE), np.float32), 3).channels().any()


def test_water_goes_on_beyond_the_frame() -> None:
    """A matte that is white to the frame's edge has no shore there."""
    height = flowed(np.ones((SIZE, SIZE), np.float32)).channels()[0]
    assert height[:, 0].std() > 0.5 * height[:, SIZE // 2].std()


def test_shore_echoes() -> None:
    """The shore throws waves back into the matte, and they die away on their way to its middle."""
    echoing, silent = (flowed(matte(), choppiness=0.0, echo=echo) for echo in (0.6, 0.0))
    away = np.zeros((SIZE, SIZE), np.float32)
    for frame in range(10, 16):
        for water in (echoing, silent):
            water.advance(float(frame), matte())
        away += np.abs(echoing.channels()[0] - silent.channels()[0])
    assert away[16:48, 14:18].mean() > 1.3 * away[28:36, 28:36].mean()
    assert away[16:48, 14:18].mean() > 0.1


def test_choppiness_sharpens_and_foams() -> None:
    """Chop makes crests narrower than troughs and foam more; without it there are sines only."""
    calm, rough = (
        flowed(np.ones((SIZE, SIZE), np.float32), choppiness=chop).channels() for chop in (0.0, 2.0)
    )
    assert rough[1].mean() > calm[1].mean() + 0.01
    assert not calm[1].any()
    assert np.abs(np.gradient(rough[0], axis=1)).max() > np.abs(np.gradient(calm[0], axis=1)).max()


def test_weak_matte_has_low_waves() -> None:
    """A matte of half the white has waves of half the height and the same shore."""
    full = flowed(matte(), choppiness=0.0).channels()[0]
    half = flowed(matte(), level=0.5, choppiness=0.0).channels()[0]
    assert np.allclose(half, full / 2, atol=1e-3 * np.abs(full).max())
