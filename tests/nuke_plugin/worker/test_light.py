"""Tests of what a network sees of scene light and what is carried round it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.light_settings import LIGHTS
from nuke_plugin.worker.light import (
    LOG_SHOULDER,
    NEAR_PX,
    POLICIES,
    SHOULDER,
    CarriedLight,
    LightPolicy,
    Planes,
    decode_srgb,
    encode_srgb,
)

CARRY, COMPRESS, CLIP = (POLICIES[name] for name in LIGHTS)

HALF = st.floats(min_value=-100, max_value=65504, width=32)
SCENE = st.floats(min_value=-1, max_value=100, width=32)


def pixels(*rgb: tuple[float, float, float]) -> Planes:
    """Return planes, (3, 1, N), of some pixels."""
    return np.array(rgb, np.float32).T[:, None, :].copy()


@pytest.mark.parametrize("name", LIGHTS)
@given(st.tuples(HALF, HALF, HALF))
def test_any_light_is_shown_between_0_and_1(name: str, rgb: tuple[float, float, float]) -> None:
    """Whatever the plate holds, the network is given numbers in [0, 1]."""
    planes = pixels(rgb)
    POLICIES[name].show(planes)
    assert planes.min() >= 0
    assert planes.max() <= 1


@pytest.mark.parametrize(("name", "precision"), [("carry", 2e-5), ("compress", 2e-4)])
@given(st.tuples(HALF, HALF, HALF))
def test_unpainted_light_comes_back(
    name: str, precision: float, rgb: tuple[float, float, float]
) -> None:
    """From -100 to 65504 light comes back, as exactly as float32 holds what was shown of it."""
    policy, planes = POLICIES[name], pixels(rgb)
    before = planes.copy()
    carried = policy.show(planes)
    policy.hold(planes, planes.copy())
    scale = precision * max(1.0, float(np.abs(before).max()))
    np.testing.assert_allclose(policy.restore(planes, carried), before, rtol=0, atol=scale)


@given(st.tuples(SCENE, SCENE, SCENE))
def test_clip_gives_back_what_a_display_shows(rgb: tuple[float, float, float]) -> None:
    """From -1 to 100 light comes back cut off at 0 and 1."""
    planes = pixels(rgb)
    before = planes.copy()
    restored = CLIP.restore(planes, CLIP.show(planes))
    np.testing.assert_allclose(restored, np.clip(before, 0, 1), atol=2e-6)


def test_a_highlight_of_40_stays_40_times_white_when_painted() -> None:
    """Paint of half the shown light leaves half of a highlight of 40, not of white."""
    planes = pixels((40.0, 20.0, 10.0))
    carried = CARRY.show(planes)
    painted: Planes = decode_srgb(planes) * np.float32(0.5)
    encode_srgb(painted)
    half = CARRY.restore(painted, carried)
    np.testing.assert_allclose(half, pixels((20.0, 10.0, 5.0)), rtol=1e-4)


def test_negative_parts_come_back_as_they_went_in() -> None:
    """A negative channel is not shown and is the same after any painting."""
    planes = pixels((-0.25, 0.5, 0.5), (-100.0, -1.0, 0.0))
    carried = CARRY.show(planes)
    assert (planes[0] == 0).all()
    restored = CARRY.restore(np.zeros_like(planes), carried)
    np.testing.assert_array_equal(restored, pixels((-0.25, 0, 0), (-100.0, -1.0, 0.0)))


def test_light_below_the_shoulder_is_shown_by_the_srgb_curve_alone() -> None:
    """Up to the shoulder the network sees the plate by the formula of IEC 61966-2-1."""
    values = np.linspace(0, float(SHOULDER), 1001)
    planes = pixels(*((value, value, value) for value in values))
    carried = CARRY.show(planes)
    toe = values <= 0.0031308
    curve = np.where(toe, values * 12.92, 1.055 * np.maximum(values, 1e-9) ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(planes[0, 0], curve, atol=1e-6)
    assert carried.ratio is None
    assert carried.negative is None


def test_the_shoulder_is_smooth_and_rises() -> None:
    """What is shown rises with the light, without a step or a kink at the shoulder."""
    values = np.linspace(0.7, 1.2, 2001)
    planes = pixels(*((value, value, value) for value in values))
    CARRY.show(planes)
    shown = decode_srgb(planes)[0, 0].astype(np.float64)
    slope = np.diff(shown) / np.diff(values)
    assert slope.min() > 0
    assert np.abs(np.diff(slope)).max() < 0.02


def test_a_bright_colour_keeps_its_hue() -> None:
    """All channels of a highlight are shown smaller by one factor."""
    planes = pixels((8.0, 4.0, 2.0))
    CARRY.show(planes)
    red, green, blue = decode_srgb(planes)[:, 0, 0]
    assert red / green == pytest.approx(2, rel=1e-4)
    assert green / blue == pytest.approx(2, rel=1e-4)


def test_decoding_undoes_encoding() -> None:
    """The two sRGB curves are inverse to one another."""
    values = np.linspace(0, 1, 4097, dtype=np.float32).reshape(1, 1, -1).repeat(3, axis=0)
    encoded = values.copy()
    encode_srgb(encoded)
    np.testing.assert_allclose(decode_srgb(encoded), values, atol=5e-7)


@pytest.mark.parametrize("amount", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("policy", [CARRY, COMPRESS])
def test_a_mix_is_one_of_light_whatever_is_carried(policy: LightPolicy, amount: float) -> None:
    """Mixing what is shown equals mixing the restored light, with a highlight and a negative."""
    plate = pixels((40.0, 20.0, 10.0), (0.2, 0.5, -0.1), (0.0, 0.01, 0.9))
    shown = plate.copy()
    carried = policy.show(shown)
    painted = pixels((0.9, 0.2, 0.4), (0.1, 0.8, 0.3), (0.6, 0.6, 0.0))
    expected = policy.restore(painted, carried) * amount + plate * (1 - amount)
    mixed = policy.restore(policy.mix(painted, shown, amount), carried)
    np.testing.assert_allclose(mixed, expected, rtol=1e-3, atol=1e-5)


def test_compress_shows_what_is_in_a_bright_sky() -> None:
    """Clouds of 8 in a sky of 4 differ by 5 code values or more, where carry shows one white."""
    sky = pixels((4.0, 4.0, 4.0), (8.0, 8.0, 8.0))
    by_policy = {}
    for policy in (CARRY, COMPRESS):
        shown = sky.copy()
        policy.show(shown)
        by_policy[policy.name] = float(shown[0, 0, 1] - shown[0, 0, 0]) * 255
    assert by_policy["compress"] > 5
    assert by_policy["carry"] < 1


def test_compress_shows_dark_light_as_it_is_and_rises_to_the_top() -> None:
    """Below the knee it is the sRGB curve; from there to its top it rises with every half stop."""
    light = np.concatenate(
        [np.linspace(0, 0.25, 50), 0.25 * 2.0 ** np.arange(0.5, 20, 0.5), [4 * 65504]]
    )
    planes = pixels(*((value, value, value) for value in light))
    COMPRESS.show(planes)
    shown = planes[0, 0]
    dark = pixels(*((value, value, value) for value in light[:50]))
    encode_srgb(dark)
    np.testing.assert_allclose(shown[:50], dark[0, 0], atol=1e-6)
    assert (np.diff(shown) > 0.001).all()
    assert shown[-1] == pytest.approx(1, abs=1e-6)


def test_white_paint_is_white_where_no_brighter_light_is_near() -> None:
    """Compressed, white paint on a grey wall becomes 1, not 65504, and keeps its hue."""
    shown: Planes = np.full((3, 80, 80), 0.3, np.float32)
    painted: Planes = np.ones_like(shown)
    painted[2] = 0.5
    COMPRESS.show(shown)
    COMPRESS.hold(painted, shown)
    light = COMPRESS.restore(painted, CarriedLight())
    np.testing.assert_allclose(light.max(axis=0), 1, rtol=1e-4)
    assert (light[2] < 0.5 * light[0]).all()


def test_paint_may_be_as_bright_as_the_light_near_it_and_fades_away_from_it() -> None:
    """Beside a lamp of 40 paint may be 40; two reaches away it is white, with no step between."""
    shown: Planes = np.full((3, 9, 161), 0.3, np.float32)
    shown[:, :, 80] = 40.0
    COMPRESS.show(shown)
    painted: Planes = np.ones_like(shown)
    COMPRESS.hold(painted, shown)
    light = COMPRESS.restore(painted, CarriedLight())[0, 4]
    assert light[80] == pytest.approx(40, rel=1e-3)
    assert light[80 - 2 * NEAR_PX - 1] == pytest.approx(1, rel=1e-3)
    assert (light[1:81] / light[:80]).max() < 1.5
    assert (np.diff(light[:81]) >= -1e-4).all()


def test_the_log_shoulder_expands_what_it_squeezed() -> None:
    """The two directions of the curve are inverse to one another, up to its top."""
    light = np.concatenate([[0.0, 0.1, 0.25], np.geomspace(0.26, 4 * 65504, 2000)]).astype(
        np.float32
    )
    expanded = LOG_SHOULDER.expand(LOG_SHOULDER.squeeze(light))
    np.testing.assert_allclose(expanded, light, rtol=3e-5)
    assert LOG_SHOULDER.squeeze(np.array([1e30], np.float32))[0] == pytest.approx(1)


def test_what_is_cut_off_stays_cut_off_after_painting() -> None:
    """With clip no paint leaves the display's range, and nothing is carried."""
    planes = pixels((40.0, -3.0, 0.5))
    assert CLIP.show(planes) == CarriedLight(None, None)
    restored = CLIP.restore(np.full_like(planes, 1.3), CarriedLight())
    np.testing.assert_array_equal(restored, np.ones_like(planes))
