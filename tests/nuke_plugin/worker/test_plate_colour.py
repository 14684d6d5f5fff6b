"""Tests of the keeping of the plate's colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS, kept_expression, luma_expression
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.plate_colour import keep_plate_colour


def light(seed: int, is_signed: bool = False) -> Planes:
    """Return colours from almost black to suns, (3, 8, 9), some of them negative if asked."""
    random = np.random.default_rng(seed)
    planes: Planes = np.exp(random.normal(-1, 3, (3, 8, 9))).astype(np.float32)
    planes *= random.integers(0, 4, (3, 8, 9)) > 0
    return planes - np.float32(0.5) if is_signed else planes


def luma(planes: Planes) -> Planes:
    """Return the luma of the positive parts, (H, W)."""
    return np.tensordot(np.array(LUMA_WEIGHTS), np.maximum(planes, 0), axes=1)


def test_at_0_every_bit_is_the_paintings() -> None:
    """Nothing is kept at 0: the painting is not touched, NaN included."""
    words = np.random.default_rng(0).integers(0, 2**32, (3, 8, 9), np.uint64).astype(np.uint32)
    painted = words.view(np.float32).copy()
    keep_plate_colour(painted, light(1), 0.0)
    np.testing.assert_array_equal(painted.view(np.uint32), words)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_at_1_the_luma_is_the_paintings_and_no_chroma_grows(seed: int) -> None:
    """Any light gets the painting's luma, nothing negative, and no more colour than the plate's."""
    painted, plate = light(seed), light(seed + 1)
    result = painted.copy()
    keep_plate_colour(result, plate, 1.0)
    np.testing.assert_allclose(luma(result), luma(painted), rtol=1e-4, atol=1e-6)
    assert result.min() >= 0
    spread = result.max(axis=0) - result.min(axis=0)
    most = plate.max(axis=0) - plate.min(axis=0)
    assert (spread <= most * 1.0001 + 1e-5 * result.max(axis=0)).all()


def test_a_dark_painting_of_a_bright_orange_is_a_dark_orange() -> None:
    """Dimmed light keeps its hue: the ratios of a lamp of 40 are those of the plate."""
    plate: Planes = np.array([40.0, 20.0, 5.0], np.float32).reshape(3, 1, 1)
    result: Planes = np.full((3, 1, 1), 2.0, np.float32)
    keep_plate_colour(result, plate, 1.0)
    np.testing.assert_allclose(result / result[0], plate / plate[0], rtol=1e-5)


def test_a_plate_painted_in_its_own_luma_comes_back() -> None:
    """At 1 a grey painting with the plate's luma is the plate."""
    plate = light(3)
    result: Planes = np.stack([luma(plate)] * 3).astype(np.float32)
    keep_plate_colour(result, plate, 1.0)
    error = np.abs(result - plate) / np.maximum(plate.max(axis=0), 1e-6)
    assert error.max() < 1e-5


def test_it_scales_with_the_picture() -> None:
    """Colours multiplied by an alpha give the result multiplied by it."""
    painted, plate = light(4), light(5)
    result, dimmed = painted.copy(), painted * np.float32(0.25)
    keep_plate_colour(result, plate, 0.7)
    keep_plate_colour(dimmed, plate * np.float32(0.25), 0.7)
    np.testing.assert_allclose(dimmed, result * 0.25, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("is_signed", [False, True])
def test_the_expression_for_nodes_is_the_same_maths(is_signed: bool) -> None:
    """The text that Nuke's Expression node would be given works out what the command does."""
    painted, plate = light(6, is_signed), light(7, is_signed)
    result = painted.copy()
    keep_plate_colour(result, plate, 1.0)
    names = {"max": np.maximum, "min": np.minimum}
    names |= dict(zip(("r", "g", "b"), plate.astype(np.float64), strict=True))
    names |= dict(zip(("pr", "pg", "pb"), painted.astype(np.float64), strict=True))
    names["y"] = eval(luma_expression("r", "g", "b"), names)
    names["py"] = eval(luma_expression("pr", "pg", "pb"), names)
    for index, channel in enumerate("rgb"):
        expected = eval(kept_expression(channel, "y", "py"), names)
        np.testing.assert_allclose(result[index], expected, rtol=1e-4, atol=1e-5)
