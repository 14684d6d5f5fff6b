"""Tests of painting one frame in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nuke_plugin.contract.errors import (
    OutOfMemory,
    StrengthOutOfRange,
    StyleNotFound,
    StyleWeightsInvalid,
)
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.light_settings import LightSettings
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.light import POLICIES
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import HALF_MAX, Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.planes import Planes
from tests.tiny_model import write_tiny_model

WARM = {"warm": 1.0}


class SmallMachine:
    """A network on a machine whose memory ends at a number of pixels."""

    def __init__(self, network: Network, most_px: int) -> None:
        self.card = network.card
        self.sizes: list[tuple[int, int]] = []
        self._network = network
        self._most_px = most_px

    def run(
        self, image: Planes, style: Sequence[float], strength: float, cancellation: Cancellation
    ) -> Planes:
        """Paint, or raise MemoryError as ``Network.run`` does."""
        self.sizes.append((image.shape[-1], image.shape[-2]))
        if image.shape[-1] * image.shape[-2] > self._most_px:
            raise MemoryError("Failed to allocate memory for requested buffer")
        return self._network.run(image, style, strength, cancellation)


@pytest.fixture(scope="module")
def network(tiny_model: InstalledModel) -> Network:
    """The small network."""
    return Network.open(tiny_model)


@pytest.fixture
def linear(studio: Studio) -> PlateColour:
    """Plates of linear light."""
    return studio.colours.plate_colour(None, is_integer=False)


def noise(width: int, height: int, seed: int = 0) -> Planes:
    """Return noise in [0, 1], (3, H, W)."""
    return np.random.default_rng(seed).random((3, height, width), np.float32)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5), (5, 3), (101, 67), (128, 96)])
def test_a_frame_of_any_size_is_painted(
    network: Network, linear: PlateColour, width: int, height: int
) -> None:
    """A single pixel, 3x5 and odd sizes come back in their size, painted and finite."""
    plate = noise(width, height)
    painted = Painter(network, WARM, 1.0).paint_frame(plate, linear)
    assert painted.shape == plate.shape
    assert np.isfinite(painted).all()
    assert np.abs(painted - plate).max() > 0.01


def test_painting_leaves_the_plate_alone(network: Network, linear: PlateColour) -> None:
    """The array that was given is as it was."""
    plate = noise(40, 30) * 3 - 1
    before = plate.copy()
    Painter(network, WARM, 0.7).paint_frame(plate, linear)
    np.testing.assert_array_equal(plate, before)


def test_strength_0_gives_the_plate_back_bit_for_bit(network: Network, linear: PlateColour) -> None:
    """No network is run at strength 0: NaN, Inf and -0 come back as they were."""
    words = np.random.default_rng(0).integers(0, 2**32, (3, 30, 40), np.uint64).astype(np.uint32)
    plate = words.view(np.float32)
    painter = Painter(SmallMachine(network, most_px=0), WARM, 0.0)  # type: ignore[arg-type]
    result = painter.paint_frame(plate, linear)
    np.testing.assert_array_equal(result.view(np.uint32), words)


def test_broken_pixels_stay_and_never_spread(network: Network, linear: PlateColour) -> None:
    """NaN and Inf come back on their own pixels, counted; every other pixel is finite."""
    plate = noise(60, 40)
    plate[0, 10, 10], plate[1, 20, 30], plate[2, 39, 59] = np.nan, np.inf, -np.inf
    painter = Painter(network, WARM, 1.0)
    seen = painter.see(plate.copy(), linear)
    painted = painter.finish(seen, painter.paint(seen, Cancellation()))
    assert seen.broken_pixels == 3
    broken = ~np.isfinite(plate).all(axis=0)
    np.testing.assert_array_equal(painted[:, broken], plate[:, broken])
    assert np.isfinite(painted[:, ~broken]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_plate_of_nothing_but_broken_pixels_comes_back(
    network: Network, linear: PlateColour, value: float
) -> None:
    """A frame that a renderer lost whole is its own result, whatever the light policy."""
    plate = np.full((3, 24, 30), value, np.float32)
    for policy in POLICIES:
        painter = Painter(network, WARM, 1.0, LightSettings(policy=policy))
        np.testing.assert_array_equal(painter.paint_frame(plate, linear), plate)


def test_what_is_finite_in_a_broken_pixel_fits_into_half(
    network: Network, linear: PlateColour
) -> None:
    """Beside a NaN a value of 1e30 becomes the largest half, not an infinity."""
    plate = noise(20, 20)
    plate[:, 7, 7] = np.nan, 1e30, -1e30
    painted = Painter(network, WARM, 1.0).paint_frame(plate, linear)
    np.testing.assert_array_equal(painted[:, 7, 7], [np.nan, HALF_MAX, -HALF_MAX])


def test_a_broken_pixel_changes_its_neighbourhood_only(
    network: Network, linear: PlateColour
) -> None:
    """Beyond the halo a frame with a NaN is painted as without."""
    plate = noise(120, 90)
    broken = plate.copy()
    broken[:, 45, 60] = np.nan
    painter = Painter(network, WARM, 1.0)
    difference = painter.paint_frame(broken, linear) != painter.paint_frame(plate, linear)
    _, rows, columns = np.nonzero(difference)
    assert np.abs(rows - 45).max() <= network.card.halo_px
    assert np.abs(columns - 60).max() <= network.card.halo_px


def test_a_highlight_stays_a_highlight(network: Network, linear: PlateColour) -> None:
    """A sun of 40 is painted and still far brighter than white; nothing clips."""
    plate = np.full((3, 60, 60), 0.2, np.float32)
    plate[:, 20:40, 20:40] = 40.0
    painted = Painter(network, {"cold": 1.0}, 0.5).paint_frame(plate, linear)
    inside = painted[:, 20:40, 20:40].max(axis=0)
    assert inside.min() > 10
    assert painted[:, :10, :10].max() < 1.5


def test_negative_light_comes_back(network: Network, linear: PlateColour) -> None:
    """A channel at -50 is still about -50 after painting."""
    plate = noise(40, 30)
    plate[0, 10:20, 10:20] = -50.0
    painted = Painter(network, WARM, 1.0).paint_frame(plate, linear)
    assert (painted[0, 10:20, 10:20] < -48).all()


def test_results_fit_into_half_floats(network: Network, studio: Studio) -> None:
    """The brightest light in the widest space stays within what an EXR of halves can hold."""
    plate = np.full((3, 20, 20), 1e30, np.float32)
    plate[0] = -1e30
    for space in ("ACES2065-1", "Linear Rec.709 (sRGB)"):
        colour = studio.colours.plate_colour(space, is_integer=False)
        painted = Painter(network, WARM, 1.0).paint_frame(plate, colour)
        assert np.abs(painted).max() == HALF_MAX


def test_acescg_light_at_low_strength_is_nearly_the_plate(network: Network, studio: Studio) -> None:
    """The way to what the network sees and back adds no colour shift of its own."""
    colour = studio.colours.plate_colour("ACEScg", is_integer=False)
    plate = noise(60, 40) * 2
    painted = Painter(network, WARM, 1e-6).paint_frame(plate, colour)
    np.testing.assert_allclose(painted, plate, atol=1e-4)


def test_tiles_equal_the_whole_frame(network: Network, linear: PlateColour) -> None:
    """A frame painted in many windows is the frame painted at once, below 1e-5."""
    plate = noise(331, 203) * 1.5
    whole = Painter(network, WARM, 1.0)
    tiled = Painter(network, WARM, 1.0)
    tiled.window_limit_px = 6000
    seen = tiled.see(plate.copy(), linear)
    assert len(list(seen.geometry.windows())) > 10
    np.testing.assert_allclose(
        tiled.paint(seen, Cancellation()),
        whole.paint(whole.see(plate.copy(), linear), Cancellation()),
        atol=1e-5,
    )


def test_memory_is_kept_from_window_to_window(
    network: Network, linear: PlateColour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a window took is given back after the last of a frame only: the next would ask again."""
    told = []
    attempt = network.attempt

    def recorded(*arguments: Any) -> Any:
        told.append(network.has_more_windows)
        return attempt(*arguments)

    monkeypatch.setattr(network, "attempt", recorded)
    painter = Painter(network, WARM, 1.0)
    painter.window_limit_px = 6000
    painter.paint_frame(noise(331, 203), linear)
    assert len(told) > 10
    assert told == [True] * (len(told) - 1) + [False]
    assert not network.has_more_windows


