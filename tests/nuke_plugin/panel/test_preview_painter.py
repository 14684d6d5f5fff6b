"""Promises of the thread that has previews painted, on a real process at the other end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Callable

import pytest

from nuke_plugin.contract.errors import ModelFileMissing, WorkerDied
from nuke_plugin.contract.messages import Preview
from nuke_plugin.panel.preview_painter import PreviewDone, PreviewPainter
from nuke_plugin.worker_client import WorkerClient


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Return the file in which the worker notes what it is asked."""
    return tmp_path / "notes.txt"


@pytest.fixture
def painter(notes: Path) -> Iterator[PreviewPainter]:
    """Return a painter whose worker is ended after the test."""
    module = "tests.nuke_plugin.panel.preview_worker"
    client = WorkerClient(lambda: [sys.executable, "-m", module, str(notes)])
    yield PreviewPainter(client)
    client.stop()


def wish(folder: Path, style: str) -> Preview:
    """Return a wish for a style."""
    picture = str(folder / f"{style}.png")
    return Preview(0, str(folder / "frame.exr"), picture, "tiny", {style: 1.0}, 1.0, None)


def ended(painter: PreviewPainter, count: int) -> list[PreviewDone]:
    """Return the next previews that ended."""
    return [painter.done.get(timeout=60) for _ in range(count)]


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def asked(notes: Path) -> Sequence[str]:
    """Return what the worker was asked so far."""
    return notes.read_text(encoding="utf-8").split() if notes.is_file() else ()


def test_wishes_are_painted_in_order(painter: PreviewPainter, notes: Path, tmp_path: Path) -> None:
    """The most urgent comes first, each is told when its picture is there."""
    painter.want([wish(tmp_path, name) for name in ("c", "a", "b")])
    done = ended(painter, 3)

    assert [Path(one.picture).stem for one in done] == ["c", "a", "b"]
    assert all(one.error is None and Path(one.picture).is_file() for one in done)
    assert asked(notes) == ["c", "a", "b"]
    wait_until(painter.is_idle)


def test_a_picture_that_is_there_is_not_painted_again(
    painter: PreviewPainter, notes: Path, tmp_path: Path
) -> None:
    """A file from before is told as done, and the worker is not even started for it."""
    (tmp_path / "a.png").write_bytes(b"from before")
    painter.want([wish(tmp_path, "a")])

    assert ended(painter, 1)[0].error is None
    assert asked(notes) == ()


def test_idle_means_that_no_worker_starts(notes: Path, tmp_path: Path) -> None:
    """A wish that is taken back while its worker starts is not idle until that has ended."""

    def slow_command() -> Sequence[str]:
        time.sleep(0.4)
        return [sys.executable, "-m", "tests.nuke_plugin.panel.preview_worker", str(notes)]

    client = WorkerClient(slow_command)
    painter = PreviewPainter(client)
    painter.want([wish(tmp_path, "a")])
    time.sleep(0.1)
    painter.want([])
    wait_until(painter.is_idle)
    started = client.pid
    client.stop()
    time.sleep(0.6)

    assert started is not None
    assert client.pid is None


def test_what_is_wanted_no_more_is_cancelled(
    painter: PreviewPainter, notes: Path, tmp_path: Path
) -> None:
    """New wishes stop the preview in flight and those that wait, and are painted instead."""
    painter.want([wish(tmp_path, "endless"), wish(tmp_path, "a")])
    wait_until(lambda: "endless" in asked(notes))
    painter.want([wish(tmp_path, "b")])

    (done,) = ended(painter, 1)
    assert Path(done.picture).stem == "b"
    assert asked(notes) == ["endless", "b"]


def test_what_is_still_wanted_goes_on(painter: PreviewPainter, notes: Path, tmp_path: Path) -> None:
    """Scrolling puts wishes into another order and does not start over what is in flight."""
    painter.want([wish(tmp_path, "endless"), wish(tmp_path, "a")])
    wait_until(lambda: "endless" in asked(notes))
    painter.want([wish(tmp_path, "b"), wish(tmp_path, "endless")])
    time.sleep(0.3)
    assert asked(notes) == ["endless"]
    painter.want([wish(tmp_path, "b")])

    assert Path(ended(painter, 1)[0].picture).stem == "b"


def test_a_broken_model_stops_no_other(painter: PreviewPainter, tmp_path: Path) -> None:
    """A style that cannot be painted is told with its error, and the next one is painted."""
    painter.want([wish(tmp_path, "fails"), wish(tmp_path, "a")])
    failed, done = ended(painter, 2)

    assert isinstance(failed.error, ModelFileMissing)
    assert done.error is None


def test_a_dead_worker_is_told_once(painter: PreviewPainter, notes: Path, tmp_path: Path) -> None:
    """When the worker dies the rest is not tried; new wishes start another."""
    painter.want([wish(tmp_path, "dies"), wish(tmp_path, "a")])
    (dead,) = ended(painter, 1)
    assert isinstance(dead.error, WorkerDied)
    wait_until(painter.is_idle)
    assert asked(notes) == ["dies"]
    painter.want([wish(tmp_path, "a")])

    assert ended(painter, 1)[0].error is None
