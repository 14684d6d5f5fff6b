"""The view: what a person is shown of scene light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from nuke_plugin.contract.errors import ColourSpaceUnknown
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.view import KNEE, WHITE, View, roll_off, shown


@pytest.fixture
def config() -> ColourConfig:
    """The built-in config."""
    return ColourConfig.from_environment({})


def _write_exr(path: Path, light: np.ndarray) -> Path:
    pixels = light.astype(np.float16)
    channels = {name: pixels[..., n].copy() for n, name in enumerate("RGB")}
    OpenEXR.File({}, channels).write(str(path))
    return path


def test_roll_off_is_smooth_and_rises() -> None:
    """Up to the knee light is shown as it is; above it never falls, never jumps, and ends at 1."""
    light = np.linspace(0, WHITE, 4001, dtype=np.float32)
    rolled = roll_off(light)
    below = light <= KNEE
    np.testing.assert_allclose(rolled[below], light[below], atol=1e-6)
    slopes = np.diff(rolled) / np.diff(light)
    assert slopes.min() > 0
    assert np.abs(np.diff(slopes)).max() < 0.05
    assert rolled[-1] == pytest.approx(1.0, abs=1e-5)
    assert roll_off(np.array([1000.0], np.float32))[0] == pytest.approx(1.0, abs=1e-5)


def test_highlights_stay_apart() -> None:
    """Light of 1, 2, 4 and 8 is told apart by at least 5 code values each, none of it white."""
    light = np.array([[1.0, 2.0, 4.0, 8.0]], np.float32)
    codes = shown(np.stack([light] * 3))[0, :, 0].astype(int)
    assert np.diff(codes).min() >= 5
    assert codes[-1] < 255


def test_hue_stays_under_the_roll_off() -> None:
    """A bright colour keeps the proportions of its channels."""
    bright = np.array([[[4.0]], [[2.0]], [[1.0]]], np.float32)  # (3, 1, 1)
    red, green, blue = (shown(bright)[0, 0] / 255.0) ** 2.2
    assert green / red == pytest.approx(0.5, abs=0.03)
    assert blue / red == pytest.approx(0.25, abs=0.03)


def test_mid_grey_is_shown_as_a_display_shows_it(tmp_path: Path, config: ColourConfig) -> None:
    """Linear 0.18 becomes code value 118 of sRGB."""
    path = _write_exr(tmp_path / "grey.exr", np.full((4, 6, 3), 0.18))
    picture = View(config).picture(path)
    assert picture.shape == (4, 6, 3)
    assert np.abs(picture.astype(int) - 118).max() <= 1


def test_a_display_encoded_file_is_shown_as_it_is(tmp_path: Path, config: ColourConfig) -> None:
    """A PNG's values below the knee come back as the same code values."""
    codes = np.arange(0, 200, dtype=np.uint8)
    pixels = np.repeat(codes[None, :, None], 3, axis=2)
    out = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(200, 1, 3, "uint8"))
    out.set_pixels(OpenImageIO.ROI(0, 200, 0, 1, 0, 1, 0, 3), pixels)
    out.write(str(tmp_path / "ramp.png"))
    picture = View(config).picture(tmp_path / "ramp.png")
    assert np.abs(picture.astype(int) - pixels).max() <= 1


def test_the_colour_space_that_is_named_is_used(tmp_path: Path, config: ColourConfig) -> None:
    """An ACEScg red is shown more saturated than the same numbers in linear Rec.709."""
    path = _write_exr(tmp_path / "red.exr", np.full((2, 2, 3), (0.4, 0.1, 0.1)))
    plain = View(config).picture(path)[0, 0].astype(int)
    wide = View(config, "ACEScg").picture(path)[0, 0].astype(int)
    assert wide[0] - wide[1] > plain[0] - plain[1] + 10
    with pytest.raises(ColourSpaceUnknown):
        View(config, "no such space").picture(path)


def test_nan_and_infinity_are_shown_as_something(tmp_path: Path, config: ColourConfig) -> None:
    """NaN is shown black, infinity white, and neither touches its neighbour."""
    light = np.full((1, 3, 3), 0.18)
    light[0, 0], light[0, 2] = np.nan, np.inf
    picture = View(config).picture(_write_exr(tmp_path / "odd.exr", light))
    assert picture[0, 0].max() == 0
    assert picture[0, 2].min() >= 254
    assert np.abs(picture[0, 1].astype(int) - 118).max() <= 1
