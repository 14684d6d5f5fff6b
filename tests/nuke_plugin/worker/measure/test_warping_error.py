"""E_warp's promises: a picture that moves has none, one that flickers has its flicker's square."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.worker.measure.exact_motion import CameraShot, Frame, Move
from nuke_plugin.worker.measure.warping_error import (
    flow,
    not_occluded,
    real_clip,
    warping_error,
)
from tests.nuke_plugin.worker.measure.pictures import detailed


@pytest.fixture(scope="module")
def plates() -> tuple[Frame, ...]:
    """Three frames of a pan."""
    still = detailed(400, 260)
    return CameraShot.of(still, Move(shift_px=(4.0, 1.0)), 3, (320, 200)).plates


def test_flow_finds_the_motion(plates: tuple[Frame, ...]) -> None:
    """A camera that goes 4 px right and 1 px down moves the picture the other way."""
    middle = flow(plates[0], plates[1])[40:-40, 40:-40]
    assert np.median(middle, axis=(0, 1)) == pytest.approx([-4.0, -1.0], abs=0.15)


def test_motion_is_forgiven_and_flicker_is_not(plates: tuple[Frame, ...]) -> None:
    """The moving plate has next to no error; frames that differ by 0.1 in light have 0.01."""
    quiet = warping_error(plates, plates)
    assert quiet < 5e-4
    lit = [plate + 0.1 * time for time, plate in enumerate(plates)]
    assert warping_error(plates, lit) == pytest.approx(0.01, rel=0.1)


def test_what_leaves_the_frame_is_not_compared(plates: tuple[Frame, ...]) -> None:
    """Pixels whose place in the next frame lies outside count as occluded."""
    forward, backward = flow(plates[0], plates[1]), flow(plates[1], plates[0])
    visible = not_occluded(forward, backward)
    assert not visible[:, 0].any()
    assert visible[40:-40, 40:-40].mean() > 0.95


def test_a_way_back_that_leads_elsewhere_is_an_occlusion() -> None:
    """Where there and back do not end where they began, something came between."""
    there = np.full((20, 30, 2), 2.0, np.float32)
    assert not_occluded(there, -there)[5:15, 5:15].all()
    assert not not_occluded(there, there)[5:15, 5:15].any()


def test_the_real_clip_moves() -> None:
    """The shipped shot's frames are neighbours: alike, and not the same."""
    first, second = real_clip(2)
    assert first.shape == (540, 960, 3)
    assert 0.001 < float(np.abs(first - second).mean()) < 0.1
