"""Locality's promises: a painter that looks beyond its halo is found out."""

from __future__ import annotations

import pytest

from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.locality import far_field, identity_difference, tile_difference
from tests.nuke_plugin.worker.measure.pictures import FixedPattern, detailed, untouched


@pytest.fixture(scope="module")
def still() -> Frame:
    """Any picture."""
    return detailed(480, 270)


def test_a_global_statistic_is_found_out(still: Frame) -> None:
    """A painter that subtracts the frame's mean is neither local nor tileable."""

    def centred(frame: Frame, style: str, strength: float) -> Frame:
        return frame - frame.mean()

    assert far_field(still, "mean", centred, 40) > 1e-3
    assert far_field(still, "mean", centred, None) > 1e-3
    found = tile_difference(still, "mean", centred, 40)
    assert found is not None
    assert found > 1e-3
    assert far_field(still, "none", untouched, 40) == 0.0
    assert tile_difference(still, "none", untouched, 40) == 0.0


def test_a_halo_that_is_too_small_is_found_out(still: Frame) -> None:
    """A painter that looks 40 px to the left passes with a halo of 40, not with one of 39."""

    def shifted(frame: Frame, style: str, strength: float) -> Frame:
        painted = frame.copy()
        painted[:, 40:] = frame[:, :-40]
        painted[:, :40] = 0.0  # what a network's zero padding does
        return painted

    assert tile_difference(still, "left", shifted, 40) == 0.0
    assert tile_difference(still, "left", shifted, 39) != 0.0
    assert far_field(still, "left", shifted, 40) == 0.0
    assert far_field(still, "left", shifted, 39) > 0.0


def test_a_halo_beyond_the_frame_leaves_no_tile(still: Frame) -> None:
    """Nothing is claimed of tiles where none fits."""
    assert tile_difference(still, "none", untouched, 300) is None


def test_identity_is_measured_at_strength_zero(still: Frame) -> None:
    """A mix by strength is the plate at 0."""

    def mixed(frame: Frame, style: str, strength: float) -> Frame:
        return (1 - strength) * frame + strength

    assert identity_difference(still, "white", mixed) == 0.0
    assert identity_difference(still, "lens", FixedPattern()) > 0.05
