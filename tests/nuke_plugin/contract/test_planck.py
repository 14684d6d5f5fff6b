"""Tests of the black body's formula, as text and as number."""

from __future__ import annotations

import math

import pytest

from nuke_plugin.contract.planck import (
    HOTTEST_KELVIN,
    LEAST_KELVIN,
    tristimulus,
    tristimulus_expression,
)


@pytest.mark.parametrize("kelvin", [LEAST_KELVIN, 1500.0, 2000.0, HOTTEST_KELVIN])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_text_says_the_number(index: int, kelvin: float) -> None:
    """What Nuke would work out of the expression is what the function gives."""
    text = tristimulus_expression(index, "u")
    there = eval(text, {"u": 1000 / kelvin, "pow": pow, "exp": math.exp})
    assert there == pytest.approx(tristimulus(index, kelvin), rel=1e-12)


def test_2000_kelvin_is_the_unit() -> None:
    """The luminance of 2000 K is 1, as far as the formula is exact."""
    assert tristimulus(1, 2000.0) == pytest.approx(1, abs=2e-3)


def test_hotter_is_brighter() -> None:
    """Luminance rises with the temperature over the whole range, without a bump of the formula."""
    steps = [LEAST_KELVIN * (HOTTEST_KELVIN / LEAST_KELVIN) ** (i / 500) for i in range(501)]
    values = [tristimulus(1, kelvin) for kelvin in steps]
    assert all(a < b for a, b in zip(values, values[1:]))
