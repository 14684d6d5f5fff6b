"""Tests of the guess that a plate was encoded for a display."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.worker.display_hint import looks_display_encoded
from nuke_plugin.worker.light import encode_srgb
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.shot import DemoShot
from tests.exr_files import write_exr


@pytest.fixture(scope="module")
def film() -> Planes:
    """A picture of the shipped film, sRGB encoded, two thirds of a stop brighter, (3, H, W)."""
    picture = DemoShot(192, 108).film_picture(1010).astype(np.float32) / 255
    return np.clip(np.moveaxis(picture, -1, 0) * 1.3, 0, 1).astype(np.float32)


def test_a_bright_film_frame_is_taken_for_what_it_is(film: Planes) -> None:
    """The same picture is recognised as encoded, and as linear light it is not."""
    assert looks_display_encoded(film)
    assert not looks_display_encoded(film ** np.float32(2.2) * np.float32(0.9))


def test_light_above_white_is_never_taken_for_a_display(film: Planes) -> None:
    """One lamp of 4 is proof of a scene; so is a frame that is broken no proof of anything."""
    lamp = film.copy()
    lamp[:, :8, :8] = 4
    assert not looks_display_encoded(lamp)
    lamp[:, :8, :8] = np.nan
    assert not looks_display_encoded(lamp)


def test_dark_and_plain_plates_are_left_in_peace() -> None:
    """A night with a cut-off lamp, noise from 0 to 1, black and white cards: nothing is said."""
    random = np.random.default_rng(0)
    night: Planes = random.uniform(0, 0.1, (3, 100, 100)).astype(np.float32)
    encode_srgb(night)
    night *= np.float32(0.5)
    night[:, :20, :20] = 1
    noise: Planes = random.random((3, 100, 100), np.float32)
    for plate in (night, noise, np.zeros_like(noise), np.ones_like(noise)):
        assert not looks_display_encoded(plate)


def test_a_render_says_it_once_and_goes_on(tmp_path: Path, studio: Studio, film: Planes) -> None:
    """Frames taken for linear get one warning with the remedy; named as sRGB they get none."""
    for frame in (1, 2):
        channels = dict(zip("RGB", film.astype(np.float16), strict=True))
        write_exr(tmp_path / f"plate.{frame:04d}.exr", channels)
    settings = RenderSettings(
        plates=str(tmp_path / "plate.%04d.exr"),
        results=str(tmp_path / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )
    said: list[str] = []
    report = render(settings, studio, on_warning=lambda frame, text: said.append(text))
    assert report.written == (1, 2)
    assert len(said) == 1
    assert "Linear Rec.709 (sRGB), but looks encoded for a display" in said[0]
    said.clear()
    named = replace(settings, colorspace="sRGB - Texture", overwrite=True)
    render(named, studio, on_warning=lambda frame, text: said.append(text))
    assert said == []
