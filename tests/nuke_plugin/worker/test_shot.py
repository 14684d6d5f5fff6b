"""The demo shot: what ships is small and credited, what comes out is a plate worth testing with."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from nuke_plugin.contract.errors import (
    FrameRangeInvalid,
    PlateUnreadable,
    ResultFolderUnwritable,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker import shot
from nuke_plugin.worker.shot import DemoShot

Plates = dict[int, dict[str, np.ndarray]]
"""Channels by name, by frame."""


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory) -> Plates:
    """Eight small plates, read back channel by channel with OpenEXR's own reader."""
    frames = FrameRange.parse("1001,1006-1008,1015,1025-1026,1032")
    pattern = _written(tmp_path_factory.mktemp("plates"), frames, 480, 270)
    return {frame: _channels(pattern.path(frame)) for frame in frames}


def _written(folder: Path, frames: FrameRange, width: int = 64, height: int = 36) -> FramePattern:
    pattern = FramePattern.parse(str(folder / "plate.%04d.exr"))
    DemoShot(width, height).write(pattern, frames)
    return pattern


def _channels(path: Path) -> dict[str, np.ndarray]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels for name, channel in file.channels().items()}


def test_the_shot_has_enough_frames_and_ships_small() -> None:
    """The shot has 24 frames or more and everything that ships for it stays below 1.3 MB."""
    assert len(DemoShot().frames) >= 24
    assert DemoShot().frames.frames[0] == 1001
    assert sum(file.stat().st_size for file in shot.SHOT_FOLDER.iterdir()) < 1_300_000


