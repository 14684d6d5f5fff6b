"""Tests of the render of an effect over frames on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import CHANNELS, FIRE, SMOKE, WATER
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.effect_shading import SHADINGS
from nuke_plugin.contract.errors import (
    FrameMissing,
    MatteSizeDiffers,
    RenderCancelled,
    ResultsExist,
)
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_run import EffectRequest, render_effect
from nuke_plugin.worker.effects.shading.channel_file import ChannelFile
from nuke_plugin.worker.effects.shading.shade import shade
from nuke_plugin.worker.render_records import FrameDone
from tests.exr_files import read_exr, write_exr

FRAMES = (1, 2, 3)
SIZE = (48, 64)


def bar(x: int, size: tuple[int, int] = SIZE) -> NDArray[np.float32]:
    """Return a matte with a short bar near the bottom of the frame."""
    matte = np.zeros(size, np.float32)
    matte[-14:-8, x : x + 20] = 1
    return matte


@pytest.fixture
def shot(tmp_path: Path) -> EffectRequest:
    """Three mattes in which a bar moves, and what is asked of them."""
    folder = tmp_path / "mattes"
    folder.mkdir()
    for frame in FRAMES:
        write_exr(folder / f"roto.{frame:04d}.exr", {"A": bar(10 + 4 * frame)})
    return EffectRequest(
        mattes=str(folder / "roto.%04d.exr"),
        results=str(tmp_path / "out" / "fire.%04d.exr"),
        settings=EffectSettings(seed=2),
        use_gpu=False,
    )


def result(shot: EffectRequest, frame: int) -> Path:
    """Return the file of a frame's result."""
    return Path(shot.results % frame)


@pytest.mark.parametrize("effect", list(CHANNELS))
def test_a_frame_has_channels_and_the_picture_that_shading_makes_of_them(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect], effect: str
) -> None:
    """The layers are the effect's; shading what was written gives the very picture beside it."""
    shot = replace(shot, frames="2")
    report = render_effect(shot, tiny_effects[effect])
    assert report.written == (2,)
    channels = read_exr(result(shot, 2)).channels
    for name in CHANNELS[effect]:
        assert channels[f"{effect}.{name}"].max() > 0.1
    file = ChannelFile.read(result(shot, 2), effect)
    assert file.has_matte == (effect == WATER)
    made = shade(file.planes, SHADINGS[effect](), pixel_scale=file.pixel_scale).rgba
    stored = np.stack([channels[name] for name in "RGBA"])
    np.testing.assert_array_equal(stored, np.minimum(made, 65504).astype(np.float16))
    assert stored[3].max() > 0


