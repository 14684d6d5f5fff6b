"""The promises of the strokes' size: one part of the frame at every resolution, with detail."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.strokes import GUIDE_WINDOW_PX, enlarged, network_scale
from nuke_plugin.worker.tiles import FrameGeometry

WARM = {"warm": 1.0}


@pytest.fixture(scope="module")
def network(tiny_model: InstalledModel) -> Network:
    """The small network, whose painting had a short side of 256 px."""
    return Network.open(tiny_model)


@pytest.fixture
def linear(studio: Studio) -> PlateColour:
    """Plates of linear light."""
    return studio.colours.plate_colour(None, is_integer=False)


def picture(width: int, height: int) -> Planes:
    """Return smooth colour waves of one form at every size, in [0.1, 0.9], (3, H, W)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + 0.5) / width, (y + 0.5) / height
    waves = [np.sin(7 * u + 3 * v), np.cos(5 * u - 4 * v), np.sin(6 * v)]
    return np.asarray(np.stack(waves) * 0.4 + 0.5, np.float32)


def shrunk(planes: Planes, width: int, height: int) -> Planes:
    """Return a picture averaged to another size."""
    small = cv2.resize(planes.transpose(1, 2, 0), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small.transpose(2, 0, 1), np.float32)


def test_strokes_cover_the_same_part_of_every_resolution(
    network: Network, linear: PlateColour
) -> None:
    """A frame of three and five times the size is the same painting, larger; unsized it is not."""
    sized = Painter(network, WARM, 1.0, strokes=StrokeSettings(1.0, detail=0.0))
    plain = Painter(network, WARM, 1.0)
    small, *large = (picture(240 * k, 128 * k) for k in (1, 3, 5))
    reference = sized.paint_frame(small, linear)
    for plate in large:
        painted = shrunk(sized.paint_frame(plate, linear), 240, 128)
        unsized = shrunk(plain.paint_frame(plate, linear), 240, 128)
        inside = np.s_[:, 12:-12, 12:-12]
        off = np.abs(painted - reference)[inside].mean()
        assert off < 0.01
        assert off < 0.25 * np.abs(unsized - reference)[inside].mean()


@pytest.mark.parametrize(("scale", "seen"), [(0.5, 512), (1.0, 256), (4.0, 64)])
def test_a_larger_scale_gives_larger_strokes(network: Network, scale: float, seen: int) -> None:
    """The network sees the frame at its training scale over the stroke scale."""
    factor = network_scale(network.card, StrokeSettings(scale), 1024)
    geometry = FrameGeometry.seen_at(network.card, 2048, 1024, factor)
    assert (geometry.given.width, geometry.given.height) == (2 * seen, seen)


def test_no_frame_is_enlarged_beyond_twice_its_size(network: Network) -> None:
    """Strokes finer than two pixels are not asked for, on a frame of one pixel neither."""
    assert network_scale(network.card, StrokeSettings(0.25), 256) == 2
    assert network_scale(network.card, StrokeSettings(1.0), 1) == 2


def test_a_crop_has_the_strokes_of_its_format(network: Network, linear: PlateColour) -> None:
    """A part of a frame is seen at the scale of the whole format."""
    painter = Painter(network, WARM, 1.0, strokes=StrokeSettings(1.0))
    part = picture(120, 64)
    sizes = [
        painter.see(part.copy(), linear, frame_px=frame_px).geometry.given.width
        for frame_px in (512, 1024)
    ]
    assert sizes == [60, 30]


@pytest.mark.parametrize(
    ("frame_px", "crop"),
    [(1080, (731, 419, 512, 480)), (640, (13, 230, 400, 401)), (397, (351, 201, 480, 390))],
)
def test_a_crop_is_painted_as_its_whole_frame(
    network: Network, linear: PlateColour, frame_px: int, crop: tuple[int, int, int, int]
) -> None:
    """Away from its cuts a crop has the whole frame's pixels at any scale, below 1e-5."""
    x, y, width, height = crop
    rng = np.random.default_rng(3)
    whole = np.clip(picture(1280, 900) + rng.normal(0, 0.1, (3, 900, 1280)), 0, 1)
    part = whole[:, y : y + height, x : x + width].astype(np.float32)
    painter = Painter(network, WARM, 1.0, strokes=StrokeSettings(1.0))

    def painted(planes: Planes, origin: tuple[int, int]) -> Planes:
        seen = painter.see(planes.copy(), linear, frame_px=frame_px, origin=origin)
        assert seen.geometry.scaled is not None
        return np.asarray(painter.finish(seen, painter.paint(seen, Cancellation())))

    expected = painted(whole.astype(np.float32), (-40, 7))[:, y : y + height, x : x + width]
    found = painted(part, (x - 40, y + 7))
    scale = network_scale(network.card, painter.strokes, frame_px)
    reach = int((network.card.halo_px + GUIDE_WINDOW_PX + 3) / scale) + 1
    inside = np.s_[:, reach:-reach, reach:-reach]
    assert expected[inside].size > 1000
    assert np.abs(found - expected)[inside].max() < 1e-5


