"""Promises of a job: fed with plates while it paints, it loses no frame and ends as it is told."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Callable

import pytest

from nuke_plugin.contract.errors import PlateRenderFailed, RenderCancelled, WorkerDied
from nuke_plugin.contract.messages import Render
from nuke_plugin.frame_fingerprint import Picture
from nuke_plugin.render_job import RenderJob
from nuke_plugin.worker_client import Patience, WorkerClient

PATIENCE_SECONDS = 60
RESULTS = "/shot/painted.%04d.exr"

Client = Callable[[str], WorkerClient]


@dataclass(frozen=True)
class Asked:
    """As much of a node's settings as a job looks at."""

    results: tuple[str, ...] = (RESULTS,)


class Witness:
    """A listener that remembers what it was told."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.ends = 0
        self.on_wait: Callable[[RenderJob], None] = lambda job: None

    def job_progressed(self, job: RenderJob) -> None:
        """Note how much is done."""
        self.done.append(job.done)

    def job_waits(self, job: RenderJob) -> None:
        """Do what the test wants of one who waits."""
        self.on_wait(job)

    def job_ended(self, job: RenderJob) -> None:
        """Count the ends."""
        assert job.ended.is_set()
        self.ends += 1


def request(strength: float = 1.0) -> Render:
    """Return what a node asks for."""
    return Render(
        id=0,
        plates="/shot/plate.%04d.exr",
        results=RESULTS,
        frames="1001-1006",
        model="tiny",
        styles={"warm": 1.0},
        strength=strength,
        colorspace=None,
        keep_going=False,
        overwrite=True,
    )


def plates(*frames: int, of: Render) -> list[tuple[Picture, str]]:
    """Return pictures whose plates are there."""
    return [(Picture(frame, "main", of, "5e77"), f"5e77{frame}") for frame in frames]


@pytest.fixture
def client() -> Iterator[Client]:
    """Return how to make a client of a scripted worker; it ends with the test."""
    clients: list[WorkerClient] = []

    def make(behaviour: str) -> WorkerClient:
        command = [sys.executable, "-m", "tests.nuke_plugin.scripted_worker", behaviour]
        clients.append(WorkerClient(lambda: command))
        return clients[-1]

    yield make
    for made in clients:
        made.stop()


def job_of(client: WorkerClient, total: int) -> tuple[RenderJob, Witness]:
    """Return a job and who listens to it."""
    witness = Witness()
    return RenderJob(Asked(), client, witness, total), witness  # type: ignore[arg-type]


def ended(job: RenderJob) -> RenderJob:
    """Wait for the end."""
    assert job.ended.wait(PATIENCE_SECONDS)
    return job


def test_it_paints_while_plates_come_in(client: Client) -> None:
    """Plates are painted as they come; the job ends when it is told that none follows."""
    job, witness = job_of(client("plain"), 4)
    asked = request()
    job.start()
    job.take_plates(plates(1001, of=asked))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while job.done < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert job.done == 1
    assert not job.ended.is_set()
    job.take_plates(plates(1002, 1003, 1004, of=asked))
    job.all_plates_taken()
    ended(job)
    assert job.error is None
    assert job.written == {RESULTS: {1001, 1002, 1003, 1004}}
    assert witness.done == [0, 1, 2, 3, 4]
    assert witness.ends == 1
    assert job.provider == "CPUExecutionProvider"


def test_what_gathers_goes_together(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plates that are there go to the worker in one request a setting, fingerprints along."""
    worker = client("plain")
    sent: list[Render] = []
    really_render = worker.render

    def render(one: Render, while_starting: Callable[[], None]) -> object:
        sent.append(one)
        return really_render(one, while_starting)

    monkeypatch.setattr(worker, "render", render)
    job, _ = job_of(worker, 4)
    strong, weak = request(1.0), request(0.5)
    job.take_plates(plates(1001, 1002, 1004, of=strong) + plates(1003, of=weak))
    job.all_plates_taken()
    job.run()
    assert [(one.frames, one.strength) for one in sent] == [("1001-1002,1004", 1.0), ("1003", 0.5)]
    assert sent[0].fingerprints == {"1001": "5e771001", "1002": "5e771002", "1004": "5e771004"}
    assert all(one.keep_going and one.overwrite for one in sent)