def test_flames_leave_the_mattes_data_window(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """A matte written as a small box gives the picture of the same matte over the whole format."""
    render_effect(replace(shot, frames="1"), tiny_effects[FIRE])
    whole = read_exr(result(shot, 1)).channels
    box = bar(14)[30:44, 12:36].copy()
    write_exr(Path(shot.mattes % 1), {"A": box}, (12 + 5, 30 + 7), (5, 7, 64, 48))
    render_effect(replace(shot, frames="1", overwrite=True), tiny_effects[FIRE])
    boxed = read_exr(result(shot, 1))
    np.testing.assert_array_equal(boxed.channels["fire.temperature"], whole["fire.temperature"])
    assert boxed.channels["R"][:28].max() > 0
    assert [tuple(corner) for corner in boxed.header["dataWindow"]] == [(5, 7), (68, 54)]


def test_overscan_of_the_matte_is_made_too(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """What of the matte lies beyond the format burns, in a data window as large as both."""
    write_exr(Path(shot.mattes % 1), {"A": bar(2, (48, 80))}, (-8, 0), (0, 0, 64, 48))
    render_effect(replace(shot, frames="1"), tiny_effects[FIRE])
    made = read_exr(result(shot, 1))
    assert [tuple(corner) for corner in made.header["dataWindow"]] == [(-8, 0), (71, 47)]
    assert [tuple(corner) for corner in made.header["displayWindow"]] == [(0, 0), (63, 47)]
    assert made.channels["fire.temperature"][:, :8].max() > 0.1


def test_frames_are_independent(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect], tmp_path: Path
) -> None:
    """A frame alone, by another run, has the bits of the same frame of the sequence."""
    assert render_effect(shot, tiny_effects[SMOKE]).written == FRAMES
    alone = replace(shot, results=str(tmp_path / "alone.%04d.exr"), frames="3")
    render_effect(alone, tiny_effects[SMOKE])
    run, own = (read_exr(result(each, 3)).channels for each in (shot, alone))
    assert run.keys() == own.keys()
    for name, plane in run.items():
        np.testing.assert_array_equal(own[name], plane)


def test_a_still_is_every_frames_matte(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """One file burns at each frame of the range, in a loop that begins again exactly."""
    settings = EffectSettings(loop_frames=2, speed=0.7)
    still = replace(shot, mattes=shot.mattes % 1, frames="5-7", settings=settings)
    assert render_effect(still, tiny_effects[FIRE]).written == (5, 6, 7)
    frames = [read_exr(result(shot, at)).channels["fire.temperature"] for at in (5, 6, 7)]
    np.testing.assert_array_equal(frames[0], frames[2])
    assert np.abs(frames[0] - frames[1]).max() > 1e-3


def test_resume_keeps_what_is_whole_and_as_asked_for(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """The same again keeps all; another setting, another matte, half a file are made again."""
    fire = tiny_effects[FIRE]
    render_effect(shot, fire)
    with pytest.raises(ResultsExist):
        render_effect(shot, fire)
    again = replace(shot, resume=True)
    assert render_effect(again, fire).kept == FRAMES
    named = replace(shot.settings, controls={"wind": 0.0})
    assert render_effect(replace(again, settings=named), fire).kept == FRAMES
    write_exr(Path(shot.mattes % 1), {"A": bar(30)})
    whole = result(shot, 3).read_bytes()
    result(shot, 3).write_bytes(whole[: len(whole) // 2])
    report = render_effect(again, fire)
    assert (report.written, report.kept) == ((1, 3), (2,))
    for changed in (
        replace(again, settings=replace(shot.settings, seed=3)),
        replace(again, settings=replace(shot.settings, controls={"wind": 0.5})),
    ):
        assert render_effect(changed, fire).written == FRAMES


def test_a_missing_matte_is_told_first_or_skipped(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """Without --keep-going nothing is begun; with it the others are made and it is reported."""
    Path(shot.mattes % 2).unlink()
    gap = replace(shot, frames="1-3")
    with pytest.raises(FrameMissing, match="Frame 2 is missing"):
        render_effect(gap, tiny_effects[FIRE])
    assert not result(shot, 1).parent.exists()
    report = render_effect(replace(gap, keep_going=True), tiny_effects[FIRE])
    assert report.written == (1, 3)
    assert [failure.frame for failure in report.failed] == [2]


def test_a_matte_of_another_size_is_refused(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """A sequence that changes its format in the middle would make the flames jump."""
    write_exr(Path(shot.mattes % 3), {"A": bar(3, (24, 32))})
    with pytest.raises(MatteSizeDiffers, match="32 by 24 pixels, and it must be 64 by 48"):
        render_effect(shot, tiny_effects[FIRE])
    assert result(shot, 2).exists()
    assert not result(shot, 3).exists()


def test_odd_mattes_give_sane_frames_and_a_warning(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """Empty gives an empty frame, NaN and values beyond 0 to 1 count as 0 and 1; each is told."""
    write_exr(Path(shot.mattes % 1), {"A": np.zeros(SIZE, np.float32)})
    odd = bar(12) * 3
    odd[40, 20:23] = (np.nan, np.inf, -np.inf)
    write_exr(Path(shot.mattes % 2), {"A": odd})
    write_exr(Path(shot.mattes % 3), {"A": np.ones(SIZE, np.float32)})
    told: list[tuple[int | None, str]] = []
    report = render_effect(
        shot, tiny_effects[FIRE], on_warning=lambda frame, text: told.append((frame, text))
    )
    assert report.written == FRAMES
    assert report.broken_pixels == 3
    assert [frame for frame, _ in told] == [1, 2, 2]
    assert "empty" in told[0][1]
    assert "3 pixels are NaN or infinite" in told[1][1]
    assert "above 1" in told[2][1]
    empty, burning, full = (read_exr(result(shot, at)).channels for at in FRAMES)
    assert not any(plane.any() for plane in empty.values())
    for channels in (burning, full):
        assert all(np.isfinite(plane).all() for plane in channels.values())
        assert channels["A"].max() > 0


def test_a_cancelled_run_keeps_what_was_written(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """It stops after the frame at which the button was pressed, and says how many are there."""
    cancellation = Cancellation()

    def press(done: FrameDone) -> None:
        cancellation.request()

    long = replace(shot, mattes=shot.mattes % 1, frames="1-40")
    with pytest.raises(RenderCancelled) as stopped:
        render_effect(long, tiny_effects[FIRE], cancellation=cancellation, on_progress=press)
    there = list(result(shot, 1).parent.glob("*.exr"))
    assert 1 <= len(there) == stopped.value.written < 40
    assert not list(result(shot, 1).parent.glob(".*"))


def test_the_header_says_how_it_was_made(
    shot: EffectRequest, tiny_effects: dict[str, InstalledEffect]
) -> None:
    """Model, seed, time and controls stand in it, and not how the matte was made."""
    write_exr(
        Path(shot.mattes % 2), {"A": bar(9)}, **{"impasto/style": "warm", "owner": "roto artist"}
    )
    settings = EffectSettings(seed=-7, speed=0.5, controls={"wind": 1.5})
    render_effect(replace(shot, frames="2", settings=settings), tiny_effects[FIRE])
    header = read_exr(result(shot, 2)).header
    assert header["impasto/model"] == "tiny_fire"
    assert header["impasto/seed"] == "-7"
    assert header["impasto/time"] == pytest.approx(1.0)
    assert '"wind": 1.5' in header["impasto/controls"]
    assert header["owner"] == "roto artist"
    assert "impasto/style" not in header