def test_film_makers_and_licence_are_named(tmp_path: Path) -> None:
    """The shipped folder and every plate name the film, its makers and its licence."""
    text = (shot.SHOT_FOLDER / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    assert "Blender Foundation" in text
    assert "creativecommons.org/licenses/by/3.0" in text
    pattern = _written(tmp_path, FrameRange((1003,)))
    spec = OpenImageIO.ImageBuf(str(pattern.path(1003))).spec()
    assert "Blender Foundation" in spec.getattribute("Copyright")
    assert "CC BY 3.0" in spec.getattribute("Copyright")


def test_every_frame_has_outlines() -> None:
    """Each frame of the shot has outlines of the character, within the picture."""
    roto = json.loads(shot.ROTO.read_text(encoding="utf-8"))
    assert [int(frame) for frame in roto["frames"]] == list(DemoShot().frames)
    for outlines in roto["frames"].values():
        assert len(outlines) >= 1
        for x, y in (point for outline in outlines for point in outline):
            assert 0 <= x <= roto["width"]
            assert 0 <= y <= roto["height"]


def test_plates_are_half_and_finite(plates: Plates) -> None:
    """Plates hold R, G, B, A and one extra layer, all half, all finite, none negative."""
    for channels in plates.values():
        assert set(channels) == {"R", "G", "B", "A", "matte.sky"}
        for pixels in channels.values():
            assert pixels.shape == (270, 480)
            assert pixels.dtype == np.float16
            assert np.isfinite(pixels).all()
            assert pixels.min() >= 0


def test_sky_is_brighter_than_one(plates: Plates) -> None:
    """Under the sky key light lies between 1 and 3; most of the rest of the picture is below 1."""
    for channels in plates.values():
        brightest = np.max([channels[c].astype(np.float32) for c in "RGB"], axis=0)
        sky = channels["matte.sky"] > 0.99
        assert 0.04 < sky.mean() < 0.2
        assert brightest[sky].min() > 1.0
        assert brightest.max() <= 3.0
        assert np.mean(brightest[channels["matte.sky"] == 0] < 1.0) > 0.97


def test_alpha_is_a_soft_matte_of_the_character(plates: Plates) -> None:
    """The alpha covers the character, has soft edges, and leaves the sky and the corners out."""
    for channels in plates.values():
        alpha = channels["A"].astype(np.float32)
        assert 0.06 < alpha.mean() < 0.25
        assert np.mean((alpha > 0.02) & (alpha < 0.98)) > 0.002
        assert alpha[-1].max() == alpha[:, -1].max() == 0.0
        assert (alpha * (channels["matte.sky"] > 0.5)).max() == 0.0


def test_character_is_grey_where_alpha_says_it_is(plates: Plates) -> None:
    """Where the alpha is 1 the picture is the grey rabbit, not the yellow-green meadow."""
    for channels in plates.values():
        inside = channels["A"] > 0.99
        red, green, blue = (channels[c][inside].astype(np.float32) for c in "RGB")
        meadow = (green > 0.05) & (green > 2.0 * blue)
        assert meadow.mean() < 0.01
        assert abs(np.median((green - red) / (green + red + 1e-3))) < 0.1
        assert abs(np.median((green - blue) / (green + blue + 1e-3))) < 0.2


def test_every_frame_moves(plates: Plates) -> None:
    """No frame repeats its neighbour: the frames a 25 fps copy repeats are left out."""
    for first, second in ((1006, 1007), (1007, 1008), (1025, 1026)):
        change = np.abs(plates[second]["G"].astype(np.float32) - plates[first]["G"])
        assert change.mean() > 0.01


def test_timecode_and_rate_go_with_the_frame(tmp_path: Path) -> None:
    """Each plate carries 24 fps as a rational, and the timecode of its own frame."""
    pattern = _written(tmp_path, FrameRange((1001, 1025)))
    with OpenEXR.File(str(pattern.path(1025))) as file:
        assert file.header()["framesPerSecond"] == Fraction(24, 1)
    first = (
        OpenImageIO.ImageBuf(str(pattern.path(1001))).spec().get_string_attribute("smpte:TimeCode")
    )
    later = (
        OpenImageIO.ImageBuf(str(pattern.path(1025))).spec().get_string_attribute("smpte:TimeCode")
    )
    assert (first, later) == ("01:00:00:01", "01:00:01:01")


def test_any_size_shows_the_same_picture(tmp_path: Path) -> None:
    """A plate of another size is the same picture, and no resampling goes below 0."""
    small = _written(tmp_path / "small", FrameRange((1010,)), 480, 270)
    large = _written(tmp_path / "large", FrameRange((1010,)), 1920, 1080)
    one, other = _channels(small.path(1010)), _channels(large.path(1010))
    for name in ("R", "G", "B", "A", "matte.sky"):
        assert other[name].shape == (1080, 1920)
        assert other[name].min() >= 0.0
        assert one[name].mean(dtype=np.float64) == pytest.approx(
            other[name].mean(dtype=np.float64), rel=0.03
        )


def test_expansion_keeps_hue_and_leaves_mid_tones_alone() -> None:
    """Light below 0.7 stays as it was, brighter light rises, and its hue stays."""
    ramp = np.linspace(0, 1, 256, dtype=np.float32)
    linear = np.repeat(np.stack([ramp, 0.5 * ramp, 0.25 * ramp], -1)[None], 64, axis=0)
    for sky in (0.0, 1.0):
        light = shot.expand_highlights(linear, np.full(linear.shape[:2], sky, np.float32))[32]
        assert (np.diff(light[:, 0]) > 0).all()
        np.testing.assert_allclose(light[:, 1], 0.5 * light[:, 0], rtol=1e-5)
        if sky == 0.0:
            np.testing.assert_allclose(light[:170], linear[32, :170], rtol=1e-5)
            assert light[-1, 0] == pytest.approx(2.0, rel=0.02)
        else:
            assert light[-1, 0] == pytest.approx(3.0, rel=0.02)


def test_a_clip_cut_short_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged clip is an error that names the file, not a shorter shot."""
    broken = tmp_path / "clip.mp4"
    broken.write_bytes(shot.CLIP.read_bytes()[:100_000])
    monkeypatch.setattr(shot, "CLIP", broken)
    with pytest.raises(PlateUnreadable, match=r"clip\.mp4"):
        _written(tmp_path / "plates", DemoShot().frames)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file where the folder should be is told as a folder that cannot be written."""
    (tmp_path / "plates").write_text("in the way")
    with pytest.raises(ResultFolderUnwritable, match="plates"):
        _written(tmp_path / "plates", FrameRange((1001,)))


def test_nothing_unfinished_is_left(tmp_path: Path) -> None:
    """After writing, the folder holds the plates and nothing else."""
    _written(tmp_path, FrameRange((1001, 1002)))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["plate.1001.exr", "plate.1002.exr"]


def test_a_frame_that_the_shot_has_not_is_named(tmp_path: Path) -> None:
    """Asking for a frame outside the shot is an error that names it, and writes nothing."""
    with pytest.raises(FrameRangeInvalid, match=r"1999.*the shot has 1001-1032"):
        _written(tmp_path, FrameRange((1001, 1999)))
    assert list(tmp_path.iterdir()) == []
