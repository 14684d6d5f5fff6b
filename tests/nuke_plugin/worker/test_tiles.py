"""Tests of the pad round a frame and of the windows it is cut into."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nuke_plugin.contract.card import IMPORTED_FORMAT, ImportedCard, ModelCard
from nuke_plugin.contract.wiring import Wiring
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


def imported(card: ModelCard, local: bool, **wiring: object) -> ImportedCard:
    """Return the card as that of an imported network that is run so."""
    fields = {
        field.name: getattr(card, field.name)
        for field in dataclasses.fields(card)
        if field.name not in ("format", "local")
    }
    own = Wiring(**wiring)  # type: ignore[arg-type]
    return ImportedCard(**fields, format=IMPORTED_FORMAT, local=local, imported=own)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_tiles_of_one_size_cover_the_frame_a_halo_away_from_their_cuts(
    card: ModelCard, width: int, height: int
) -> None:
    """A network of 96x64 gets windows of that size on its grid, each pixel from a right one."""
    size = {"fixed_width_px": 96, "fixed_height_px": 64}
    geometry = FrameGeometry.of(imported(card, True, sizing="tiles", **size), width, height)
    assert (geometry.window_width, geometry.window_height) == (96, 64)
    covered = np.zeros((height, width), int)
    for window in geometry.windows():
        assert window.x % card.size_multiple == window.y % card.size_multiple == 0
        covered[window.outer] += 1
        for part, start, side, padded in (
            (window.inner[0], window.y, 64, geometry.padded_height),
            (window.inner[1], window.x, 96, geometry.padded_width),
        ):
            assert start + side <= padded
            assert start == 0 or part.start >= card.halo_px
            assert start + side == padded or part.stop <= side - card.halo_px
    assert covered.min() >= 1


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_fading_windows_weigh_something_everywhere(
    card: ModelCard, width: int, height: int
) -> None:
    """Where tiles fade into each other each pixel has a weight, and most between two tiles one."""
    size = {"fixed_width_px": 96, "fixed_height_px": 64}
    geometry = FrameGeometry.of(imported(card, False, sizing="tiles", **size), width, height)
    weights = geometry.weights()
    assert weights.shape == (64, 96)
    assert weights.max() == 1
    total = np.zeros((geometry.padded_height, geometry.padded_width), np.float32)
    for window in geometry.windows():
        total[window.y : window.y + 64, window.x : window.x + 96] += weights
    frame = geometry.frame_of(total)
    assert frame.shape == (height, width)
    assert frame.min() > 0
    inside = total[16:-16, 16:-16]
    np.testing.assert_allclose(inside, 1, atol=1e-5)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("side", [16, 100, 256])
def test_tiles_that_are_asked_for_fade_and_are_even(
    card: ModelCard, width: int, height: int, side: int
) -> None:
    """A network that is not local gets tiles of at most that side on its grid; weights sum up."""
    whole = dataclasses.replace(card, local=False)
    assert whole.tiles_fade
    assert not card.tiles_fade
    geometry = FrameGeometry.of(whole, width, height, fading_px=side)
    assert max(geometry.window_width, geometry.window_height) <= side
    total = np.zeros((geometry.padded_height, geometry.padded_width), np.float32)
    weights = geometry.weights() if geometry.ramp_px else np.ones_like(total)
    for window in geometry.windows():
        assert window.x % card.size_multiple == window.y % card.size_multiple == 0
        rows = slice(window.y, window.y + geometry.window_height)
        columns = slice(window.x, window.x + geometry.window_width)
        total[rows, columns] += weights
    assert geometry.frame_of(total).shape == (height, width)
    assert total.min() > 0
    ramp = geometry.ramp_px
    inside = total[ramp : total.shape[0] - ramp, ramp : total.shape[1] - ramp]
    np.testing.assert_allclose(inside, 1, atol=1e-5)
    assert geometry.in_smaller_windows(whole, 1) == geometry or not ramp


@pytest.mark.parametrize(("width", "height"), [*SIZES, (5000, 3)])
def test_a_frame_is_resized_into_the_size_and_its_border(
    card: ModelCard, width: int, height: int
) -> None:
    """The small frame keeps its shape within a pixel, touches two borders, and is one window."""
    size = {"fixed_width_px": 96, "fixed_height_px": 64}
    geometry = FrameGeometry.of(imported(card, False, sizing="resized", **size), width, height)
    assert geometry.scaled is not None
    scaled = geometry.scaled
    assert (scaled.padded_width, scaled.padded_height) == (96, 64)
    assert len(list(scaled.windows())) == 1
    room = (96 - 2 * card.border_px, 64 - 2 * card.border_px)
    assert scaled.width == room[0] or scaled.height == room[1]
    assert 1 <= scaled.width <= room[0]
    assert 1 <= scaled.height <= room[1]
    scale = min(room[0] / width, room[1] / height)
    assert abs(scaled.width - width * scale) <= 1
    assert abs(scaled.height - height * scale) <= 1


def test_a_frame_is_resized_to_a_long_side(card: ModelCard) -> None:
    """A network of free size gets frames of that long side, on its grid with their border."""
    wired = imported(card, False, sizing="resized", long_side_px=480)
    scaled = FrameGeometry.of(wired, 3840, 2160).scaled
    assert scaled is not None
    assert (scaled.width, scaled.height) == (480, 270)
    assert (scaled.padded_width, scaled.padded_height) == wired.padded_size(480, 270)
