"""Tests of the command ``impasto shade``: its words, its answers, its second runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.effect_shading import FireShading, SmokeShading
from nuke_plugin.contract.errors import DiskFull, OptionInvalid, RenderCancelled
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.effects.shade_command import colour_of, shading_asked
from nuke_plugin.worker.effects.shading import channel_file
from nuke_plugin.worker.effects.shading.result_space import LINEAR_REC709
from nuke_plugin.worker.effects.shading.sequence import ShadeRequest, ShadeSequence
from nuke_plugin.worker.frame_claims import FrameClaims
from tests.exr_files import read_exr, write_exr
from tests.nuke_plugin.worker.effects.shading.made_fields import flame, puff, waves

FRAMES = (1, 2, 3)

Answer = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in colours are used, and messages are not wrapped."""
    monkeypatch.delenv("OCIO", raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def shot(tmp_path: Path) -> tuple[str, str]:
    """Three small frames of fire, and where their pictures go."""
    (tmp_path / "fire").mkdir()
    for frame in FRAMES:
        channels = {f"fire.{name}": plane for name, plane in flame(16, 20, frame).items()}
        write_exr(tmp_path / "fire" / f"fire.{frame:04d}.exr", channels)
    return str(tmp_path / "fire" / "fire.%04d.exr"), str(tmp_path / "shaded" / "fire.%04d.exr")


def call(*arguments: str) -> Result:
    """Call the command in this process."""
    return CliRunner().invoke(app, ["shade", *arguments])


@pytest.fixture
def answer(capfd: pytest.CaptureFixture[str]) -> Answer:
    """Call the command with --json and return its answer, which goes past Python's own stream.

    Once a test: the process's standard output is another one afterwards.
    """

    def called(*arguments: str) -> dict[str, Any]:
        capfd.readouterr()
        done = call(*arguments, "--json")
        said: dict[str, Any] = json.loads(capfd.readouterr().out)
        return {**said, "exit_code": done.exit_code}

    return called


def red(out: str, frame: int) -> float:
    """Return a result's brightest red."""
    return float(read_exr(Path(out % frame)).channels["R"].max())


def test_fire_is_shaded_and_the_answer_says_so(shot: tuple[str, str]) -> None:
    """Every frame has its picture well above 1 and its channels; a person reads where."""
    done = call(*shot)
    assert done.exit_code == 0, done.output
    assert "Shaded 3 frames (1-3) of fire" in done.output
    part = read_exr(Path(shot[1] % 2))
    assert {"R", "G", "B", "A", "fire.temperature", "fire.density", "fire.soot"} < set(
        part.channels
    )
    assert part.channels["R"].max() > 5
    said = json.loads(part.header["impasto/shading"])
    assert (said["effect"], said["temperature"]) == ("fire", 2000)


def test_options_reach_the_picture(shot: tuple[str, str]) -> None:
    """A stop more doubles it; the others are said in the header as they were asked for."""
    plain = call(*shot, "--frames", "1")
    before = red(shot[1], 1)
    done = call(*shot, "--frames", "1", "--overwrite", "--exposure", "1", "--soot", "2.5",
                "--colour", "0.2", "--light", "1,2,3", "--pixel-scale", "2")  # fmt: skip
    assert (plain.exit_code, done.exit_code) == (0, 0), done.output
    assert red(shot[1], 1) > 1.5 * before
    header = read_exr(Path(shot[1] % 1)).header
    said = json.loads(header["impasto/shading"])
    assert (said["soot"], said["colour"], said["light"]) == (2.5, [0.2] * 3, [1, 2, 3])
    assert header["impasto/pixel_scale"] == 2


def test_resume_keeps_what_is_right_and_makes_what_is_not(shot: tuple[str, str]) -> None:
    """Kept: whole and of these settings. Made again: missing, cut short, other settings, newer."""
    call(*shot)
    assert "Kept, on disk as asked for: 3 frames (1-3)" in call(*shot, "--resume").output
    Path(shot[1] % 1).unlink()
    os.truncate(shot[1] % 2, 300)
    again = call(*shot, "--resume").output
    assert "Shaded 2 frames (1-2)" in again
    assert "Kept, on disk as asked for: 1 frame (3)" in again
    assert "Shaded 3 frames" in call(*shot, "--resume", "--temperature", "2500").output
    write_exr(Path(shot[0] % 3), flame(16, 20, 99))
    assert "Shaded 1 frame (3)" in call(*shot, "--resume", "--temperature", "2500").output


def test_results_that_exist_are_left(shot: tuple[str, str]) -> None:
    """Without --resume or --overwrite nothing is touched; both at once is refused."""
    call(*shot)
    stamp = Path(shot[1] % 1).stat().st_mtime_ns
    refused = call(*shot)
    assert refused.exit_code == 2
    assert "already" in refused.output
    assert Path(shot[1] % 1).stat().st_mtime_ns == stamp
    assert call(*shot, "--resume", "--overwrite").exit_code == 2


def test_a_broken_frame_stops_or_is_passed_over(shot: tuple[str, str], answer: Answer) -> None:
    """Missing and damaged frames are errors; with --keep-going the others are made, exit code 1."""
    Path(shot[0] % 1).write_text("no picture")
    Path(shot[0] % 2).unlink()
    assert call(*shot, "--frames", "1-3").exit_code == 2
    said = answer(*shot, "--frames", "1-3", "--keep-going")
    assert (said["exit_code"], said["written"], len(said["failed"])) == (1, [3], 2)
    assert not Path(shot[1] % 1).exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--foam", "2"], "--foam: fire has none"),
        (["--temperature", "20000"], "--temperature"),
        (["--coolest", "2000"], "--coolest"),
        (["--colour", "1,2"], "--colour"),
        (["--colour", "0.1,0.1,7"], "--colour"),
        (["--effect", "lava"], "--effect"),
        (["--effect", "water"], "water: height, foam"),
        (["--colorspace", "sRGB"], "not scene-linear"),
        (["--pixel-scale", "nan"], "--pixel-scale"),
        (["--frames", "7"], "Frame 7 is missing"),
    ],
)
def test_what_cannot_be_is_told(shot: tuple[str, str], options: list[str], words: str) -> None:
    """A user's error is one sentence with the option or the file, and nothing is written."""
    done = call(*shot, *options)
    assert done.exit_code == 2
    assert words in done.output
    assert not list(Path(shot[1]).parent.glob("*.exr"))


