"""Tests of water: normals, what is mirrored, the sun, what is seen through it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nuke_plugin.contract.effect_shading import WaterShading
from nuke_plugin.contract.water_optics import F0
from nuke_plugin.worker.effects.shading.shade import Shaded, shade
from nuke_plugin.worker.effects.shading.water import caustics, fresnel
from tests.nuke_plugin.worker.effects.shading.made_fields import Plane, waves

BLACK = (0.0, 0.0, 0.0)


def slope(x: float, y: float, size: int = 8) -> dict[str, Plane]:
    """Return a plane that rises by x to the right and by y upwards, a pixel."""
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    height = x * columns - y * rows
    return {
        "height": height.astype(np.float32),
        "foam": np.zeros((size, size), np.float32),
        "matte": np.ones((size, size), np.float32),
    }


def flat(settings: WaterShading, **values: float) -> np.ndarray:
    """Return R, G, B and A of a flat surface."""
    channels = slope(0, 0)
    for name, value in values.items():
        channels[name] = np.full((8, 8), value, np.float32)
    return shade(channels, settings).rgba[:, 4, 4]


def normal(made: Shaded) -> np.ndarray:
    """Return the normal in the middle, (3,)."""
    return np.array([made.layers[f"normal.{axis}"][4, 4] for axis in "xyz"])


def test_normals_are_those_of_the_slope() -> None:
    """Up the slope they lean back, y upwards, of length 1; in pixels of the network."""
    length = math.sqrt(1 + 0.25 + 0.09)
    made = shade(slope(0.5, 0.3), WaterShading())
    np.testing.assert_allclose(normal(made), np.array([-0.5, -0.3, 1]) / length, rtol=1e-5)
    # The same waves on a frame of twice the pixels: heights are network pixels, steps half as wide.
    doubled = shade(slope(0.25, 0.15), WaterShading(), pixel_scale=2.0)
    np.testing.assert_allclose(normal(doubled), normal(made), rtol=1e-5)


def test_relief_is_a_factor_on_the_height() -> None:
    """Half the waves at relief 2 give the same light as the whole ones, and at relief 1 not."""
    channels = {**waves(24, 24)}
    halved = {**channels, "height": channels["height"] / 2}
    settings = WaterShading(roughness=0.5)
    whole = shade(channels, settings).rgba
    raised = shade(halved, WaterShading(roughness=0.5, relief=2.0)).rgba
    np.testing.assert_allclose(raised, whole, rtol=2e-4, atol=1e-5)
    assert np.abs(shade(halved, settings).rgba - whole).max() > 0.05


def test_fresnel_is_known_at_its_ends() -> None:
    """2.04 % head on, all of it at a glance, and near the exact law in between (n = 1.333)."""
    np.testing.assert_allclose(fresnel(np.array([1.0, 0.0], np.float32)), [0.0204, 1], atol=1e-4)
    for degrees in (20, 40, 60):
        inside = math.asin(math.sin(math.radians(degrees)) / 1.333)
        outside = math.radians(degrees)
        across = (math.sin(outside - inside) / math.sin(outside + inside)) ** 2
        along = (math.tan(outside - inside) / math.tan(outside + inside)) ** 2
        exact = (across + along) / 2
        made = fresnel(np.array([math.cos(outside)], np.float32))[0]
        assert made == pytest.approx(exact, abs=0.02)


def test_a_flat_mirror_shows_the_sky_of_its_angle() -> None:
    """Without sun, ground and body a flat surface shows F times the sky where the ray goes."""
    for view in (10.0, 35.0, 90.0):
        settings = WaterShading(
            view=view, sun=BLACK, colour=BLACK, bottom=BLACK, zenith=(0, 0, 1), horizon=(1, 0, 0)
        )
        red, green, blue, alpha = flat(settings)
        up = math.sin(math.radians(view))
        share = F0 + (1 - F0) * (1 - up) ** 5
        np.testing.assert_allclose(
            [red, green, blue, alpha],
            [share * (1 - math.sqrt(up)), 0, share * math.sqrt(up), 1],
            rtol=1e-4,
            atol=1e-7,
        )


def test_the_sun_glints_where_it_is_mirrored() -> None:
    """The slope that mirrors the sun to the camera is far above 1, others are dark."""
    settings = WaterShading(
        view=60.0,
        sun_azimuth=90.0,
        sun_elevation=60.0,
        zenith=BLACK,
        horizon=BLACK,
        colour=BLACK,
        bottom=BLACK,
        roughness=0.1,
    )
    glint = flat(settings)[0]  # the sun behind, the camera before, both at 60 degrees: flat mirrors
    beside = shade(slope(0.2, 0.0), settings).rgba[0, 4, 4]
    assert glint > 20
    assert beside < 0.02 * glint


def test_rougher_is_wider_and_dimmer() -> None:
    """The peak falls with roughness and the flank rises."""
    peaks, flanks = [], []
    for roughness in (0.1, 0.2, 0.4):
        settings = WaterShading(
            view=60.0, sun_azimuth=90.0, sun_elevation=60.0, roughness=roughness, colour=BLACK,
            bottom=BLACK, zenith=BLACK, horizon=BLACK,
        )  # fmt: skip
        peaks.append(flat(settings)[0])
        flanks.append(shade(slope(0.2, 0.0), settings).rgba[0, 4, 4])
    assert peaks[0] > peaks[1] > peaks[2]
    assert flanks[0] < flanks[1] < flanks[2]


def test_deeper_water_takes_the_tint_and_then_its_own_colour() -> None:
    """What is left of the ground after d of water is tint^(d / clarity); the rest is the deep's."""
    daylight = 1.0
    for depth in (0.0, 16.0, 48.0, 100_000.0):
        settings = WaterShading(
            view=90.0,
            sun=BLACK,
            zenith=(daylight,) * 3,
            horizon=(daylight,) * 3,
            tint=(0.2, 0.5, 0.9),
            clarity_px=16.0,
            depth_px=depth,
            bottom=(0.5, 0.5, 0.5),
            colour=(0.0, 0.1, 0.2),
            caustics=0.0,
        )
        through = np.array([0.2, 0.5, 0.9]) ** (depth / 16)
        body = through * 0.5 + (1 - through) * np.array([0.0, 0.1, 0.2])
        np.testing.assert_allclose(flat(settings)[:3], F0 + (1 - F0) * body, rtol=1e-4)


