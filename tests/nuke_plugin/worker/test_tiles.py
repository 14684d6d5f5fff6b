"""Tests of the pad round a frame and of the windows it is cut into."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.worker.tiles import WINDOW_LIMIT_PX, FrameGeometry
from tests.tiny_model import tiny_card

SIZES = [(1, 1), (3, 5), (5, 3), (1, 17), (33, 1), (101, 67), (640, 360)]


@pytest.fixture
def card() -> ModelCard:
    """A local model on a grid of 4 with a halo of 12 and a border of 8."""
    return tiny_card(b"network")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_pad_reflects_the_frame_at_any_size(card: ModelCard, width: int, height: int) -> None:
    """The pad equals numpy's reflection, also where it is wider than the frame."""
    geometry = FrameGeometry.of(card, width, height)
    padded = np.full((1, 2, geometry.padded_height, geometry.padded_width), np.nan, np.float32)
    frame = np.random.default_rng(0).random((2, height, width), np.float32)
    geometry.frame_of(padded)[0] = frame
    geometry.reflect_into_pad(padded)
    border = card.border_px
    rows = (border, geometry.padded_height - height - border)
    columns = (border, geometry.padded_width - width - border)
    np.testing.assert_array_equal(padded[0], np.pad(frame, ((0, 0), rows, columns), "reflect"))


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("limit_px", [1, 2000, 10_000, WINDOW_LIMIT_PX])
def test_windows_cover_the_frame_on_the_grid_in_one_size(
    card: ModelCard, width: int, height: int, limit_px: int
) -> None:
    """Every pixel is some window's own, and every window lies on the grid inside the pad."""
    geometry = FrameGeometry.of(card, width, height, limit_px)
    covered = np.zeros((height, width), int)
    for window in geometry.windows():
        assert window.x % card.size_multiple == window.y % card.size_multiple == 0
        assert 0 <= window.x <= geometry.padded_width - geometry.window_width
        assert 0 <= window.y <= geometry.padded_height - geometry.window_height
        covered[window.outer] += 1
        for inner, outer in zip(window.inner, window.outer, strict=True):
            assert inner.stop - inner.start == outer.stop - outer.start
    assert covered.min() >= 1
    assert geometry.window_width % card.size_multiple == 0
    assert geometry.window_height % card.size_multiple == 0


def test_a_windows_own_pixels_are_a_halo_away_from_its_cuts(card: ModelCard) -> None:
    """No pixel is taken from a window that does not see all that matters to the pixel."""
    geometry = FrameGeometry.of(card, 400, 300, 10_000)
    assert len(list(geometry.windows())) > 4
    for window in geometry.windows():
        rows, columns = window.inner
        for part, start, size, padded in (
            (rows, window.y, geometry.window_height, geometry.padded_height),
            (columns, window.x, geometry.window_width, geometry.padded_width),
        ):
            assert start == 0 or part.start >= card.halo_px
            assert start + size == padded or part.stop <= size - card.halo_px


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2048, 1152)])
def test_a_frame_up_to_the_limit_is_painted_whole(card: ModelCard, width: int, height: int) -> None:
    """HD and 2K frames are one window."""
    geometry = FrameGeometry.of(card, width, height)
    assert len(list(geometry.windows())) == 1


def test_a_large_frame_is_cut_into_few_windows_within_the_limit(card: ModelCard) -> None:
    """UHD needs four windows or fewer, none above the limit, and little is computed twice."""
    geometry = FrameGeometry.of(card, 3840, 2160)
    window_px = geometry.window_width * geometry.window_height
    count = len(list(geometry.windows()))
    assert window_px <= WINDOW_LIMIT_PX
    assert count <= 4
    assert count * window_px < 1.1 * geometry.padded_width * geometry.padded_height


def test_a_network_that_is_not_local_gets_the_whole_frame(card: ModelCard) -> None:
    """A network whose statistics come from the picture is never given a part of it."""
    far_seeing = dataclasses.replace(card, local=False)
    geometry = FrameGeometry.of(far_seeing, 3840, 2160)
    (window,) = geometry.windows()
    assert (window.x, window.y) == (0, 0)
    assert window.outer == (slice(0, 2160), slice(0, 3840))
