"""Tests of long runs: what is on disk is kept, processes share a range, no frame is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import DiskFull, FrameClaimed
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.worker import frame_run, pipeline, shared_range
from nuke_plugin.worker.frame_claims import FrameClaims, LocksMissing
from nuke_plugin.worker.frame_run import READ_AHEAD, WRITE_BEHIND
from nuke_plugin.worker.pipeline import RenderSettings, Studio, render
from tests.exr_files import bits, half_rgba, read_exr, write_exr

ROOT = Path(__file__).resolve().parents[3]
FRAMES = (1, 2, 3, 4, 5)


@pytest.fixture
def shot(tmp_path: Path) -> RenderSettings:
    """Five small plates, and the settings that paint what is missing of them."""
    (tmp_path / "plates").mkdir()
    for frame in FRAMES:
        write_exr(tmp_path / "plates" / f"plate.{frame:04d}.exr", half_rgba(40, 30, seed=frame))
    return RenderSettings(
        plates=str(tmp_path / "plates" / "plate.%04d.exr"),
        results=str(tmp_path / "results" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
        marks_frames=True,
        resume=True,
    )


def result(settings: RenderSettings, frame: int) -> Path:
    """Return the path of a result."""
    return Path(settings.results % frame)


def stamps(settings: RenderSettings) -> dict[int, int]:
    """Return when each result was written."""
    return {frame: result(settings, frame).stat().st_mtime_ns for frame in FRAMES}


def test_a_second_run_paints_nothing(shot: RenderSettings, studio: Studio) -> None:
    """What is whole and right is kept, told as kept, and counts as done."""
    first = render(shot, studio)
    before = stamps(shot)
    done: list[tuple[int, int, bool]] = []
    second = render(shot, studio, on_progress=lambda d: done.append((d.done, d.total, d.was_there)))
    assert (first.written, first.kept) == (FRAMES, ())
    assert (second.written, second.kept) == ((), FRAMES)
    assert done == [(count, 5, True) for count in FRAMES]
    assert stamps(shot) == before


def test_what_is_missing_cut_short_or_damaged_is_painted_again(
    shot: RenderSettings, studio: Studio
) -> None:
    """A frame that is not there, one of half its bytes and one with a bad middle are new again."""
    render(shot, studio)
    whole = {frame: result(shot, frame).read_bytes() for frame in FRAMES}
    expected = {frame: read_exr(result(shot, frame)).channels for frame in FRAMES}
    result(shot, 1).unlink()
    os.truncate(result(shot, 2), len(whole[2]) // 2)
    damaged = bytearray(whole[3])
    middle = len(damaged) * 3 // 4
    damaged[middle : middle + 64] = bytes(64)
    result(shot, 3).write_bytes(damaged)
    result(shot, 4).write_text("no picture")
    report = render(shot, studio)
    assert (report.written, report.kept) == ((1, 2, 3, 4), (5,))
    for frame in FRAMES:
        again = read_exr(result(shot, frame)).channels
        for name, plane in expected[frame].items():
            np.testing.assert_array_equal(bits(again[name]), bits(plane))


@pytest.mark.parametrize(
    "change",
    [
        {"strength": 0.5},
        {"styles": {"cold": 1.0}},
        {"colorspace": "ACEScg"},
    ],
)
def test_other_settings_are_painted_again(
    shot: RenderSettings, studio: Studio, change: dict[str, object]
) -> None:
    """A frame of another strength, style or colour space is not what was asked for."""
    render(shot, studio)
    assert render(replace(shot, **change), studio).written == FRAMES  # type: ignore[arg-type]


def test_the_same_said_otherwise_is_the_same(shot: RenderSettings, studio: Studio) -> None:
    """A style's title, weights of another sum, tiles and the processor ask for the same frames."""
    render(shot, studio)
    same = replace(shot, styles={"Warm": 7.0, "cold": 0.0}, tile_px=512, use_gpu=False)
    assert render(same, studio).kept == FRAMES


def test_a_plate_that_was_written_again_is_painted_again(
    shot: RenderSettings, studio: Studio
) -> None:
    """Only the frame whose plate is newer than what was painted of it is painted."""
    render(shot, studio)
    write_exr(Path(shot.plates % 3), half_rgba(40, 30, seed=99))
    assert render(shot, studio).written == (3,)


def test_a_frame_of_the_node_is_not_taken_for_ours(shot: RenderSettings, studio: Studio) -> None:
    """A result with a client's fingerprint, or none, is painted again: nobody knows its plate."""
    render(replace(shot, fingerprints={"1": "9c" * 32}, frames="1"), studio)
    assert read_exr(result(shot, 1)).header[FINGERPRINT_ATTRIBUTE] == "9c" * 32
    render(replace(shot, frames="2", marks_frames=False, resume=False), studio)
    assert render(shot, studio).written == FRAMES


