"""Holds one render while the worker paints it: what is done, what came of it, how to stop it.

A job knows no node and no Qt. It runs on whatever thread calls ``run`` and tells a listener what
happens; who touches nodes in answer must first hop to the main thread.
"""

from __future__ import annotations

import threading
import traceback
from typing import Optional, Protocol

from nuke_plugin.contract.errors import ImpastoError, RenderCancelled, WorkerUnexpected
from nuke_plugin.contract.messages import Cancelled, Progress, Result, Warning
from nuke_plugin.render_settings import RenderSettings
from nuke_plugin.worker_client import RenderConversation, RenderEvent, WorkerClient


class Listener(Protocol):
    """Who is told what happens to a job; called on the job's own thread."""

    def job_progressed(self, job: RenderJob) -> None:
        """React to a frame on disk, or to the start."""

    def job_waits(self, job: RenderJob) -> None:
        """React to time passing, a few times a second: the place to ask whether to cancel."""

    def job_ended(self, job: RenderJob) -> None:
        """React to the end: ``job.error`` is None when every frame is on disk."""


class RenderJob:
    """Paints all requests of one render, one after the other."""

    def __init__(self, settings: RenderSettings, client: WorkerClient, listener: Listener) -> None:
        self.settings = settings
        self.done = 0
        """Pictures on disk."""
        self.seconds = 0.0
        """Seconds of painting up to the last of them."""
        self.last_frame: Optional[int] = None
        """The frame that was finished last."""
        self.written: dict[str, set[int]] = {results: set() for results in settings.results}
        """Frames on disk of each results pattern that this job wrote."""
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

    @property
    def total(self) -> int:
        """Pictures asked for: frames times views."""
        return self.settings.total

    def start(self) -> None:
        """Paint on a thread of its own and return at once."""
        threading.Thread(target=self.run, name="impasto-render", daemon=True).start()

    def run(self) -> None:
        """Paint on the calling thread until the end; what went wrong is kept in ``error``."""
        try:
            self._listener.job_progressed(self)
            for request in self.settings.requests():
                if self._cancelled.is_set():
                    raise RenderCancelled(self.done)
                self._converse(self._client.render(request))
        except ImpastoError as error:
            self.error = error
        except Exception as fault:  # noqa: BLE001  on a thread it would end unseen, as a success
            traceback.print_exc()
            self.error = WorkerUnexpected(type(fault).__name__, str(fault))
            self.error.__cause__ = fault
            self.cancel()  # the worker must not paint on for nobody
        finally:
            self.ended.set()
            self._listener.job_ended(self)

    def cancel(self) -> None:
        """Stop soon, also in the middle of a frame; from any thread."""
        self._cancelled.set()
        conversation = self._conversation
        if conversation is not None:
            self._client.cancel(conversation)

    def _converse(self, conversation: RenderConversation) -> None:
        self._conversation = conversation
        conversation.while_waiting = self._wait
        if self._cancelled.is_set():  # it was set while the worker was starting
            self._client.cancel(conversation)
        done_before, seconds_before = self.done, self.seconds
        for event in conversation:
            self._take(event, conversation.request.results, done_before, seconds_before)

    def _wait(self) -> None:
        self._listener.job_waits(self)

    def _take(
        self, event: RenderEvent, results: str, done_before: int, seconds_before: float
    ) -> None:
        if isinstance(event, Progress):
            self.done = done_before + event.done
            self.seconds = seconds_before + event.seconds
            self.last_frame = event.frame
            self.written[results].add(event.frame)
            self._listener.job_progressed(self)
        elif isinstance(event, Warning):
            if event.text not in self.warnings:
                self.warnings.append(event.text)
        elif isinstance(event, Result):
            self.provider = event.provider
            self.seconds = seconds_before + event.seconds
        elif isinstance(event, Cancelled):
            raise RenderCancelled(done_before + len(event.written))
