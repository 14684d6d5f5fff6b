"""Promises of the last look at a job: what is missing, broken or another's is listed."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import FramesNotRight, RenderCancelled
from nuke_plugin.contract.farm_job import FarmOutput
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.farm import verify_task
from nuke_plugin.worker.farm.task_lines import TaskLines
from nuke_plugin.worker.farm.tasks import PAINT, VERIFY, Task
from nuke_plugin.worker.farm.verify_task import (
    MISSING,
    NOT_COUNTED,
    NOT_FINITE,
    NOT_PAINTED,
    OTHER_SETTINGS,
    OTHER_SIZE,
    UNREADABLE,
    verify,
)
from nuke_plugin.worker.movie import write_pictures
from nuke_plugin.worker.pipeline import Studio, render
from tests.exr_files import half_rgba, read_exr, write_exr
from tests.nuke_plugin.worker.farm.conftest import Shot


@pytest.fixture
def painted(shot: Shot, studio: Studio) -> Shot:
    """The shot with every frame painted."""
    render(replace(shot.settings, marks_frames=True), studio)
    return shot


def problems(shot: Shot) -> dict[str, str]:
    """Return what a look at the shot's job finds wrong; empty for nothing."""
    try:
        verify(shot.job, Cancellation(), TaskLines())
    except FramesNotRight as error:
        return {what: where.split(" of ")[0] for what, where in error.problems.items()}
    return {}


def test_what_is_right_is_passed(painted: Shot, capsys: pytest.CaptureFixture[str]) -> None:
    """Every frame is read back, also where a plate's own broken pixels stayed, or plates went."""
    assert problems(painted) == {}
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "openjd_status: 3 frames read back, all as they must be"
    painted.plate(1001).unlink()
    assert problems(painted) == {}


def test_broken_pixels_of_the_plate_are_no_fault(shot: Shot, studio: Studio) -> None:
    """NaN in a plate stays NaN in the painting, and is as it must be."""
    channels = half_rgba(64, 36, seed=1)
    channels["R"][3, 3] = np.nan
    write_exr(shot.plate(1002), channels)
    render(replace(shot.settings, marks_frames=True), studio)
    assert problems(shot) == {}


def test_what_is_wrong_is_listed(painted: Shot, studio: Studio) -> None:
    """A lost frame, a cut one and one of another style are told with their frames and pattern."""
    painted.result(1001).unlink()
    whole = painted.result(1002).read_bytes()
    painted.result(1002).write_bytes(whole[: len(whole) // 2])
    other = replace(painted.settings, styles={"cold": 1.0}, frames="1003", overwrite=True)
    render(replace(other, marks_frames=True), studio)
    assert problems(painted) == {MISSING: "1001", UNREADABLE: "1002", OTHER_SETTINGS: "1003"}
    with pytest.raises(FramesNotRight, match=r"1001 of .*painted\.%04d\.exr: missing"):
        verify(painted.job, Cancellation(), TaskLines())


def test_what_has_no_plate_is_no_fault_of_a_job_that_goes_on(
    shot: Shot, capsys: pytest.CaptureFixture[str]
) -> None:
    """Paint and Verify both end well with a plate missing and one cut; a lost painting does not."""
    going_on = replace(shot, job=replace(shot.job, keep_going=True))
    shot.plate(1001).unlink()
    shot.plate(1002).write_bytes(b"no picture")
    ended = [Task(name, going_on.job_file, None, None, "nuke").run() for name in (PAINT, VERIFY)]
    assert ended == [0, 0]
    said = capsys.readouterr().out.splitlines()
    assert f"Warning: 1001-1002 of {shot.settings.results}: {NOT_PAINTED}" in said
    assert said[-1] == "openjd_status: 1 frames read back, all as they must be"

    shot.result(1003).unlink()
    assert problems(going_on) == {MISSING: "1003"}
    assert problems(shot) == {MISSING: "1001-1003"}


def test_size_and_broken_pixels_are_seen(painted: Shot) -> None:
    """A painting of another size than its plate, and one with NaN of its own, are told."""
    plate = painted.plate(1001)
    write_exr(plate, half_rgba(32, 18, seed=1))
    part = read_exr(painted.result(1002))
    channels = {name: values.copy() for name, values in part.channels.items()}
    channels["G"][5, 5] = np.inf
    kept = {key: value for key, value in part.header.items() if key.startswith("impasto/")}
    write_exr(painted.result(1002), channels, **kept)
    assert problems(painted) == {OTHER_SIZE: "1001", NOT_FINITE: "1002"}


def test_what_nuke_wrote_is_looked_at(painted: Shot, capsys: pytest.CaptureFixture[str]) -> None:
    """The comp's frames must be there and readable; a movie that cannot be read is told of."""
    comp = painted.folder / "comp"
    comp.mkdir()
    write_exr(comp / "c.1001.exr", half_rgba(8, 8, seed=1))
    (comp / "c.1002.exr").write_bytes(b"")
    (comp / "movie.mov").write_bytes(b"moov")
    outputs = (
        FarmOutput("Write1", str(comp / "c.%04d.exr"), "1001-1003"),
        FarmOutput("Write2", str(comp / "movie.mov"), "1001-1003"),
    )
    with_comp = replace(painted, job=replace(painted.job, outputs=outputs))
    assert problems(with_comp) == {UNREADABLE: "1002", MISSING: "1003"}
    said = capsys.readouterr().out.splitlines()
    assert f"Warning: 1001 of {comp / 'movie.mov'}: {NOT_COUNTED}" in said


def test_a_movie_that_was_cut_short(painted: Shot) -> None:
    """A movie of one chunk's frames is no movie of the shot."""
    movie = painted.folder / "comp" / "movie.mov"
    movie.parent.mkdir()
    output = FarmOutput("Write2", str(movie), "1001-1003")
    with_movie = replace(painted, job=replace(painted.job, outputs=(output,)))
    for frames in (3, 2):
        made = movie.with_name("made.webm")
        write_pictures(made, [np.zeros((36, 64, 3), np.uint8)] * frames, 24.0)
        made.replace(movie)
        wrong = {} if frames == 3 else {"a movie of 2 frames in place of 3": "1001"}
        assert problems(with_movie) == wrong


def test_what_killed_tasks_left_goes(painted: Shot) -> None:
    """Old parts of files and claims that nobody holds are taken away; young parts stay."""
    folder = painted.result(1001).parent
    old, young = folder / ".painted.1001.7-ab.part.exr", folder / ".painted.1002.7-ab.part.exr"
    for file in (old, young, folder / ".painted.1003.exr.claim"):
        file.write_bytes(b"half")
    long_ago = time.time() - verify_task.LEFT_BEHIND_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    assert problems(painted) == {}
    hidden = {file.name for file in Path(folder).iterdir() if file.name.startswith(".")}
    assert hidden == {young.name}


def test_a_look_can_be_cancelled(painted: Shot) -> None:
    """Nobody waits for thousands of frames that nobody wants any more."""
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(RenderCancelled):
        verify(painted.job, cancellation, TaskLines())
