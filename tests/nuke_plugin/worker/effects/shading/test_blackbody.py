"""Tests of the black body: CIE's table, Planck's integral, its formula, and the colours made."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.contract.planck import (
    CORE,
    HOTTEST_KELVIN,
    LEAST_KELVIN,
    XYZ_TO_REC709,
    tristimulus,
)
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.effects.shading.blackbody import (
    chromaticity,
    glow,
    held_in_gamut,
    integrated,
)
from nuke_plugin.worker.effects.shading.cie_1931 import MATCHING_FUNCTIONS
from nuke_plugin.worker.effects.shading.result_space import LINEAR_REC709, ResultSpace

WHOLE_RANGE = np.geomspace(LEAST_KELVIN, HOTTEST_KELVIN, 400)


def test_the_table_is_cie_s() -> None:
    """It has 81 rows, the sums that make equal energy white, and y is 1 at 555 nm."""
    table = np.array(MATCHING_FUNCTIONS)
    assert table.shape == (81, 3)
    np.testing.assert_allclose(table.sum(axis=0), [21.3715, 21.3713, 21.3715], atol=1e-4)
    assert table[(555 - 380) // 5, 1] == table[:, 1].max() == 1


@pytest.mark.parametrize(
    ("kelvin", "x", "y"),
    [
        (1000, 0.6528, 0.3444),
        (1500, 0.5857, 0.3931),
        (2000, 0.5267, 0.4133),
        (2500, 0.4770, 0.4137),
        (2855.5, 0.44758, 0.40745),  # illuminant A, ISO 11664-2
        (3000, 0.4369, 0.4041),
        (4000, 0.3805, 0.3768),
        (6500, 0.3135, 0.3237),
        (10000, 0.2807, 0.2884),
    ],
)
def test_the_locus_is_the_published_one(kelvin: float, x: float, y: float) -> None:
    """Chromaticities are those of Wyszecki and Stiles, Color Science, table 1(3.11), to 0.0002."""
    np.testing.assert_allclose(chromaticity(np.array([kelvin]))[0], [x, y], atol=2e-4)


def test_the_formula_is_the_integral_within_a_fifth_of_a_percent() -> None:
    """From 700 to 10,000 K each of X, Y and Z is off by less than 0.2 %."""
    exact = integrated(WHOLE_RANGE)
    formula = np.array([[tristimulus(i, kelvin) for i in range(3)] for kelvin in WHOLE_RANGE])
    error = np.abs(formula / exact - 1)
    assert 1e-4 < error.max() < 2e-3


def test_colours_are_the_integral_s_within_a_percent_of_the_brightest_channel() -> None:
    """The ramp that is shown differs from one made of the integral by less than 1 %."""
    kelvin = WHOLE_RANGE.astype(np.float32)[None]
    shown = glow(kelvin, 2000.0, LINEAR_REC709)[:, 0]
    exact = integrated(WHOLE_RANGE) * CORE
    wanted = held_in_gamut((exact @ np.array(XYZ_TO_REC709).T).T, exact[:, 1])  # type: ignore[arg-type]
    error = np.abs(shown - wanted).max(axis=0) / wanted.max(axis=0)
    assert error.max() < 0.01


def test_the_hottest_has_the_core_s_luminance() -> None:
    """Whatever the hottest temperature is, its luminance is CORE, and a channel is well above 1."""
    for kelvin in (1200.0, 2000.0, 6500.0):
        light = glow(np.full((1, 1), kelvin, np.float32), kelvin, LINEAR_REC709)[:, 0, 0]
        assert np.dot([0.2126, 0.7152, 0.0722], light) == pytest.approx(CORE, rel=5e-3)
        assert light.max() > 5


def test_6500_kelvin_is_nearly_white_and_cooler_is_redder() -> None:
    """Rec.709's white is near 6500 K; below it red leads green leads blue."""
    white, warm = (
        glow(np.full((1, 1), kelvin, np.float32), kelvin, LINEAR_REC709)[:, 0, 0]
        for kelvin in (6500.0, 2500.0)
    )
    np.testing.assert_allclose(white / white.mean(), 1, atol=0.06)
    assert warm[0] > 2 * warm[1] > 2 * warm[2]


def test_nothing_is_negative_and_luminance_stays() -> None:
    """Below 1900 K blue would be negative in Rec.709: it is 0, and the luminance is as it was."""
    kelvin = np.linspace(LEAST_KELVIN, 1850, 50, dtype=np.float32)[None]
    light = glow(kelvin, 2000.0, LINEAR_REC709)[:, 0]
    luminance = (
        np.array([tristimulus(1, float(k)) for k in kelvin[0]]) * CORE / tristimulus(1, 2000)
    )
    row = np.linalg.inv(np.array(XYZ_TO_REC709))[1]
    assert light.min() >= 0
    assert light[2].max() < 1e-6 * light[0].max()
    np.testing.assert_allclose(row @ light, luminance, rtol=1e-4)


def test_acescg_needs_no_drawing_in() -> None:
    """In ACEScg every colour of the locus is positive before anything is held in gamut."""
    space = ResultSpace.of(ColourConfig.from_environment({}), "ACEScg")
    raw = space.matrix @ np.array(XYZ_TO_REC709) @ integrated(WHOLE_RANGE).T
    assert (raw > 0).all()
    made = glow(WHOLE_RANGE.astype(np.float32)[None], 2000.0, space)[:, 0]
    np.testing.assert_allclose(made, raw * CORE, rtol=0.02)


def test_temperatures_out_of_range_are_its_ends() -> None:
    """What is colder or hotter than the formula knows is taken for the nearest it knows."""
    ends = np.array([[0.0, LEAST_KELVIN, HOTTEST_KELVIN, 1e9]], np.float32)
    light = glow(ends, 2000.0, LINEAR_REC709)[:, 0]
    np.testing.assert_array_equal(light[:, 0], light[:, 1])
    np.testing.assert_array_equal(light[:, 2], light[:, 3])