def test_crests_gather_light_and_troughs_spread_it() -> None:
    """Flat water leaves light as it is; a crest is a lens, by 1 / (1 + f laplace) while weak."""
    settings = WaterShading(caustics=1.0, depth_px=40.0)
    np.testing.assert_array_equal(caustics(np.zeros((2, 2), np.float32), settings), 1)
    crest, trough = caustics(np.array([[-0.01, 0.01]], np.float32), settings)[0]
    focal = 40 * (1 - 1 / 1.333)
    assert crest == pytest.approx(1 / (1 - focal * 0.01), rel=0.01)
    assert trough == pytest.approx(1 / (1 + focal * 0.01), rel=0.01)
    hardest = caustics(np.linspace(-5, 5, 1001, dtype=np.float32)[None], settings)
    assert hardest.max() < 5.2
    assert hardest.min() > 0


def test_curvature_is_the_laplacian_in_network_pixels() -> None:
    """Of a bowl x^2 / 2 it is 1, also where two frame pixels are one of the network's."""
    _rows, columns = np.mgrid[0:9, 0:9].astype(np.float32)
    bowl = {**slope(0, 0, 9), "height": (columns - 4) ** 2 / 2}
    made = shade(bowl, WaterShading()).layers["curvature"]
    np.testing.assert_allclose(made[1:-1, 1:-1], 1, rtol=1e-5)
    finer = {**bowl, "height": ((columns - 4) / 2) ** 2 / 2}
    made = shade(finer, WaterShading(), pixel_scale=2.0).layers["curvature"]
    np.testing.assert_allclose(made[1:-1, 1:-1], 1, rtol=1e-5)


def test_foam_lies_over_the_water() -> None:
    """At foam 1 only foam is seen, in the mean light of the sky; half of it is half of both."""
    settings = WaterShading(
        sun=BLACK, zenith=(0.5, 0.5, 0.5), horizon=(1.5, 1.5, 1.5), foam_colour=(0.8, 0.7, 0.6)
    )
    none, half, full = (flat(settings, foam=f)[:3] for f in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(full, [0.8, 0.7, 0.6], rtol=1e-5)
    np.testing.assert_allclose(half, (none + full) / 2, rtol=1e-5)
    np.testing.assert_allclose(flat(WaterShading(foam=0.0), foam=1.0), flat(WaterShading()))


def test_the_matte_is_the_alpha_and_multiplies() -> None:
    """Alpha is the matte held to 0 and 1; colours are multiplied by it; none of it is nothing."""
    whole = flat(WaterShading())
    np.testing.assert_allclose(flat(WaterShading(), matte=0.25), whole * 0.25, rtol=1e-6)
    np.testing.assert_array_equal(flat(WaterShading(), matte=2.0), whole)
    assert not flat(WaterShading(), matte=0.0).any()


def test_every_extreme_is_finite() -> None:
    """A stormy sea at the ends of every control holds no NaN and nothing negative."""
    channels = waves(32, 32)
    for settings in (
        WaterShading(relief=100.0, view=1.0, roughness=0.02, caustics=4.0, exposure=20.0),
        WaterShading(relief=0.0, view=90.0, sun_elevation=0.0, depth_px=0.0, clarity_px=0.01),
        WaterShading(tint=BLACK, depth_px=100_000.0, foam=10.0, sun_elevation=90.0),
    ):
        rgba = shade(channels, settings).rgba
        assert np.isfinite(rgba).all()
        assert rgba.min() >= 0