def test_the_plates_own_pixels_stay_the_default(network: Network, linear: PlateColour) -> None:
    """Without a scale, and at the scale of the plate itself, the painting is the same."""
    plate = picture(300, 256)
    plain = Painter(network, WARM, 1.0).paint_frame(plate, linear)
    same = Painter(network, WARM, 1.0, strokes=StrokeSettings(1.0)).paint_frame(plate, linear)
    assert np.array_equal(plain, same)


def test_a_frame_of_any_size_is_painted_at_any_scale(network: Network, linear: PlateColour) -> None:
    """A pixel, a line and odd sizes come back in their size and finite."""
    for width, height in ((1, 1), (37, 1), (3, 5), (301, 67)):
        for scale in (0.25, 1.0, 4.0):
            painter = Painter(network, WARM, 1.0, strokes=StrokeSettings(scale))
            painted = painter.paint_frame(picture(width, height), linear)
            assert painted.shape == (3, height, width)
            assert np.isfinite(painted).all()


def test_windows_of_a_sized_frame_equal_the_whole(network: Network, linear: PlateColour) -> None:
    """Tiles change no pixel where the frame is resized for the network."""
    plate = picture(900, 700)
    whole, tiled = (Painter(network, WARM, 1.0, strokes=StrokeSettings(0.5)) for _ in range(2))
    tiled.window_limit_px = 128 * 128
    seen = tiled.see(plate.copy(), linear)
    assert len(list(seen.geometry.given.windows())) > 1
    difference = tiled.paint_frame(plate, linear) - whole.paint_frame(plate, linear)
    assert np.abs(difference).max() < 1e-5


def test_memory_that_runs_out_halves_the_windows_of_a_sized_frame(
    network: Network, linear: PlateColour
) -> None:
    """A frame that is resized is painted in smaller windows too, and equals the whole."""
    plate, strokes = picture(900, 700), StrokeSettings(0.5)
    painter = Painter(network, WARM, 1.0, strokes=strokes)
    whole = painter.paint_frame(plate, linear)
    run, given = network.run, []

    class Small:
        """The network on a machine that holds 60,000 pixels."""

        card = network.card

        def run(
            self, image: Planes, style: tuple[float, ...], strength: float, end: Cancellation
        ) -> Planes:
            """Paint what fits."""
            given.append(image.shape[-1] * image.shape[-2])
            if given[-1] > 60_000:
                raise MemoryError("no room")
            return run(image, style, strength, end)

    short = Painter(Small(), WARM, 1.0, strokes=strokes)  # type: ignore[arg-type]
    assert np.abs(short.paint_frame(plate, linear) - whole).max() < 1e-5
    assert given[0] > 60_000 >= given[-1]


def test_detail_comes_back_where_the_painting_follows_the_plate() -> None:
    """A fine line is there again in the painting's own sign; on flat ground grain is not."""
    plate = picture(400, 300)
    plate[:, 100:102] += 0.1
    seen = shrunk(plate, 100, 75)
    for gain in (0.5, -0.5):
        painted = np.asarray(0.5 + gain * (seen - 0.5), np.float32)
        with_detail, without = (
            enlarged(painted, seen, plate, Fraction(1, 4), detail) for detail in (1.0, 0.0)
        )
        line, beside = np.s_[:, 100:102, 150:250], np.s_[:, 92:94, 150:250]
        there = with_detail[line].mean() - with_detail[beside].mean()
        faint = without[line].mean() - without[beside].mean()
        assert there * gain > 1.3 * faint * gain > 0
    grainy = np.full((3, 300, 400), 0.5, np.float32)
    grainy += np.random.default_rng(1).normal(0, 0.02, grainy.shape).astype(np.float32)
    small = shrunk(grainy, 100, 75)
    flat = np.full_like(small, 0.4)
    assert np.abs(enlarged(flat, small, grainy, Fraction(1, 4), 1.0) - 0.4).max() < 1e-4


@pytest.mark.parametrize(
    ("settings", "named"),
    [({"scale": 0.2}, "scale"), ({"scale": float("nan")}, "scale"), ({"detail": 1.1}, "detail")],
)
def test_values_out_of_range_are_refused(settings: dict[str, float], named: str) -> None:
    """Scale and detail have a range, and not a number lies outside it."""
    with pytest.raises(FieldInvalid) as caught:
        StrokeSettings(**settings)
    assert caught.value.key == named
