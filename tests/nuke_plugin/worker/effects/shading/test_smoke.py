"""Tests of smoke: Beer-Lambert, and the shadow that it throws on itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nuke_plugin.contract.effect_shading import SmokeShading
from nuke_plugin.worker.effects.shading.scattering import STEPS, got_out, moved, towards_light
from nuke_plugin.worker.effects.shading.shade import shade
from tests.nuke_plugin.worker.effects.shading.made_fields import puff


def test_an_even_layer_is_what_the_formula_says() -> None:
    """Alpha is 1 - exp(-k d), and the light is albedo times what arrives, times alpha."""
    settings = SmokeShading(
        exposure=1.0,
        density=2.0,
        colour=(0.5, 0.4, 0.3),
        light=(1.0, 2.0, 3.0),
        ambient=(0.1, 0.1, 0.1),
        shadow=0.7,
    )
    rgba = shade({"density": np.full((6, 6), 0.8, np.float32)}, settings).rgba[:, 2, 3]
    alpha = 1 - math.exp(-1.6)
    arrives = math.exp(-0.7 * 1.6)
    wanted = [2 * c * (0.1 + lamp * arrives) * alpha for c, lamp in zip((0.5, 0.4, 0.3), (1, 2, 3))]
    np.testing.assert_allclose(rgba, [*wanted, alpha], rtol=1e-5)


def test_thin_layers_over_one_another_are_a_thick_one() -> None:
    """The alpha of a layer over an equal one is that of twice the density."""
    one, two = (
        shade({"density": np.full((2, 2), d, np.float32)}, SmokeShading()).rgba[3, 0, 0]
        for d in (0.3, 0.6)
    )
    assert one + one * (1 - one) == pytest.approx(two, rel=1e-5)


@pytest.mark.parametrize(
    ("angle", "lit", "dark"),
    [
        (0.0, (32, 40), (32, 24)),
        (90.0, (24, 32), (40, 32)),
        (180.0, (32, 24), (32, 40)),
        (-90.0, (40, 32), (24, 32)),
    ],
)
def test_the_side_towards_the_light_is_bright(
    angle: float, lit: tuple[int, int], dark: tuple[int, int]
) -> None:
    """Of a disc, the side the light comes from is brighter, for each of four directions."""
    rows, columns = np.mgrid[0:64, 0:64]
    disc = ((rows - 32) ** 2 + (columns - 32) ** 2 < 10**2).astype(np.float32)
    rgba = shade({"density": disc}, SmokeShading(light_angle=angle, shadow_reach_px=16.0)).rgba
    assert rgba[0][lit] > 1.3 * rgba[0][dark]
    assert rgba[3][lit] == rgba[3][dark]


def test_the_stencil_is_one_sided_and_as_long_as_said() -> None:
    """A speck shades only what lies behind it, no further than the reach; the weights sum to 1."""
    speck = np.zeros((9, 60), np.float32)
    speck[4, 40] = 1
    settings = SmokeShading(light_angle=0.0, shadow_reach_px=float(STEPS))
    seen = towards_light(speck, settings, 1.0)
    assert set(zip(*map(list, seen.nonzero()), strict=True)) == {
        (4, column) for column in range(40 - STEPS, 40)
    }
    assert seen.sum() == pytest.approx(1, rel=1e-6)
    assert seen[4, 39] > seen[4, 30] > seen[4, 25]
    doubled = towards_light(speck, settings, 2.0)
    assert doubled.nonzero()[1].min() == 40 - 2 * STEPS


def test_a_crop_equals_the_whole_within_the_reach() -> None:
    """Pixels whose way to the light lies inside a crop are those of the whole, bit for bit."""
    whole = puff(40, 60)["density"]
    settings = SmokeShading(light_angle=0.0, shadow_reach_px=12.0)
    full = shade({"density": whole}, settings).rgba
    crop = shade({"density": whole[8:30, 10:50]}, settings).rgba
    np.testing.assert_array_equal(crop[:, :, :-12], full[:, 8:30, 10:38])


def test_no_shadow_no_stencil() -> None:
    """With shadow 0 the light is even, whatever stands in its way."""
    rgba = shade(puff(32, 32), SmokeShading(shadow=0.0)).rgba
    inside = rgba[3] > 0.01
    np.testing.assert_allclose((rgba[0] / np.maximum(rgba[3], 1e-6))[inside], 0.6, rtol=1e-4)


def test_no_smoke_is_exactly_nothing() -> None:
    """An empty density gives zeros with light and exposure at their ends; below 0 is empty too."""
    for value in (0.0, -1.0):
        settings = SmokeShading(exposure=20.0, light=(1000, 1000, 1000), shadow=100.0)
        assert not shade({"density": np.full((5, 5), value, np.float32)}, settings).rgba.any()


def test_light_leaves_a_layer_as_the_integral_says() -> None:
    """(1 - exp(-d)) / d, smooth through 0, where the plain formula is 0 / 0."""
    depth = np.array([[0, 1e-6, 9.99e-4, 1.001e-3, 0.5, 1.6, 40]], np.float32)
    exact = [1 if d == 0 else -math.expm1(-float(d)) / float(d) for d in depth[0]]
    np.testing.assert_allclose(got_out(depth)[0], exact, rtol=2e-6)


def test_moved_shows_what_stands_beside() -> None:
    """One to the right and two below; past the edge the last row and column go on."""
    plane = np.arange(12, dtype=np.float32).reshape(3, 4)
    np.testing.assert_array_equal(moved(plane, 1, 2), [[9, 10, 11, 11]] * 3)
    np.testing.assert_array_equal(moved(plane, -100, -100), np.zeros((3, 4)))
