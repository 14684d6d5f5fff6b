"""Tests of fire: what shines, what hides, and what a compositor does with it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nuke_plugin.contract.effect_shading import FireShading
from nuke_plugin.contract.planck import CORE
from nuke_plugin.worker.effects.shading.blackbody import integrated
from nuke_plugin.worker.effects.shading.shade import broken_pixels, shade
from tests.nuke_plugin.worker.effects.shading.made_fields import Plane, flame

LUMINANCE = np.array([0.2126390, 0.7151687, 0.0721923])


def even(**values: float) -> dict[str, Plane]:
    """Return channels of one value each, (4, 4)."""
    channels = {"temperature": 1.0, "density": 1.0, "soot": 0.0, **values}
    return {name: np.full((4, 4), value, np.float32) for name, value in channels.items()}


def pixel(settings: FireShading, **values: float) -> np.ndarray:
    """Return R, G, B and A of channels of one value each."""
    return shade(even(**values), settings).rgba[:, 0, 0]


def test_a_pixel_is_what_the_formula_says() -> None:
    """Luminance of a warm, sooty pixel in the dark follows Planck, Kirchhoff and Beer-Lambert."""
    settings = FireShading(ambient=(0, 0, 0), light=(0, 0, 0), exposure=-1.0, soot=2.0)
    *rgb, alpha = pixel(settings, temperature=0.6, density=0.4, soot=0.7)
    planck = integrated(np.array([1200 + 0.6 * 800]))[0, 1]
    shining = 1 - math.exp(-3 * 0.4)
    through = (1 - math.exp(-1.4)) / 1.4
    assert LUMINANCE @ rgb == pytest.approx(CORE * planck * shining * through / 2, rel=5e-3)
    assert alpha == pytest.approx(1 - math.exp(-1.4), rel=1e-5)


def test_without_soot_light_has_no_alpha() -> None:
    """Hot gas alone adds light and hides nothing, and *over* is then *plus*."""
    rgba = pixel(FireShading())
    assert rgba[0] > 10
    assert rgba[3] == 0
    plate = np.float32(0.18)
    np.testing.assert_allclose(rgba[:3] + plate * (1 - rgba[3]), rgba[:3] + plate)


def test_soot_alone_hides_and_is_lit() -> None:
    """Cold soot has alpha, no light in the dark, and its own colour in light."""
    cold = {"temperature": 0.0, "density": 0.0, "soot": 3.0}
    dark = pixel(FireShading(ambient=(0, 0, 0), light=(0, 0, 0)), **cold)
    lit = pixel(FireShading(ambient=(1, 1, 1), light=(0, 0, 0), colour=(0.1, 0.2, 0.4)), **cold)
    assert dark[3] == pytest.approx(1 - math.exp(-3), rel=1e-5)
    assert not dark[:3].any()
    np.testing.assert_allclose(lit[:3], np.array([0.1, 0.2, 0.4]) * lit[3], rtol=1e-5)


def test_soot_knob_at_0_takes_soot_away() -> None:
    """With soot 0 the picture is that of no soot at all, lit or not."""
    np.testing.assert_array_equal(pixel(FireShading(soot=0.0), soot=2.0), pixel(FireShading()))


def test_exposure_is_stops() -> None:
    """One stop doubles all light and leaves the alpha."""
    one, two = (pixel(FireShading(exposure=e), soot=0.5) for e in (0.0, 1.0))
    np.testing.assert_allclose(two[:3], 2 * one[:3], rtol=1e-6)
    assert two[3] == one[3]


def test_nothing_gives_nothing() -> None:
    """Where density and soot are 0, every channel is exactly 0, whatever the temperature."""
    for temperature in (0.0, 0.7, 1.0):
        assert not pixel(FireShading(), temperature=temperature, density=0.0).any()


@pytest.mark.parametrize(("colder", "hotter"), [(0.2, 0.4), (0.4, 0.7), (0.7, 1.0), (1.0, 1.2)])
def test_hotter_is_brighter_and_less_red(colder: float, hotter: float) -> None:
    """Along a flame's ramp luminance and the share of green rise together, past 1 too."""
    low, high = (pixel(FireShading(), temperature=t) for t in (colder, hotter))
    assert LUMINANCE @ high[:3] > 1.5 * LUMINANCE @ low[:3]
    assert high[1] / high[0] > low[1] / low[0]


def test_a_flame_is_hdr_and_finite_at_every_extreme() -> None:
    """The made-up flame has a core far above 1 and dark edges; no knob's end makes it NaN."""
    channels = flame(48, 40)
    rgba = shade(channels, FireShading()).rgba
    assert rgba[0].max() > 15
    assert np.median(rgba[0]) < 1
    for settings in (
        FireShading(temperature=10_000.0, coolest=9_999.0, exposure=20.0, density=1000.0),
        FireShading(temperature=701.0, coolest=700.0, exposure=-20.0, soot=1000.0, shadow=100.0),
        FireShading(density=0.0, soot=0.0, shadow_reach_px=1000.0),
    ):
        made = shade(channels, settings).rgba
        assert np.isfinite(made).all()
        assert made.min() >= 0
        assert made[3].max() <= 1


def test_broken_channels_count_as_nothing_and_are_counted() -> None:
    """NaN and infinities leave a finite picture, their neighbours untouched, and are told."""
    channels = flame(16, 16)
    whole = shade(channels, FireShading(shadow=0.0)).rgba
    broken = {name: plane.copy() for name, plane in channels.items()}
    broken["density"][3, 4] = np.nan
    broken["soot"][3, 4] = np.inf
    broken["temperature"][9, 9] = -np.inf
    made = shade(broken, FireShading(shadow=0.0)).rgba
    assert (broken_pixels(channels), broken_pixels(broken)) == (0, 2)
    assert np.isfinite(made).all()
    made[:, [3, 9], [4, 9]] = whole[:, [3, 9], [4, 9]]
    np.testing.assert_array_equal(made, whole)
