"""Promises of a task: its lines and exit codes; it may be killed, repeated, run twice at once."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.farm_job import CPU, GPU
from nuke_plugin.worker.farm import host as host_module
from nuke_plugin.worker.farm import tasks as tasks_module
from nuke_plugin.worker.farm.tasks import CHECK, PAINT, VERIFY, Task, frames_of
from tests.exr_files import half_rgba, write_exr
from tests.nuke_plugin.worker.farm.conftest import (
    FRAMES,
    PATIENCE_SECONDS,
    Shot,
    contents,
    farm_task,
    wait_for,
)


def run(shot: Shot, name: str, frames: str | None = None) -> int:
    """Do a task of the shot's job in this process and return its exit code."""
    return Task(name, shot.job_file, frames, None, "nuke").run()


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what a task said last."""
    return capsys.readouterr().out.splitlines()[-1]


def test_only_what_is_missing_or_stale_is_painted(
    shot: Shot, capsys: pytest.CaptureFixture[str]
) -> None:
    """A chunk is painted; again it is kept; a lost frame, a cut one and a new plate are made up."""
    assert run(shot, PAINT, "1001-1002") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "openjd_progress: 0"
    assert "openjd_status: frame 1002, 2 of 2" in said
    assert said[-2:] == ["openjd_status: 2 of 2 frames painted", "openjd_progress: 100"] or (
        said[-1] == "openjd_status: 2 of 2 frames painted"
    )
    assert sorted(contents(shot.result(1001).parent)) == ["painted.1001.exr", "painted.1002.exr"]

    assert run(shot, PAINT) == 0
    assert "openjd_status: 1 of 3 frames painted, 2 kept" in capsys.readouterr().out
    right = contents(shot.result(1001).parent)
    shot.result(1001).unlink()
    cut = shot.result(1002).read_bytes()
    shot.result(1002).write_bytes(cut[: len(cut) // 2])
    write_exr(shot.plate(1003), half_rgba(64, 36, seed=7))
    assert run(shot, PAINT) == 0
    assert "openjd_status: 3 of 3 frames painted" in capsys.readouterr().out
    again = contents(shot.result(1001).parent)
    assert again["painted.1001.exr"] == right["painted.1001.exr"]
    assert again["painted.1002.exr"] == right["painted.1002.exr"]
    assert again["painted.1003.exr"] != right["painted.1003.exr"]


def started(shot: Shot) -> subprocess.Popen[str]:
    """Start the painting of a shot and return it when the first frame is there."""
    task = farm_task(PAINT, "--job", str(shot.job_file))
    wait_for(shot.result(1001), task)
    return task


def test_a_task_that_is_killed_is_run_again(
    endless: Shot, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was painted before the kill is whole and kept; nothing half is left in the end."""
    shot = endless
    task = started(shot)
    task.kill()
    task.communicate()
    stamp = shot.result(1001).stat().st_mtime_ns
    write_exr(shot.plate(1002), half_rgba(64, 36, seed=1002))

    assert run(shot, PAINT) == 0
    assert "openjd_status: 2 of 3 frames painted, 1 kept" in capsys.readouterr().out
    assert shot.result(1001).stat().st_mtime_ns == stamp
    assert run(shot, VERIFY) == 0
    names = sorted(file.name for file in shot.result(1001).parent.iterdir())
    assert names == [f"painted.{frame}.exr" for frame in FRAMES]


@pytest.mark.skipif(sys.platform == "win32", reason="there, a task is ended outright")
def test_a_task_that_is_cancelled_stops(endless: Shot) -> None:
    """The engine's notice ends a task in the middle of a frame: a sentence, a signal's code."""
    task = started(endless)
    task.terminate()
    said = task.communicate(timeout=PATIENCE_SECONDS)[0]
    assert task.returncode == 143, said
    assert said.splitlines()[-1].startswith("openjd_fail: Cancelled: 1 frame had been written")
    assert [file.name for file in endless.result(1001).parent.iterdir()] == ["painted.1001.exr"]