def test_results_never_go_over_their_channels(shot: tuple[str, str]) -> None:
    """The channels' own name is refused, also with --overwrite."""
    before = Path(shot[0] % 1).read_bytes()
    assert call(shot[0], shot[0], "--overwrite").exit_code == 2
    assert Path(shot[0] % 1).read_bytes() == before


def test_water_without_a_matte_is_warned_of_once(tmp_path: Path, answer: Answer) -> None:
    """It fills the frame, and that is said; with a matte it is not."""
    bare = {name: plane for name, plane in waves(8, 8).items() if name != "matte"}
    for frame in (1, 2):
        write_exr(tmp_path / f"sea.{frame}.exr", bare)
    said = answer(str(tmp_path / "sea.%d.exr"), str(tmp_path / "out.%d.exr"))
    (warning,) = said["warnings"]
    assert "water fills the frame" in warning["text"]
    assert read_exr(tmp_path / "out.1.exr").channels["A"].min() == 1


def test_broken_pixels_are_counted(tmp_path: Path, answer: Answer) -> None:
    """NaN in a channel is told with its frame and number; the picture is finite."""
    channels = puff(8, 8)
    channels["density"][2, 3] = np.nan
    write_exr(tmp_path / "smoke.exr", channels)
    said = answer(str(tmp_path / "smoke.exr"), str(tmp_path / "out.exr"))
    assert (said["effect"], said["broken_pixels"]) == ("smoke", 1)
    assert np.isfinite(read_exr(tmp_path / "out.exr").channels["R"]).all()


def test_cancelling_leaves_whole_frames(shot: tuple[str, str]) -> None:
    """Stopped after the first frame: it is whole, no other is there, and no claim is left."""
    cancellation = Cancellation()
    with pytest.raises(RenderCancelled) as caught:
        ShadeSequence(ShadeRequest(*shot)).shade(
            FireShading(),
            LINEAR_REC709,
            cancellation=cancellation,
            on_progress=lambda done: cancellation.request(),
        )
    left = sorted(path.name for path in Path(shot[1]).parent.iterdir())
    assert "fire.0001.exr" in left
    assert "fire.0003.exr" not in left
    assert all(name.startswith("fire") for name in left)
    assert str(len(left)) in caught.value.message


def test_a_frame_another_process_shades_is_waited_for(shot: tuple[str, str]) -> None:
    """With --resume a claimed frame comes last, and is made once it is free."""
    Path(shot[1]).parent.mkdir()
    claims = FrameClaims(FramePattern.parse(shot[1]))
    assert claims.take(1)
    order: list[int] = []

    def done(frame: int) -> None:
        order.append(frame)
        if frame == 3:
            claims.release(1)

    ShadeSequence(ShadeRequest(*shot, resume=True)).shade(
        FireShading(), LINEAR_REC709, on_progress=lambda told: done(told.frame)
    )
    assert order == [2, 3, 1]


def test_a_full_disk_ends_it_and_leaves_nothing_half(
    shot: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is the disk's, and the frames after it are not begun."""

    def full(path: Path, parts: object) -> None:
        raise DiskFull(path)

    monkeypatch.setattr(channel_file, "write_exr", full)
    with pytest.raises(DiskFull):
        ShadeSequence(ShadeRequest(*shot)).shade(FireShading(), LINEAR_REC709)
    assert not list(Path(shot[1]).parent.iterdir())


def test_words_become_settings() -> None:
    """One number is a grey, three are a colour; what is not said stays at its default."""
    assert colour_of("colour", "0.5") == (0.5, 0.5, 0.5)
    said = {"colour": "0.1,0.2,0.3", "density": 2.0, "soot": None}
    assert shading_asked("smoke", said) == SmokeShading(density=2.0, colour=(0.1, 0.2, 0.3))
    with pytest.raises(OptionInvalid, match="--shadow-reach-px"):
        shading_asked("smoke", {"shadow_reach_px": -1.0})