def test_a_worker_that_dies_loses_no_frame(client: Client) -> None:
    """A worker that ends at its second frame is replaced as often as it takes, and that is said."""
    job, _ = job_of(client("dies"), 4)
    job.take_plates(plates(1001, 1002, 1003, 1004, of=request()))
    job.all_plates_taken()
    job.run()
    assert job.error is None
    assert job.done == 4
    assert job.warnings[0].startswith("A new worker went on, and no finished frame was lost.")
    assert len(job.warnings) == 1


def test_a_worker_that_hangs_loses_no_frame() -> None:
    """A worker that says nothing for too long is ended and replaced, as one that died."""
    command = [sys.executable, "-m", "tests.nuke_plugin.scripted_worker", "hangs"]
    worker = WorkerClient(lambda: command, Patience(silence_seconds=1.5))
    job, _ = job_of(worker, 2)
    job.take_plates(plates(1001, 1002, of=request()))
    job.all_plates_taken()
    job.run()
    worker.stop()
    assert job.error is None
    assert job.done == 2
    assert job.warnings[0].startswith("A new worker went on, and no finished frame was lost.")


def test_a_worker_that_only_dies_ends_the_render(client: Client) -> None:
    """A worker that ends twice without a frame is not started for ever."""
    job, witness = job_of(client("dies-at-once"), 2)
    job.take_plates(plates(1001, 1002, of=request()))
    job.all_plates_taken()
    job.run()
    assert isinstance(job.error, WorkerDied)
    assert witness.ends == 1


def test_a_frame_that_cannot_be_read_is_that_frame(client: Client) -> None:
    """What the worker could not read is noted with its reason, and the job is no failure."""
    job, _ = job_of(client("cannot-read"), 2)
    job.take_plates(plates(1001, 1002, of=request()))
    job.all_plates_taken()
    job.run()
    assert job.error is None
    assert job.failed == {1001: "Frame 1001 is missing."}


def test_cancel_is_heard_before_any_plate_is_there(client: Client) -> None:
    """A job that waits for plates ends soon after Cancel, without a worker."""
    worker = client("plain")
    job, _ = job_of(worker, 2)
    job.start()
    began = time.monotonic()
    job.cancel()
    ended(job)
    assert time.monotonic() - began < 5
    assert isinstance(job.error, RenderCancelled)
    assert worker.pid is None


def test_cancel_is_heard_while_the_worker_starts(client: Client) -> None:
    """A worker takes seconds to start; Cancel does not wait for it, and the next job uses it."""
    worker = client("slow-start")
    job, _ = job_of(worker, 1)
    job.take_plates(plates(1001, of=request()))
    job.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while worker.pid is None and time.monotonic() < deadline:
        time.sleep(0.01)
    pid = worker.pid
    began = time.monotonic()
    job.cancel()
    ended(job)
    assert time.monotonic() - began < 1.5
    assert isinstance(job.error, RenderCancelled)
    after, _ = job_of(worker, 1)
    after.take_plates(plates(1001, of=request()))
    after.all_plates_taken()
    after.run()
    assert after.done == 1
    assert worker.pid == pid


def test_who_waits_can_cancel(client: Client) -> None:
    """The listener is asked while the job waits for plates, too: a progress bar has a button."""
    job, witness = job_of(client("plain"), 2)
    witness.on_wait = lambda waiting: waiting.cancel()
    job.start()
    ended(job)
    assert isinstance(job.error, RenderCancelled)


def test_an_error_on_the_side_of_the_plates_ends_it(client: Client) -> None:
    """What ends the plates is the job's error, told as what it was and not as a cancel."""
    job, _ = job_of(client("streams"), 3)
    job.take_plates(plates(1001, 1002, of=request()))
    reason = PlateRenderFailed("ImpastoStyle1", "/shot/plate.%04d.exr", "no such file")
    threading.Timer(0.5, job.stop, (reason,)).start()
    job.start()
    ended(job)
    assert job.error is reason
