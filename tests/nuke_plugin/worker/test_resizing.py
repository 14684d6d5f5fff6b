"""Tests of resizing pictures for networks of one size."""

from __future__ import annotations

import numpy as np

from nuke_plugin.worker.resizing import resized


def test_a_picture_that_shrinks_is_averaged() -> None:
    """Each small pixel is the mean of those it stands for, so fine patterns do not alias."""
    planes = np.random.default_rng(0).random((3, 24, 40), np.float32)
    expected = planes.reshape(3, 6, 4, 10, 4).mean(axis=(2, 4))
    np.testing.assert_allclose(resized(planes, 10, 6), expected, atol=1e-6)


def test_a_picture_that_grows_stays_within_its_range() -> None:
    """A hard edge rings under a cubic filter; what comes back is in 0 to 1 all the same."""
    planes = np.zeros((3, 8, 8), np.float32)
    planes[..., 4:] = 1
    large = resized(planes, 61, 33)
    assert large.shape == (3, 33, 61)
    assert (large.min(), large.max()) == (0, 1)


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    """Nothing is copied where nothing changes."""
    planes = np.zeros((3, 8, 8), np.float32)
    assert resized(planes, 8, 8) is planes