def test_one_chunk_twice_at_once(shot: Shot) -> None:
    """Two runs of a chunk share it: each frame is painted by one of them, and both end well."""
    runs = [farm_task(PAINT, "--job", str(shot.job_file)) for _ in range(2)]
    said = [task.communicate(timeout=PATIENCE_SECONDS)[0] for task in runs]
    assert [task.returncode for task in runs] == [0, 0], said
    painted = sum(int(text.rsplit(" of 3 frames painted")[0].rsplit(" ")[-1]) for text in said)
    assert painted == len(FRAMES)
    names = sorted(file.name for file in shot.result(1001).parent.iterdir())
    assert names == [f"painted.{frame}.exr" for frame in FRAMES]


def test_a_person_must_correct(shot: Shot, capsys: pytest.CaptureFixture[str]) -> None:
    """Another version, an unknown style and a range that is none are exit code 2."""
    value = {**json.loads(shot.job.to_json()), "impasto": "9.9.9"}
    other = shot.folder / "other.json"
    other.write_text(json.dumps(value), encoding="utf-8")
    assert Task(PAINT, other, None, None, "nuke").run() == 2
    assert "written by Impasto 9.9.9" in last_line(capsys)

    painting = shot.job.paintings[0]
    wrong = replace(painting, request=replace(painting.request, styles={"gone": 1.0}))
    changed = replace(shot, job=replace(shot.job, paintings=(wrong,)))
    assert run(changed, PAINT) == 2
    assert last_line(capsys).startswith("openjd_fail: The model 'tiny' has no style named 'gone'")

    assert run(shot, PAINT, "ten") == 2
    assert "'ten'" in last_line(capsys)


def test_a_host_that_cannot_write_the_results(
    shot: Shot, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check of a session tells it before the first chunk, and it is a person's to correct."""
    painting = shot.job.paintings[0]
    blocked = shot.plate(1001) / "painted"
    request = replace(painting.request, results=str(blocked / "painted.%04d.exr"))
    wrong = replace(shot.job, paintings=(replace(painting, request=request),))
    assert run(replace(shot, job=wrong), CHECK) == 2
    assert f"cannot write to {blocked}: " in last_line(capsys)
    assert run(shot, CHECK) == 0


def test_another_try_may_help(
    shot: Shot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plate that cannot be read, a place that cannot be written and a fault are exit code 1."""
    plate = shot.plate(1002).read_bytes()
    shot.plate(1002).write_bytes(plate[: len(plate) // 2])
    assert run(shot, PAINT) == 1
    assert last_line(capsys).startswith(f"openjd_fail: The plate {shot.plate(1002)} cannot be read")

    shot.plate(1002).write_bytes(plate)
    painting = shot.job.paintings[0]
    blocked = str(shot.plate(1001) / "painted.%04d.exr")  # below a file, where no folder can be
    wrong = replace(painting, request=replace(painting.request, results=blocked))
    assert run(replace(shot, job=replace(shot.job, paintings=(wrong,))), PAINT) == 1
    assert "cannot be written" in last_line(capsys)

    def fault(*arguments: object) -> None:
        raise KeyError("fault\nof the program")

    monkeypatch.setattr(tasks_module, "paint", fault)
    assert run(shot, PAINT) == 1
    assert last_line(capsys).startswith("openjd_fail: Impasto met an error it does not know")


def test_a_host_without_the_promised_gpu(
    shot: Shot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a GPU was asked for, none is a fault of the host; any and cpu go on."""
    monkeypatch.setattr(host_module, "working_providers", lambda: ("CPUExecutionProvider",))
    assert run(replace(shot, job=replace(shot.job, device=GPU)), PAINT) == 1
    assert "was to have a GPU and none works there" in last_line(capsys)
    assert not shot.result(1001).exists()
    assert run(replace(shot, job=replace(shot.job, device=CPU)), PAINT, "1001") == 0
    assert run(shot, PAINT, "1002") == 0


def test_frames_are_read_as_engines_write_them() -> None:
    """A chunk is a range of Nuke's or of Open Job Description's, with a step or without."""
    assert frames_of("1001-1003").frames == (1001, 1002, 1003)
    assert frames_of("1-5:2,9").frames == (1, 3, 5, 9)
    assert frames_of("-3--1").frames == (-3, -2, -1)


def test_the_file_of_the_job_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A job that is not there is told with its file."""
    assert Task(PAINT, tmp_path / "absent.json", None, None, "nuke").run() == 2
    assert str(tmp_path / "absent.json") in last_line(capsys)
