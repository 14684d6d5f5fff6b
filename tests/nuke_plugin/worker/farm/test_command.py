"""Promises of `impasto farm`: the bundle it writes, what it refuses, and whom it hands it to."""

from __future__ import annotations

import inspect
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker import cli
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.farm import command, engines
from nuke_plugin.worker.farm.cost import MOST_FRAMES, busiest_frame, frames_per_task
from nuke_plugin.worker.paint_options import painting_of
from tests.nuke_plugin.worker.farm.conftest import FRAMES, Shot


def farm(shot: Shot, *arguments: str) -> Result:
    """Run the command on the shot's plates."""
    return CliRunner().invoke(
        app, ["farm", shot.settings.plates, shot.settings.results, "--style", "warm", *arguments]
    )


def test_the_size_of_a_task_is_measured(
    shot: Shot, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """One frame is painted and thrown away; as many as take the time asked for make a task."""
    words = ["--bundle", str(tmp_path / "b"), "--task-seconds", "60", "--json"]
    done = farm(shot, *words, "--stroke-scale", "native")
    assert done.exit_code == 0, done.output
    answer = json.loads(capfd.readouterr().out)
    assert answer["frames"] == len(FRAMES)
    assert 0 < answer["seconds_a_frame"] < 60
    assert answer["frames_per_task"] == frames_per_task(answer["seconds_a_frame"], 60)
    assert not shot.result(1001).exists()
    job = FarmJob.from_file(tmp_path / "b" / "job.json", "here")
    assert job.paintings[0].settings_digest == shot.job.paintings[0].settings_digest


def test_the_same_words_ask_for_the_same() -> None:
    """Each option of painting is one of `render` and of `farm`, with the same meaning and default.

    One that a script's nodes have themselves is refused beside --script.
    """
    shared = {
        name
        for name, parameter in inspect.signature(painting_of).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    here, there = (inspect.signature(made).parameters for made in (cli.render, command.farm))
    for name in shared:
        assert here[name].annotation == there[name].annotation
        assert here[name].default == there[name].default
    assert shared == {*command._PAINTING, "frames"}


@pytest.mark.parametrize(
    ("seconds", "frames"), [(1.0, 180), (0.5, 360), (1000.0, 1), (0.0, MOST_FRAMES)]
)
def test_frames_that_take_three_minutes(seconds: float, frames: int) -> None:
    """A task takes about three minutes, and is at least one frame."""
    assert frames_per_task(seconds) == frames


def test_the_busiest_frame_is_found_at_once(shot: Shot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each painting is read once: an animated strength makes as many as there are frames."""
    one = shot.job.paintings[0]
    at = [str(frame) for frame in range(1, 301)]
    paintings = [
        replace(one, request=replace(one.request, frames=text)) for text in [*at, "17", "9-17"]
    ]
    job = replace(shot.job, paintings=tuple(paintings))
    parsed = []
    real = FrameRange.parse
    monkeypatch.setattr(FrameRange, "parse", lambda text: parsed.append(text) or real(text))
    assert busiest_frame(job) == 17
    assert sorted(parsed) == sorted([*at, "17", "9-17"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--frames", "1001-1009"], "Frame 1004 is missing"),
        (["--frames", "1003-1001"], "runs backwards"),
        (["--device", "quantum"], "'quantum' is not one of any, gpu, cpu"),
        (["--strength", "7"], "The strength 7"),
        (["--colorspace", "nowhere"], "nowhere"),
        (["--model", "gone"], "No model named 'gone'"),
        (["--node", "ImpastoStyle1"], "it names a node of --script"),
        (["--script", "comp.nk"], "give one of the two"),
        (["--stroke-scale", "9"], "--stroke-scale"),
    ],
)
def test_what_makes_no_job_is_said(
    shot: Shot, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    """Exit code 2, one sentence, no bundle: nobody waits for a farm to find it out."""
    done = farm(shot, *arguments, "--bundle", str(tmp_path / "b"), "--frames-per-task", "2")
    assert done.exit_code == 2
    assert sentence in done.output
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("source", "typed", "named"),
    [
        ("--script", ["--style", "warm"], "--style"),
        ("--script", ["--strength", "1.0"], "--strength"),
        ("--script", ["--light", "clip", "--steady", "1"], "--light, --steady"),
        ("--script", ["--keep-going", "--stroke-scale", "2"], "--keep-going, --stroke-scale"),
        ("--job", ["--half-precision", "--detail", "0"], "--half-precision, --detail"),
        ("--job", ["--frames", "1001", "--device", "any"], "--frames, --device"),
    ],
)
def test_options_that_would_count_for_nothing(
    shot: Shot, tmp_path: Path, source: str, typed: list[str], named: str
) -> None:
    """A script's nodes and a job's file have their own: what is typed beside them is refused."""
    bundle = tmp_path / "b"
    words = ["farm", source, str(shot.job_file), *typed, "--bundle", str(bundle)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert f"{named}: " in done.output
    assert not bundle.exists()


def test_a_second_job_leaves_the_first(shot: Shot, tmp_path: Path) -> None:
    """A farm may be at work on what was sent: only --bundle replaces, also for the panel's job."""
    at_two, at_three = ("--frames-per-task", "2"), ("--frames-per-task", "3")
    first = shot.result(1001).parent / "farm_plate"
    assert farm(shot, *at_two).exit_code == 0
    values = (first / "parameter_values.json").read_bytes()
    assert farm(shot, *at_three).exit_code == 0
    of_panel = ["farm", "--job", str(shot.job_file), *at_three]
    assert CliRunner().invoke(app, of_panel).exit_code == 0
    assert (first / "parameter_values.json").read_bytes() == values
    assert sorted(folder.name for folder in first.parent.iterdir()) == [
        "farm_plate",
        "farm_plate_2",
        "farm_plate_3",
    ]
    assert farm(shot, *at_three, "--bundle", str(first)).exit_code == 0
    assert (first / "parameter_values.json").read_bytes() != values
    assert len(list(first.parent.iterdir())) == 3


def test_an_output_that_cannot_be_reached(shot: Shot, tmp_path: Path) -> None:
    """The results' folder is tried before the job is made."""
    blocked = str(shot.plate(1001) / "painted.%04d.exr")
    arguments = ["farm", shot.settings.plates, blocked, "--style", "warm"]
    done = CliRunner().invoke(app, [*arguments, "--bundle", str(tmp_path / "b")])
    assert done.exit_code == 2
    assert "cannot be written" in done.output


def test_plates_that_are_none(shot: Shot, tmp_path: Path) -> None:
    """A pattern without a file is a sentence, and so is a command without plates."""
    arguments = [str(tmp_path / "no.%04d.exr"), str(tmp_path / "o.%04d.exr"), "--style", "warm"]
    done = CliRunner().invoke(app, ["farm", *arguments])
    assert (done.exit_code, "No plate was found" in done.output) == (2, True)
    assert CliRunner().invoke(app, ["farm"]).exit_code == 2
    assert CliRunner().invoke(app, ["farm", shot.settings.plates]).exit_code == 2
    assert CliRunner().invoke(app, ["farm-task", "dance", "--job", "j.json"]).exit_code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a program is a script")
def test_deadlines_submitter_is_opened(
    shot: Shot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `deadline` is installed its submitter gets the bundle; where not, it is said."""
    bundle = tmp_path / "b"
    words = ["--bundle", str(bundle), "--frames-per-task", "2", "--submit"]
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = farm(shot, *words)
    assert done.exit_code == 2
    assert "'deadline' cannot be started" in done.output
    assert not engines.deadline_is_installed()

    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "deadline"
    told = tmp_path / "told.txt"
    program.write_text(f'#!/bin/sh\necho "$@" > "{told}"\n', encoding="utf-8")
    program.chmod(0o755)
    assert farm(shot, *words).exit_code == 0
    until = time.monotonic() + 60
    while not told.exists() or not told.read_text(encoding="utf-8"):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert told.read_text(encoding="utf-8") == f"bundle gui-submit {bundle}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a program is a script")
def test_a_program_hears_the_answer_alone(
    shot: Shot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What the engine prints goes to standard error where standard output is one JSON object."""
    engine = tmp_path / "openjd"
    engine.write_text("#!/bin/sh\necho Running step Paint\nexit 3\n", encoding="utf-8")
    engine.chmod(0o755)
    monkeypatch.setattr(engines, "_found", lambda name: str(engine))
    words = ["--bundle", str(tmp_path / "b"), "--frames-per-task", "2", "--run", "--json"]
    assert farm(shot, *words).exit_code == 1
    said = capfd.readouterr()
    assert json.loads(said.out)["frames"] == len(FRAMES)
    assert "Running step Paint" in said.err


def test_without_openjd_it_is_said_how_to_get_it(
    shot: Shot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is an extra: without it the bundle is written, and the line to install it told."""
    real = engines._found
    monkeypatch.setattr(engines, "_found", lambda name: None if name == "openjd" else real(name))
    words = ["--bundle", str(tmp_path / "b"), "--frames-per-task", "2", "--run"]
    done = farm(shot, *words)
    assert done.exit_code == 2
    assert '-m pip install "openjd-cli' in done.output
    assert os.listdir(tmp_path / "b")
