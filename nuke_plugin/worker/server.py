"""Holds the worker's server: it hears requests on one thread and renders them on another.

A cancel must be heard while a frame is in flight, so the reading of lines never waits for a render.
When the client's end of the pipe closes, by its wish or its death, the worker leaves too.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import TextIO

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.errors import ImpastoError, MessageInvalid, RenderCancelled
from nuke_plugin.contract.messages import (
    Answer,
    Cancel,
    Cancelled,
    Failure,
    Hello,
    Painting,
    Preview,
    Progress,
    Render,
    Rendering,
    Result,
    Shutdown,
    Warning,
    decode,
    encode,
)
from nuke_plugin.contract.version import PROTOCOL, VERSION
from nuke_plugin.worker.asked_render import render_asked
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.pipeline import FrameDone, RenderReport, Studio
from nuke_plugin.worker.preview import paint_preview
from nuke_plugin.worker.providers import working_providers

LEAVE_SECONDS = 10.0
"""How long a render may take to stop when the client has gone; then the process ends anyhow."""


class Server:
    """One conversation with one client, from the greeting to the end of its input."""

    def __init__(self, requests: TextIO, answers: TextIO, environ: Mapping[str, str]) -> None:
        """Take the two ends of the wire and the environment that names models and colours."""
        self._requests = requests
        self._answers = answers
        self._environ = environ
        self._sending = threading.Lock()
        self._studio: Studio | None = None
        self._waiting: queue.SimpleQueue[Painting | None] = queue.SimpleQueue()
        self._cancellations: dict[int, Cancellation] = {}
        self._turns = threading.Lock()  # guards whose turn it is, against a cancel just then
        self._running: int | None = None

    def serve(self) -> None:
        """Greet the client and render what it asks for, until it shuts down or is gone."""
        self._send(Hello(PROTOCOL, VERSION, os.getpid(), working_providers()))
        threading.Thread(target=self._hear, name="impasto-wire", daemon=True).start()
        while (request := self._waiting.get()) is not None:
            with self._turns:
                cancellation = self._cancellations.get(request.id)
                if cancellation is None:
                    continue  # cancelled, and answered, while it waited
                self._running = request.id
            self._answer(request)
            with self._turns:
                self._running = None
                # A client that has its answer may use the number again at once.
                if self._cancellations.get(request.id) is cancellation:
                    del self._cancellations[request.id]

    def _hear(self) -> None:
        """Sort the client's lines until the last one; runs on its own thread."""
        try:
            self._hear_lines()
        finally:
            self._leave()  # a worker that hears nothing any more must not stay

    def _hear_lines(self) -> None:
        for line in self._requests:
            try:
                message = decode(line)
            except ImpastoError as error:
                self._send(Failure.from_error(None, error))
                continue
            if isinstance(message, (Render, RenderEffect, Preview)):
                self._cancellations[message.id] = Cancellation()
                self._waiting.put(message)
            elif isinstance(message, Cancel):
                self._cancel(message.target)
            elif isinstance(message, Shutdown):
                break
            else:
                reason = f"{message.TYPE!r} is what a worker says, not a client"
                self._send(Failure.from_error(None, MessageInvalid(line, "type", reason)))

    def _cancel(self, target: int) -> None:
        """Stop a request that runs; tell the end of one that waits behind another at once."""
        with self._turns:
            is_waiting = self._running != target
            cancellation = self._cancellations.get(target)
            if cancellation is not None and is_waiting:
                del self._cancellations[target]
        if cancellation is None:
            return
        if is_waiting:
            self._send(Cancelled(target, ()))
        else:
            cancellation.request()

    def _leave(self) -> None:
        """Stop what runs and what waits, and make sure that the process ends."""
        for cancellation in tuple(self._cancellations.values()):
            cancellation.request()
        self._waiting.put(None)
        # A read from a dead network drive cannot be interrupted.
        timer = threading.Timer(LEAVE_SECONDS, os._exit, (1,))
        timer.daemon = True
        timer.start()

    def _answer(self, request: Painting) -> None:
        """Paint one request and tell its end. This is a process edge: no error passes it."""
        written: list[int] = []
        try:
            if isinstance(request, Preview):
                report = self._preview(request)
            else:
                report = self._render(request, written)
        except RenderCancelled:
            self._send(Cancelled(request.id, tuple(sorted(written))))
        except ImpastoError as error:
            self._send(Failure.from_error(request.id, error, getattr(error, "frame", None)))
        except Exception as error:  # noqa: BLE001  the worker outlives a fault in one render
            traceback.print_exc(file=sys.stderr)
            self._send(Failure.from_error(request.id, error))
        else:
            self._send(
                Result(
                    request.id,
                    report.written,
                    report.failed,
                    report.provider,
                    report.stages,
                    report.seconds,
                    report.broken_pixels,
                    report.kept,
                )
            )

    def _render(self, request: Rendering, written: list[int]) -> RenderReport:
        """Render; note the frames written in ``written`` as they come."""

        def tell_progress(done: FrameDone) -> None:
            if done.is_written:
                written.append(done.frame)
                self._send(Progress(request.id, done.frame, done.done, done.total, done.seconds))

        def tell_warning(frame: int | None, text: str) -> None:
            self._send(Warning(request.id, frame, text))

        cancellation = self._cancellations[request.id]
        cancellation.check()
        studio = self._ready_studio()
        return render_asked(
            request,
            studio,
            cancellation=cancellation,
            on_progress=tell_progress,
            on_warning=tell_warning,
        )

    def _preview(self, request: Preview) -> RenderReport:
        return paint_preview(request, self._ready_studio(), self._cancellations[request.id])

    def _ready_studio(self) -> Studio:
        if self._studio is None:
            self._studio = Studio.from_environment(self._environ)
        return self._studio

    def _send(self, message: Answer) -> None:
        """Send a message; when nobody listens any more the end of the input will tell."""
        with self._sending:
            try:
                self._answers.write(encode(message) + "\n")
                self._answers.flush()
            except OSError:
                return
