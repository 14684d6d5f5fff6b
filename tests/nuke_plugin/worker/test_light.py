"""Tests of what a network sees of scene light and what is carried round it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.worker.light import SHOULDER, Planes, decode_srgb, encode_srgb, mix, restore, show

HALF = st.floats(min_value=-100, max_value=65504, width=32)


def pixels(*rgb: tuple[float, float, float]) -> Planes:
    """Return planes, (3, 1, N), of some pixels."""
    return np.array(rgb, np.float32).T[:, None, :].copy()


@given(st.tuples(HALF, HALF, HALF))
def test_any_light_is_shown_between_0_and_1_and_comes_back(rgb: tuple[float, float, float]) -> None:
    """What is shown lies in [0, 1], and unpainted light comes back within float precision."""
    planes = pixels(rgb)
    before = planes.copy()
    carried = show(planes)
    assert planes.min() >= 0
    assert planes.max() <= 1
    scale = max(1.0, float(np.abs(before).max()))
    np.testing.assert_allclose(restore(planes, carried), before, rtol=2e-5, atol=2e-6 * scale)


def test_a_highlight_of_40_stays_40_times_white_when_painted() -> None:
    """Paint of half the shown light leaves half of a highlight of 40, not of white."""
    planes = pixels((40.0, 20.0, 10.0))
    carried = show(planes)
    painted: Planes = decode_srgb(planes) * np.float32(0.5)
    encode_srgb(painted)
    half = restore(painted, carried)
    np.testing.assert_allclose(half, pixels((20.0, 10.0, 5.0)), rtol=1e-4)


def test_negative_parts_come_back_as_they_went_in() -> None:
    """A negative channel is not shown and is the same after any painting."""
    planes = pixels((-0.25, 0.5, 0.5), (-100.0, -1.0, 0.0))
    carried = show(planes)
    assert (planes[0] == 0).all()
    restored = restore(np.zeros_like(planes), carried)
    np.testing.assert_array_equal(restored, pixels((-0.25, 0, 0), (-100.0, -1.0, 0.0)))


def test_light_below_the_shoulder_is_shown_by_the_srgb_curve_alone() -> None:
    """Up to the shoulder the network sees the plate by the formula of IEC 61966-2-1."""
    values = np.linspace(0, float(SHOULDER), 1001)
    planes = pixels(*((value, value, value) for value in values))
    carried = show(planes)
    toe = values <= 0.0031308
    curve = np.where(toe, values * 12.92, 1.055 * np.maximum(values, 1e-9) ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(planes[0, 0], curve, atol=1e-6)
    assert carried.ratio is None
    assert carried.negative is None


def test_the_shoulder_is_smooth_and_rises() -> None:
    """What is shown rises with the light, without a step or a kink at the shoulder."""
    values = np.linspace(0.7, 1.2, 2001)
    planes = pixels(*((value, value, value) for value in values))
    show(planes)
    shown = decode_srgb(planes)[0, 0].astype(np.float64)
    slope = np.diff(shown) / np.diff(values)
    assert slope.min() > 0
    assert np.abs(np.diff(slope)).max() < 0.02


def test_a_bright_colour_keeps_its_hue() -> None:
    """All channels of a highlight are shown smaller by one factor."""
    planes = pixels((8.0, 4.0, 2.0))
    show(planes)
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
def test_a_mix_is_one_of_light_whatever_is_carried(amount: float) -> None:
    """Mixing what is shown equals mixing the restored light, with a highlight and a negative."""
    plate = pixels((40.0, 20.0, 10.0), (0.2, 0.5, -0.1), (0.0, 0.01, 0.9))
    shown = plate.copy()
    carried = show(shown)
    painted = pixels((0.9, 0.2, 0.4), (0.1, 0.8, 0.3), (0.6, 0.6, 0.0))
    expected = restore(painted, carried) * amount + plate * (1 - amount)
    mixed = restore(mix(painted, shown, amount), carried)
    np.testing.assert_allclose(mixed, expected, rtol=1e-4, atol=1e-5)
