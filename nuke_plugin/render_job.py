"""Holds one render while the worker paints it: what is done, what came of it, how to stop it.

A job knows no node and no Qt. It is fed with plates while it paints, from whatever thread renders
them, and runs on a thread of its own; it tells a listener what happens, and who touches nodes in
answer must first hop to the main thread.
"""

from __future__ import annotations

import dataclasses
import queue
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from typing import Optional, Protocol

from nuke_plugin.contract.errors import (
    ImpastoError,
    RenderCancelled,
    WorkerDied,
    WorkerTimeout,
    WorkerUnexpected,
)
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Cancelled, Progress, Rendering, Result, Warning
from nuke_plugin.frame_fingerprint import Picture
from nuke_plugin.job_settings import JobSettings
from nuke_plugin.worker_client import RenderConversation, RenderEvent, WorkerClient

DEATHS_IN_A_ROW = 2
"""How often a worker may end without a new frame on disk before the render does too."""

_LOOK_SECONDS = 0.2


class Listener(Protocol):
    """Who is told what happens to a job; called on the job's own thread."""

    def job_progressed(self, job: RenderJob) -> None:
        """React to a frame on disk, or to the start."""

    def job_waits(self, job: RenderJob) -> None:
        """React to time passing, a few times a second: the place to ask whether to cancel."""

    def job_ended(self, job: RenderJob) -> None:
        """React to the end: ``job.error`` is None unless it ended early."""