@pytest.mark.parametrize("workers", [1, 2])
def test_two_processes_share_a_range(
    shot: RenderSettings, tiny_model: object, workers: int
) -> None:
    """Started together on one range, each frame is written by one of two, whole, and both end."""
    environ = {**os.environ, "IMPASTO_MODELS": str(tiny_model.folder.parent)}  # type: ignore[attr-defined]
    command = [sys.executable, "-m", "nuke_plugin.worker.cli", "render", shot.plates, shot.results]
    options = ["--model", "tiny", "--style", "warm", "--resume", "--json"]
    options += ["--workers", str(workers)]
    running = [
        subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in running]
    assert [process.returncode for process in running] == [0, 0]
    written = [frame for answer in answers for frame in answer["written"]]
    assert sorted(written) == list(FRAMES)
    for answer in answers:
        assert sorted([*answer["written"], *answer["kept"]]) == list(FRAMES)
    assert sorted(os.listdir(result(shot, 1).parent)) == [
        f"painted.{frame:04d}.exr" for frame in FRAMES
    ]


def test_a_frame_another_process_paints_is_waited_for(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes last, and is painted here when the other one gave it up."""
    other = FrameClaims(FramePattern.parse(shot.results))
    result(shot, 1).parent.mkdir()
    assert other.take(2)
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 2:
            other.release_all()

    monkeypatch.setattr(frame_run.time, "sleep", nap)
    order: list[int] = []
    report = render(shot, studio, on_progress=lambda done: order.append(done.frame))
    assert report.written == FRAMES
    assert order == [1, 3, 4, 5, 2]
    assert len(naps) == 2


def test_without_resume_a_frame_of_another_process_ends_the_render(
    shot: RenderSettings, studio: Studio
) -> None:
    """The other's frame is named and left alone, also where nothing was on disk at the start."""
    other = FrameClaims(FramePattern.parse(shot.results))
    result(shot, 1).parent.mkdir()
    assert other.take(2)
    with pytest.raises(FrameClaimed, match=r"Frame 2 .*painted\.0002\.exr"):
        render(replace(shot, resume=False), studio)
    assert not result(shot, 2).exists()
    other.release_all()


def test_a_folder_without_locks_is_told_and_painted_into(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system has no locks the frames are painted, and one warning says so."""

    class NoLocks(FrameClaims):
        def take(self, frame: int) -> bool:
            raise LocksMissing

    monkeypatch.setattr(shared_range, "FrameClaims", NoLocks)
    warnings: list[str] = []
    report = render(shot, studio, on_warning=lambda frame, text: warnings.append(text))
    assert report.written == FRAMES
    assert len(warnings) == 1
    assert "no file locks" in warnings[0]


def test_a_full_disk_stops_cleanly_and_names_the_first_lost_frame(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every frame that was reported is on disk and readable; --resume paints the others."""
    write = pipeline.write_result

    def fills_up(path: Path, *others: object) -> None:
        if "0003" in path.name:
            raise DiskFull(path)
        write(path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "write_result", fills_up)
    reported: list[int] = []
    with pytest.raises(DiskFull, match=r"painted\.0003\.exr"):
        render(shot, studio, on_progress=lambda done: reported.append(done.frame))
    monkeypatch.undo()
    assert reported[:2] == [1, 2]
    for frame in reported:
        assert read_exr(result(shot, frame)).channels["R"].shape == (30, 40)
    names = sorted(os.listdir(result(shot, 1).parent))
    assert names == [f"painted.{frame:04d}.exr" for frame in sorted(reported)]
    assert render(shot, studio).kept == tuple(sorted(reported))


def test_few_frames_are_in_memory_at_once(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the range, no more plates are held than are read ahead and written behind."""
    for frame in range(1, 31):
        write_exr(Path(shot.plates % frame), half_rgba(8, 6, seed=frame))
    read, write = pipeline.read_plate, pipeline.write_result
    held = [0]
    most = [0]

    def reads(path: Path) -> object:
        held[0] += 1
        most[0] = max(most[0], held[0])
        return read(path)

    def writes(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        held[0] -= 1

    monkeypatch.setattr(pipeline, "read_plate", reads)
    monkeypatch.setattr(pipeline, "write_result", writes)
    assert len(render(shot, studio).written) == 30
    assert 1 < most[0] <= READ_AHEAD + 1 + WRITE_BEHIND + 1
    assert np.isfinite(read_exr(result(shot, 30)).channels["R"]).all()
