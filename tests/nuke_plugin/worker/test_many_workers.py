"""Tests of one range painted by several processes: the same frames, errors and end as by one."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import (
    FrameMissing,
    RenderCancelled,
    ResultsExist,
    StrengthOutOfRange,
    WorkerDied,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker import many_workers
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.frame_claims import FrameClaims
from nuke_plugin.worker.many_workers import graphics_cards, render_by_many
from nuke_plugin.worker.pipeline import FrameDone, RenderSettings, Studio, render
from nuke_plugin.worker.providers import THREADS_VARIABLE, usable_threads
from tests.exr_files import bits, half_rgba, read_exr, write_exr
from tests.tiny_model import write_endless_model

FRAMES = tuple(range(1001, 1009))


@pytest.fixture
def shot(
    tmp_path: Path, tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> RenderSettings:
    """Eight small plates, the last with a NaN, and a workplace whose workers know the model."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    monkeypatch.delenv("OCIO", raising=False)
    plates = tmp_path / "plates"
    plates.mkdir()
    for frame in FRAMES:
        channels = half_rgba(64, 36, seed=frame)
        if frame == FRAMES[-1]:
            channels["R"][0, 0] = float("nan")
        write_exr(plates / f"plate.{frame}.exr", channels)
    return RenderSettings(
        plates=str(plates / "plate.####.exr"),
        results=str(tmp_path / "one" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
        marks_frames=True,
    )


def names(results: str) -> list[str]:
    """Return the names in the results' folder, hidden ones too."""
    return sorted(path.name for path in Path(results).parent.iterdir())


def contents(results: str) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Return of every file its header, but for the time it was written, and its channels' bits."""
    found = {}
    for name in names(results):
        part = read_exr(Path(results).parent / name)
        header = {key: value for key, value in part.header.items() if key != "capDate"}
        channels = {key: bits(value).tobytes() for key, value in part.channels.items()}
        found[name] = (str(header), channels)
    return found


def test_two_paint_what_one_paints(
    shot: RenderSettings, studio: Studio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every file is the same, to the last bit; progress, warnings and report are those of one."""
    began = time.perf_counter()
    one = render(shot, studio)
    alone_seconds = time.perf_counter() - began
    shared = replace(shot, results=str(tmp_path / "two" / "painted.%04d.exr"))
    told: list[FrameDone] = []
    warned: list[int | None] = []
    two = render_by_many(
        shared,
        2,
        studio,
        cancellation=Cancellation(),
        on_progress=told.append,
        on_warning=lambda frame, text: warned.append(frame),
    )
    with capsys.disabled():
        ratio = alone_seconds / two.seconds
        print(f"\n8 frames of 64x36, two workers with their start against one: {ratio:.2f} x")

    assert contents(shared.results) == contents(shot.results)
    assert len(contents(shot.results)) == 8
    assert (two.written, two.failed, two.broken_pixels) == (one.written, (), 1)
    assert two.provider == one.provider
    assert two.stages.keys() == one.stages.keys()
    assert [done.done for done in told] == list(range(1, 9))
    assert {done.frame for done in told} == set(FRAMES)
    assert warned == [FRAMES[-1]]


def test_what_one_refuses_is_refused(shot: RenderSettings, studio: Studio) -> None:
    """A missing plate and results that exist are found before any worker starts."""
    Path(shot.plates.replace("####", "1003")).unlink()
    with pytest.raises(FrameMissing):
        render_by_many(replace(shot, frames="1001-1008"), 2, studio, cancellation=Cancellation())
    assert not Path(shot.results).parent.exists()
    Path(shot.results).parent.mkdir()
    Path(shot.results % 1001).write_bytes(b"mine")
    with pytest.raises(ResultsExist):
        render_by_many(shot, 2, studio, cancellation=Cancellation())
    assert Path(shot.results % 1001).read_bytes() == b"mine"
    assert names(shot.results) == ["painted.1001.exr"]


def test_a_workers_error_is_raised_and_a_frame_given_up_is_told(
    shot: RenderSettings, studio: Studio
) -> None:
    """What is wrong ends all; with keep_going a broken plate is told, and with resume made up."""
    with pytest.raises(StrengthOutOfRange):
        render_by_many(replace(shot, strength=7.0), 2, studio, cancellation=Cancellation())
    Path(shot.plates.replace("####", "1004")).write_bytes(b"no picture")
    report = render_by_many(replace(shot, keep_going=True), 2, studio, cancellation=Cancellation())
    assert [failure.frame for failure in report.failed] == [1004]
    assert report.written == tuple(frame for frame in FRAMES if frame != 1004)

    Path(shot.results % 1002).unlink()
    write_exr(Path(shot.plates.replace("####", "1004")), half_rgba(64, 36, seed=1004))
    again = render_by_many(replace(shot, resume=True), 2, studio, cancellation=Cancellation())
    assert (again.written, again.kept) == (
        (1002, 1004),
        tuple(f for f in FRAMES if f not in (1002, 1004)),
    )


def test_a_frame_of_another_process_is_waited_for_and_kept(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """What another process holds the workers leave to it; what it finished meanwhile is kept."""
    alone = replace(shot, results=str(tmp_path / "alone" / "painted.%04d.exr"))
    render(alone, studio)
    other = FrameClaims(FramePattern.parse(shot.results))
    Path(shot.results).parent.mkdir()
    assert other.take(1002)
    told: list[FrameDone] = []

    def finish(done: FrameDone) -> None:
        told.append(done)
        if len(told) == 7:
            shutil.copy(alone.results % 1002, shot.results % 1002)
            other.release_all()

    settings = replace(shot, resume=True)
    stop = Cancellation()
    report = render_by_many(settings, 2, studio, cancellation=stop, on_progress=finish)
    assert (report.written, report.kept) == (tuple(f for f in FRAMES if f != 1002), (1002,))
    assert [(done.done, done.total) for done in told] == [(count, 8) for count in range(1, 9)]
    assert (told[-1].frame, told[-1].was_there) == (1002, True)
    assert contents(shot.results) == contents(alone.results)


def test_a_warning_of_the_whole_range_is_told_once(shot: RenderSettings, studio: Studio) -> None:
    """Each worker warns of its slice; of what is true of all of them the user hears once."""
    warned: list[tuple[int | None, str]] = []
    render_by_many(
        replace(shot, half_precision=True),
        2,
        studio,
        cancellation=Cancellation(),
        on_warning=lambda frame, text: warned.append((frame, text)),
    )
    assert ["half precision" in text for frame, text in warned if frame is None] == [True]


def test_a_worker_that_dies_is_an_error(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The death of one ends the render with its last lines."""
    monkeypatch.setattr(many_workers, "WORKER_ARGUMENTS", ("-c", "raise SystemExit('no disk')"))
    with pytest.raises(WorkerDied, match="no disk"):
        render_by_many(shot, 2, studio, cancellation=Cancellation())


def test_a_cancel_stops_all_of_them(
    shot: RenderSettings, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cancel in the middle of frames ends every worker and leaves no part of a file."""
    model = write_endless_model(tmp_path / "models")
    monkeypatch.setenv("IMPASTO_MODELS", str(model.folder.parent))
    for frame in FRAMES[:2]:
        wide = half_rgba(300, 20, seed=frame)
        write_exr(Path(shot.plates.replace("####", str(frame))), wide)
    cancellation = Cancellation()
    settings = replace(shot, model="endless", frames="1001-1003", marks_frames=False)

    def is_painted(done: FrameDone) -> None:
        if done.frame == 1003:  # the others will never be
            cancellation.request()

    with pytest.raises(RenderCancelled):
        render_by_many(settings, 3, studio, cancellation=cancellation, on_progress=is_painted)
    assert names(shot.results) == ["painted.1003.exr"]


def test_threads_are_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of several takes its part of the threads; nothing makes one take more than all."""
    monkeypatch.setenv(THREADS_VARIABLE, "1")
    assert usable_threads() == 1
    monkeypatch.setenv(THREADS_VARIABLE, "4096")
    assert usable_threads() <= (os.cpu_count() or 1)
    environ = many_workers._environment(3, 2, ("GPU-a", "GPU-b"))
    assert environ[many_workers.DEVICES_VARIABLE] == "GPU-b"
    assert many_workers._environment(1, 3, ())[many_workers.CARD_SHARE_VARIABLE] == "3"


def test_cards_that_are_named_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """CUDA_VISIBLE_DEVICES is a choice of the user's; without a card that works there is none."""
    monkeypatch.setattr(many_workers, "working_providers", lambda: ("CUDAExecutionProvider",))
    assert graphics_cards({"CUDA_VISIBLE_DEVICES": "2,3"}) == ("2", "3")
    assert graphics_cards({"CUDA_VISIBLE_DEVICES": ""}) == ()
    monkeypatch.setattr(many_workers, "working_providers", lambda: ("CPUExecutionProvider",))
    assert graphics_cards({"CUDA_VISIBLE_DEVICES": "2,3"}) == ()