def test_when_memory_runs_out_smaller_windows_are_used(
    network: Network, linear: PlateColour
) -> None:
    """A frame too large for the machine is painted in pieces, to the same pixels, from then on."""
    plate = noise(300, 200)
    machine = SmallMachine(network, most_px=20_000)
    painter = Painter(machine, WARM, 1.0)  # type: ignore[arg-type]
    expected = Painter(network, WARM, 1.0).paint_frame(plate, linear)
    np.testing.assert_allclose(painter.paint_frame(plate, linear), expected, atol=1e-4)
    assert painter.window_limit_px < 40_000
    machine.sizes.clear()
    painter.paint_frame(plate, linear)
    assert max(width * height for width, height in machine.sizes) <= 20_000


def test_without_any_memory_the_error_says_so(network: Network, linear: PlateColour) -> None:
    """When not even the smallest window fits, the error names the frame's size."""
    painter = Painter(SmallMachine(network, most_px=10), WARM, 1.0)  # type: ignore[arg-type]
    with pytest.raises(OutOfMemory, match="300 by 200"):
        painter.paint_frame(noise(300, 200), linear)


def test_a_mix_of_styles_differs_from_each(network: Network, linear: PlateColour) -> None:
    """Half warm and half cold is neither; weights are relative."""
    plate = noise(40, 30)
    warm, mixed, doubled, cold = (
        Painter(network, styles, 1.0).paint_frame(plate, linear)
        for styles in (WARM, {"warm": 1, "cold": 1}, {"warm": 2, "cold": 2}, {"cold": 1})
    )
    assert np.abs(mixed - warm).max() > 0.05
    assert np.abs(mixed - cold).max() > 0.05
    np.testing.assert_array_equal(mixed, doubled)


def test_what_cannot_be_painted_is_refused_at_once(network: Network) -> None:
    """A strength out of range, an unknown style and a mix of nothing raise their errors."""
    with pytest.raises(StrengthOutOfRange, match=r"1\.5"):
        Painter(network, WARM, 1.5)
    with pytest.raises(StrengthOutOfRange):
        Painter(network, WARM, float("nan"))
    with pytest.raises(StyleNotFound, match="Did you mean warm"):
        Painter(network, {"warn": 1.0}, 1.0)
    with pytest.raises(StyleWeightsInvalid):
        Painter(network, {"warm": 0.0}, 1.0)


def test_frames_do_not_depend_on_one_another(tmp_path: Path, linear: PlateColour) -> None:
    """The same plate gives the same bits after any other plate and from a network loaded anew."""
    first = write_tiny_model(tmp_path)
    painter = Painter(Network.open(first), WARM, 1.0)
    plate = noise(90, 70)
    before = painter.paint_frame(plate, linear)
    painter.paint_frame(noise(33, 44, seed=1), linear)
    np.testing.assert_array_equal(painter.paint_frame(plate, linear), before)
    again = Painter(Network.open(first), WARM, 1.0).paint_frame(plate, linear)
    np.testing.assert_array_equal(again, before)
