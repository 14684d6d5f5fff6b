"""Tests of the way from premultiplied colours to straight ones and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nuke_plugin.worker.coverage import REACH_PX, Plane, uncover
from nuke_plugin.worker.planes import Planes

SIDE = 96


def soft_disc(side: int = SIDE, softness: float = 4.0) -> Plane:
    """Return the alpha, (side, side), of a disc with a soft edge: 1 inside, 0 at the corners."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    radius = np.hypot(x, y)
    alpha: Plane = np.clip((side / 4 - radius) / softness + 0.5, 0, 1).astype(np.float32)
    return alpha


def flat(rgb: tuple[float, float, float], side: int = SIDE) -> Planes:
    """Return one colour, (3, side, side)."""
    planes: Planes = np.empty((3, side, side), np.float32)
    planes[:] = np.array(rgb, np.float32)[:, None, None]
    return planes


@pytest.mark.parametrize("level", [0.5, 40.0])
@pytest.mark.parametrize("premult", ["auto", "on"])
def test_a_soft_edge_is_shown_in_the_elements_own_colour(premult: str, level: float) -> None:
    """A disc of one colour over black is shown as that colour, in its edge and round it."""
    alpha = soft_disc()
    colour = flat((level, level / 2, level / 4))
    planes = colour * alpha
    coverage = uncover(planes, alpha, premult)
    assert coverage is not None
    near = cv2.dilate(alpha, np.ones((17, 17), np.uint8)) > 0
    np.testing.assert_allclose(planes[:, near], colour[:, near], rtol=0.01)
    np.testing.assert_allclose(coverage.share, alpha, atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["auto", "on"]))
@settings(max_examples=25, deadline=None)
def test_unpainted_colours_come_back(seed: int, premult: str) -> None:
    """Any colours and any alpha, with holes, glows and negatives, come back within precision."""
    random = np.random.default_rng(seed)
    alpha = cv2.blur(np.clip(random.normal(0.3, 1, (40, 50)), 0, 1).astype(np.float32), (3, 3))
    alpha[:12] *= random.integers(0, 2)
    planes: Planes = random.normal(0.3, 0.4, (3, 40, 50)).astype(np.float32)
    planes *= np.exp(random.normal(0, 3, (40, 50))).astype(np.float32)
    planes *= alpha if seed % 2 else 1
    before = planes.copy()
    coverage = uncover(planes, alpha, premult)
    assert np.isfinite(planes).all()
    if coverage is not None:
        coverage.restore(planes, slice(None))
    np.testing.assert_allclose(planes, before, rtol=1e-5, atol=1e-6)


def test_paint_on_nothing_does_not_light_up_what_lies_under_it() -> None:
    """Whatever is painted where there is neither alpha nor colour, the result is 0 there."""
    alpha = soft_disc()
    planes = flat((0.5, 0.4, 0.3)) * alpha
    coverage = uncover(planes, alpha, "auto")
    assert coverage is not None
    painted = np.ones_like(planes)
    coverage.restore(painted, slice(None))
    np.testing.assert_array_equal(painted[:, alpha == 0], 0)
    np.testing.assert_allclose(painted, np.stack([alpha] * 3), atol=1e-6)


@pytest.mark.parametrize("premult", ["auto", "on"])
def test_light_without_alpha_is_painted_as_it_stands(premult: str) -> None:
    """A spark of 3 with alpha 0, away from everything, is shown as 3 and comes back whole."""
    alpha = soft_disc()
    planes = flat((0.5, 0.4, 0.3)) * alpha
    planes[:, 8:11, 8:11] = 3.0
    coverage = uncover(planes, alpha, premult)
    assert coverage is not None
    np.testing.assert_allclose(planes[:, 8:11, 8:11], 3.0, rtol=1e-5)
    np.testing.assert_allclose(coverage.share[8:11, 8:11], 1)


def test_a_matte_over_a_whole_plate_is_not_divided_by() -> None:
    """Where a picture lies outside the alpha, auto shows the plate as it is; on would not."""
    alpha = soft_disc(softness=2.0)
    plate = np.random.default_rng(0).uniform(0.1, 0.6, (3, SIDE, SIDE)).astype(np.float32)
    planes = plate.copy()
    uncover(planes, alpha, "auto")
    np.testing.assert_allclose(planes, plate, rtol=1e-4)
    divided = plate.copy()
    uncover(divided, alpha, "on")
    edge = (alpha > 0) & (alpha < 0.3)
    assert (divided[:, edge] > 3 * plate[:, edge]).all()


@pytest.mark.parametrize(
    ("alpha", "premult"), [(1.0, "auto"), (1.0, "on"), (0.0, "auto"), (2.0, "on"), (np.nan, "on")]
)
def test_a_plain_alpha_leaves_every_bit(alpha: float, premult: str) -> None:
    """Alpha 1 or more, no number, or a channel nobody filled: nothing is divided."""
    plate = np.random.default_rng(0).normal(0.3, 1, (3, 20, 30)).astype(np.float32)
    planes = plate.copy()
    assert uncover(planes, np.full((20, 30), alpha, np.float32), premult) is None
    np.testing.assert_array_equal(planes, plate)


@pytest.mark.parametrize("premult", ["auto", "on"])
def test_what_is_shown_depends_on_what_is_within_reach(premult: str) -> None:
    """Beyond its reach a crop of an element is shown as in the whole frame."""
    random = np.random.default_rng(1)
    alpha = cv2.blur(random.integers(0, 2, (60, 400)).astype(np.float32), (9, 9))
    alpha[:, 100:180] = 0
    planes = random.uniform(0, 0.8, (3, 60, 400)).astype(np.float32) * alpha
    whole, part = planes.copy(), np.ascontiguousarray(planes[:, :, 60:])
    uncover(whole, alpha, premult)
    uncover(part, np.ascontiguousarray(alpha[:, 60:]), premult)
    np.testing.assert_allclose(part[:, :, REACH_PX:], whole[:, :, 60 + REACH_PX :], atol=1e-5)
