"""Tests that a pixel is painted alike in any tile, and in any crop of its plate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.planes import Planes
from tests.exr_files import read_exr

# Each example runs a network, on machines that do other work too.
many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
sides = st.integers(1, 150)


@pytest.fixture(scope="module")
def network(tiny_model: InstalledModel) -> Network:
    """The small network, on a grid of 4 with a halo of 12."""
    return Network.open(tiny_model, threads=1)


@pytest.fixture
def linear(studio: Studio) -> PlateColour:
    """Plates of linear light."""
    return studio.colours.plate_colour(None, is_integer=False)


def light(width: int, height: int) -> Planes:
    """Return noise with highlights, (3, H, W)."""
    return np.random.default_rng(width * 1000 + height).random((3, height, width), np.float32) * 2


def painted(
    network: Network,
    linear: PlateColour,
    plate: Planes,
    tile_px: int | None = None,
    origin: tuple[int, int] = (0, 0),
) -> Planes:
    """Return what the network paints of a plate, display encoded, (3, H, W)."""
    painter = Painter(network, {"warm": 1.0}, 1.0)
    if tile_px is not None:
        painter.window_limit_px = tile_px**2
    return painter.paint(painter.see(plate.copy(), linear, origin=origin), Cancellation())


@many
@given(width=sides, height=sides, tile_px=st.integers(1, 160))
def test_any_tile_gives_the_pixels_of_the_whole(
    network: Network, linear: PlateColour, width: int, height: int, tile_px: int
) -> None:
    """Whatever the frame and the wished tile, below 1e-5; a tile below the halo too."""
    plate = light(width, height)
    whole = painted(network, linear, plate)
    np.testing.assert_allclose(painted(network, linear, plate, tile_px), whole, atol=1e-5)


@many
@given(data=st.data(), tile_px=st.none() | st.integers(20, 160))
def test_any_crop_has_the_pixels_of_its_frame(
    network: Network, linear: PlateColour, data: st.DataObject, tile_px: int | None
) -> None:
    """A halo inside its cuts, and up to the frame's own edges, wherever the crop begins."""
    width, height = data.draw(sides), data.draw(sides)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    right = data.draw(st.integers(left + 1, width))
    bottom = data.draw(st.integers(top + 1, height))
    plate = light(width, height)
    whole = painted(network, linear, plate)
    cut = plate[:, top:bottom, left:right]
    crop = painted(network, linear, cut, tile_px, (left, top))
    halo = network.card.halo_px + network.card.border_px
    first_x, last_x = left + halo * (left > 0), right - halo * (right < width)
    first_y, last_y = top + halo * (top > 0), bottom - halo * (bottom < height)
    if first_x < last_x and first_y < last_y:
        np.testing.assert_allclose(
            crop[:, first_y - top : last_y - top, first_x - left : last_x - left],
            whole[:, first_y:last_y, first_x:last_x],
            atol=1e-5,
        )


def write_window(
    path: Path, planes: Planes, origin: tuple[int, int], size: tuple[int, int]
) -> None:
    """Write colours as the data window of a larger format."""
    spec = oiio.ImageSpec(planes.shape[2], planes.shape[1], 3, oiio.FLOAT)
    spec.x, spec.y = origin
    spec.full_x = spec.full_y = 0
    spec.full_width, spec.full_height = size
    write_exr(path, [ResultPart(spec, tuple(np.ascontiguousarray(plane) for plane in planes), {})])


@pytest.mark.parametrize("origin", [(13, 6), (1, 1), (-5, -2)])
def test_a_data_window_is_painted_as_a_part_of_its_format(
    studio: Studio, tmp_path: Path, origin: tuple[int, int]
) -> None:
    """From file to file: where the window of an EXR begins decides no stroke."""
    x, y = origin
    plate = light(120, 90)
    frame, cut = plate[:, 10:, 10:], plate[:, 10 + y :, 10 + x :]  # the frame has its own 0
    write_window(tmp_path / "frame.exr", frame, (0, 0), (110, 80))
    write_window(tmp_path / "window.exr", cut, origin, (110, 80))
    shot = RenderSettings(
        plates=str(tmp_path / "frame.exr"),
        results=str(tmp_path / "painted_frame.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )
    render(shot, studio)
    window = str(tmp_path / "window.exr")
    render(replace(shot, plates=window, results=str(tmp_path / "painted_window.exr")), studio)
    whole, part = (
        read_exr(tmp_path / f"painted_{name}.exr").channels["R"].astype(np.float32)
        for name in ("frame", "window")
    )
    halo = 24
    inside = slice(max(y, 0) + halo, None), slice(max(x, 0) + halo, None)
    moved = part[inside[0].start - y :, inside[1].start - x :]
    np.testing.assert_allclose(moved, whole[inside], atol=2e-3)
