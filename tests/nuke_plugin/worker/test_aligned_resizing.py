"""Promises of resizing in the phase of the whole frame: a crop has the frame's own pixels."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuke_plugin.worker.aligned_resizing import MOST_PARTS, extended, near_fraction, rescaled

SCALES = [Fraction(8, 27), Fraction(1, 4), Fraction(16, 27), Fraction(2), Fraction(32, 27)]


@pytest.mark.parametrize("scale", SCALES)
def test_a_crop_of_whole_groups_equals_the_whole(scale: Fraction) -> None:
    """However far to the right it lies, a crop is resized with the weights of the whole frame."""
    of = 2 * scale.denominator * (16 // scale.denominator + 1)
    plane = np.random.default_rng(1).random((6 * of, 7000 // of * of)).astype(np.float32)
    whole = rescaled(plane, scale)
    first = plane.shape[1] - 4 * of
    part = rescaled(plane[2 * of :, first:], scale)
    there = whole[int(2 * of * scale) :, int(first * scale) :]
    assert part.shape == there.shape
    assert np.abs(part - there)[4:-4, 4:-4].max() < 1e-6


@pytest.mark.parametrize("scale", SCALES)
def test_it_is_opencvs_resizing(scale: Fraction) -> None:
    """What shrinks is OpenCV's mean over areas, what grows its cubic kernel, edges included."""
    of = scale.denominator
    plane = np.random.default_rng(2).random((54 // of * of, 81 // of * of)).astype(np.float32)
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (int(plane.shape[1] * scale), int(plane.shape[0] * scale))
    assert np.abs(rescaled(plane, scale) - cv2.resize(plane, size, interpolation=kind)).max() < 1e-5


@given(st.integers(-9000, 9000), st.integers(1, 9000), st.sampled_from(SCALES))
def test_a_plate_is_extended_to_whole_groups(start: int, size: int, scale: Fraction) -> None:
    """Less than a group is added on each side, and what results begins and ends with one."""
    lead, whole = extended(start, size, scale)
    assert 0 <= lead < scale.denominator
    assert 0 <= whole - lead - size < scale.denominator
    assert (start - lead) % scale.denominator == whole % scale.denominator == 0


@settings(max_examples=50)
@given(st.floats(1e-6, 2.0))
def test_every_scale_is_near_one_of_small_numbers(scale: float) -> None:
    """Down to a 32nd a scale is met within half a percent, and it is never nothing."""
    near = near_fraction(scale)
    assert near.denominator <= MOST_PARTS
    assert near > 0
    if scale >= 1 / 32:
        assert abs(float(near) / scale - 1) < 0.005


def test_a_result_is_put_where_it_belongs() -> None:
    """What is given to hold it holds the same values, larger, smaller or as it is."""
    plane = np.random.default_rng(3).random((32, 54), np.float32)
    for scale in (Fraction(27, 8), Fraction(1, 2), Fraction(1)):  # 48 = 6 groups of 8
        part = plane[:, :48] if scale > 1 else plane
        expected = rescaled(part, scale)
        out = np.empty_like(expected)
        assert rescaled(part, scale, out=out) is out
        np.testing.assert_array_equal(out, expected)


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted as Linux lists them")
def test_numpy_multiplies_on_one_thread() -> None:
    """A worker's products leave the processors to the network, unless the environment says so."""
    code = (
        "import os\n"
        "from nuke_plugin.worker.aligned_resizing import np\n"
        "big = np.ones((600, 600), np.float32)\n"
        "big @ big\n"
        "print(len(os.listdir('/proc/self/task')))\n"
    )
    environ = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
        env=environ,
        check=True,
    )
    assert done.stdout.strip() == "1"