class RenderJob:
    """Paints the pictures of one render as their plates come in."""

    def __init__(
        self, settings: JobSettings, client: WorkerClient, listener: Listener, total: int
    ) -> None:
        self.settings = settings
        self.total = total
        """Pictures asked for, one for each frame and view that is to be painted."""
        self.last_frame: Optional[int] = None
        """The frame that was finished last."""
        self.written: dict[str, set[int]] = {results: set() for results in settings.results}
        """Frames on disk of each results pattern that this job wrote."""
        self.failed: dict[int, str] = {}
        """Frames that could not be painted, each with its error's sentence."""
        self.warnings: list[str] = []
        """What the user should know, each sentence once, also when it ended early."""
        self.provider = ""
        """What the network ran on, once it is known."""
        self.error: Optional[ImpastoError] = None
        """Why it ended early."""
        self.ended = threading.Event()
        self._client = client
        self._listener = listener
        self._cancelled = threading.Event()
        self._conversation: Optional[RenderConversation] = None
        self._plates: queue.Queue[Optional[tuple[Picture, str]]] = queue.Queue()
        self._reason: Optional[ImpastoError] = None
        self._began = time.monotonic()
        self._painting_since: Optional[float] = None
        self._finished_at: Optional[float] = None

    # -- what is known of it -----------------------------------------------------------
    @property
    def done(self) -> int:
        """Pictures on disk that this job painted."""
        return sum(len(frames) for frames in self.written.values())

    @property
    def is_cancelled(self) -> bool:
        """Whether it is to stop."""
        return self._cancelled.is_set()

    @property
    def is_painting(self) -> bool:
        """Whether its first plate was handed to the worker."""
        return self._painting_since is not None

    @property
    def seconds(self) -> float:
        """Seconds since the start, at the end those it took."""
        return (self._finished_at or time.monotonic()) - self._began

    @property
    def seconds_each(self) -> Optional[float]:
        """Seconds for a picture since the first plate was there; None before any is painted."""
        if not self.done or self._painting_since is None:
            return None
        return (time.monotonic() - self._painting_since) / self.done

    @property
    def seconds_left(self) -> Optional[float]:
        """Estimate of the time to the end, from that of the frames so far; None before any."""
        each = self.seconds_each
        left = self.total - self.done - len(self.failed)
        return None if each is None else each * max(left, 0)

    # -- from the side that renders plates ---------------------------------------------
    def take_plates(self, pictures: Iterable[tuple[Picture, str]]) -> None:
        """Take pictures whose plates are on disk, each with its fingerprint."""
        for picture in pictures:
            self._plates.put(picture)

    def all_plates_taken(self) -> None:
        """Know that no plate follows."""
        self._plates.put(None)

    def give_up(self, frame: int, reason: str) -> None:
        """Note that a frame cannot be painted."""
        self.failed[frame] = reason

    def stop(self, reason: ImpastoError) -> None:
        """End early because of an error on another thread."""
        self._reason = self._reason or reason
        self.cancel()

    def cancel(self) -> None:
        """Stop soon, also in the middle of a frame; from any thread."""
        self._cancelled.set()
        conversation = self._conversation
        if conversation is not None:
            self._client.cancel(conversation)

    # -- the job's thread --------------------------------------------------------------
    def start(self) -> None:
        """Paint on a thread of its own and return at once."""
        threading.Thread(target=self.run, name="impasto-render", daemon=True).start()

    def run(self) -> None:
        """Paint on the calling thread until the end; what went wrong is kept in ``error``."""
        try:
            self._listener.job_progressed(self)
            for batch in self._batches():
                for request in _requests(batch):
                    self._paint(request)
            if self.is_cancelled:
                raise RenderCancelled(self.done)
        except ImpastoError as error:
            is_cancel = isinstance(error, RenderCancelled)
            self.error = (self._reason or error) if is_cancel else error
        except Exception as fault:  # noqa: BLE001  on a thread it would end unseen, as a success
            traceback.print_exc()
            self.error = WorkerUnexpected(type(fault).__name__, str(fault))
            self.error.__cause__ = fault
        finally:
            if self.error is not None:
                self.cancel()  # neither Nuke nor the worker must go on for nobody
            self._finished_at = time.monotonic()
            self.ended.set()
            self._listener.job_ended(self)

    def _batches(self) -> Iterator[list[tuple[Picture, str]]]:
        """Yield the pictures that are ready, until no more follow or the job is cancelled.

        They gather while others are painted, and go to the worker together.
        """
        while not self.is_cancelled:
            batch: list[tuple[Picture, str]] = []
            try:
                item = self._plates.get(timeout=_LOOK_SECONDS)
                while item is not None:
                    batch.append(item)
                    item = self._plates.get_nowait()
            except queue.Empty:
                self._listener.job_waits(self)
                if batch:
                    yield batch
            else:
                if batch:
                    yield batch
                return

    def _paint(self, request: Rendering) -> None:
        """Paint one request; a worker that ends meanwhile is replaced, and goes on where it was."""
        left = set(FrameRange.parse(request.frames))
        deaths = 0
        while left:
            if self.is_cancelled:
                raise RenderCancelled(self.done)
            before = len(left)
            frames = FrameRange.from_frames(left).to_text()
            try:
                self._converse(dataclasses.replace(request, frames=frames))
                return
            except (WorkerDied, WorkerTimeout) as error:
                left -= self.written[request.results]
                deaths = 1 if len(left) < before else deaths + 1
                if self.is_cancelled:
                    raise RenderCancelled(self.done) from error
                if deaths == DEATHS_IN_A_ROW:
                    raise
                self._warn(f"A new worker went on, and no finished frame was lost. {error.message}")

    def _converse(self, request: Rendering) -> None:
        conversation = self._client.render(request, self._wait_for_the_worker)
        self._conversation = conversation
        if self._painting_since is None:
            self._painting_since = time.monotonic()
        conversation.while_waiting = lambda: self._listener.job_waits(self)
        if self.is_cancelled:  # it was set while the worker was starting
            self._client.cancel(conversation)
        for event in conversation:
            self._take(event, request.results)

    def _wait_for_the_worker(self) -> None:
        """Let the listener look while the worker starts, which takes seconds."""
        self._listener.job_waits(self)
        if self.is_cancelled:
            raise RenderCancelled(self.done)

    def _take(self, event: RenderEvent, results: str) -> None:
        if isinstance(event, Progress):
            self.last_frame = event.frame
            self.written[results].add(event.frame)
            self._listener.job_progressed(self)
        elif isinstance(event, Warning):
            self._warn(event.text)
        elif isinstance(event, Result):
            self.provider = event.provider
            for failure in event.failed:
                self.give_up(failure.frame, failure.message)
        elif isinstance(event, Cancelled):
            raise RenderCancelled(self.done)

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)


def _requests(batch: Iterable[tuple[Picture, str]]) -> Iterator[Rendering]:
    """Yield the worker's requests for pictures: one for each view and setting among them."""
    groups: dict[int, tuple[Rendering, dict[int, str]]] = {}
    for picture, fingerprint in batch:
        _, fingerprints = groups.setdefault(id(picture.request), (picture.request, {}))
        fingerprints[picture.frame] = fingerprint
    for request, fingerprints in groups.values():
        yield dataclasses.replace(
            request,
            frames=FrameRange.from_frames(fingerprints).to_text(),
            fingerprints={str(frame): digits for frame, digits in fingerprints.items()},
            keep_going=True,
            overwrite=True,
        )
