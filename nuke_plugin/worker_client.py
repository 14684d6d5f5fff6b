"""Holds the client of the worker: one long-lived process per Nuke session, used by every node.

It is started by the first request, because loading the network libraries takes seconds and most
sessions never paint; replaced by the next request when it has died; and stopped when Python ends.
Nothing here touches a node, and every wait ends: what waits belongs on a thread of its own.
"""

from __future__ import annotations

import atexit
import dataclasses
import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Callable, Optional, Union

from nuke_plugin.contract.errors import (
    ImpastoError,
    WorkerDied,
    WorkerNotInstalled,
    WorkerTimeout,
)
from nuke_plugin.contract.messages import (
    Cancel,
    Cancelled,
    Failure,
    Painting,
    Preview,
    Progress,
    Rendering,
    Result,
    Warning,
)
from nuke_plugin.contract.worker_start import (
    PLUGIN_ROOT,
    WORKER_ARGUMENTS,
    cleaned_environment,
    explained_death,
    find_worker_python,
    install_command,
)
from nuke_plugin.worker_process import LOG_LINES, WorkerProcess

RenderEvent = Union[Progress, Warning, Result, Cancelled]


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long each wait may last, in seconds."""

    greeting_seconds: float = 120.0
    """From the start of the process to its first message; a cold network drive is slow."""

    silence_seconds: float = 900.0
    """Without any message while a request runs; one large frame on a CPU takes minutes."""

    cancel_seconds: float = 60.0
    """From a cancel to the end of its request."""

    stop_seconds: float = 3.0
    """From the request to leave to the end of the process; Nuke's own closing waits for it."""


def worker_command() -> list[str]:
    """Return the command that starts the worker; raises ``WorkerNotInstalled``."""
    return [str(find_worker_python(os.environ)), *WORKER_ARGUMENTS]


class RenderConversation:
    """One request to paint and the messages that come back; iterate it on one thread."""

    def __init__(self, process: WorkerProcess, request: Painting, patience: Patience) -> None:
        self.request = request
        self._process = process
        self._patience = patience
        self.while_waiting: Callable[[], None] = lambda: None
        """Called at each message and a few times a second between, on the iterating thread."""
        self._cancelled_at: Optional[float] = None
        self._inbox = process.open_inbox(request.id)

    def cancel(self, cancel_id: int) -> None:
        """Ask the worker to stop, from any thread; the iteration then ends soon."""
        if self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            self._process.send(Cancel(cancel_id, self.request.id))

    def __iter__(self) -> Iterator[RenderEvent]:
        """Yield progress and warnings, then the ``Result`` or ``Cancelled``.

        Raises the worker's own error when the render failed, ``WorkerDied`` or ``WorkerTimeout``.
        """
        try:
            while True:
                message = self._next_message()
                if isinstance(message, ImpastoError):
                    raise message
                if isinstance(message, Failure):
                    raise message.to_error()
                yield message
                if isinstance(message, (Result, Cancelled)):
                    return
        finally:
            self._process.close_inbox(self.request.id)

    def _next_message(self) -> Union[RenderEvent, Failure, ImpastoError]:
        while True:
            try:
                message = self._inbox.get(timeout=0.2)
            except queue.Empty:
                self.while_waiting()
                self._check_patience()
            else:
                self.while_waiting()
                return message  # type: ignore[return-value]

    def _check_patience(self) -> None:
        now = time.monotonic()
        if self._cancelled_at is not None:
            waited_for, limit = "the end of the cancelled render", self._patience.cancel_seconds
            since = self._cancelled_at
        else:
            waited_for, limit = "any sign of life", self._patience.silence_seconds
            since = self._process.last_heard
        if now - since > limit:
            self._process.kill()
            raise WorkerTimeout(waited_for, limit, self._process.last_lines())


class WorkerClient:
    """The way to the worker; starts it, restarts it, numbers the requests."""

    def __init__(
        self,
        command: Callable[[], Sequence[str]] = worker_command,
        patience: Patience = Patience(),
    ) -> None:
        self._command = command
        self._patience = patience
        self._process: Optional[WorkerProcess] = None
        self._last_id = 0
        self._starting = threading.Lock()
        self._numbering = threading.Lock()

    @property
    def pid(self) -> Optional[int]:
        """Process number of the running worker, or None."""
        process = self._process
        return process.pid if process is not None and process.is_usable else None

    def log(self) -> list[str]:
        """Return the last lines that the worker printed, also those of one that has died."""
        process = self._process
        return process.last_lines(LOG_LINES) if process is not None else []

    def render(
        self, request: Rendering, while_starting: Callable[[], None] = lambda: None
    ) -> RenderConversation:
        """Send a render request, whose ``id`` is replaced by the next free one.

        Waits for the worker to start if it must; ``while_starting`` is called a few times a second
        meanwhile, and what it raises ends the wait. Raises ``WorkerNotInstalled``,
        ``WorkerBroken``, ``WorkerTimeout`` or ``ProtocolMismatch`` when it does not start.
        """
        return self._ask(request, while_starting)

    def preview(self, request: Preview) -> RenderConversation:
        """Send a request for a picture, likewise."""
        return self._ask(request)

    def cancel(self, conversation: RenderConversation) -> None:
        """Ask the worker to stop a render, also in the middle of a frame."""
        conversation.cancel(self._next_id())

    def stop(self) -> None:
        """End the worker, also one that is just starting; the next request starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.stop(self._next_id(), self._patience.stop_seconds)

    def _ask(
        self, request: Painting, while_starting: Callable[[], None] = lambda: None
    ) -> RenderConversation:
        process = self._running_process(while_starting)
        request = dataclasses.replace(request, id=self._next_id())
        process.last_heard = time.monotonic()
        conversation = RenderConversation(process, request, self._patience)
        process.send(request)
        return conversation

    def _running_process(self, while_starting: Callable[[], None] = lambda: None) -> WorkerProcess:
        with self._starting:
            process = self._process
            if process is None or not process.is_usable:
                process = self._process = self._start()
        try:
            process.wait_for_greeting(self._patience.greeting_seconds, while_starting)
        except WorkerDied as error:
            raise explained_death(error, process.program) from error
        return process

    def _start(self) -> WorkerProcess:
        command = self._command()
        try:
            return WorkerProcess(command, cleaned_environment(os.environ), PLUGIN_ROOT)
        except OSError as error:
            found = f"{command[0]} ({error.strerror})"
            raise WorkerNotInstalled([found], install_command()) from error

    def _next_id(self) -> int:
        with self._numbering:
            self._last_id += 1
            return self._last_id


_session: Optional[WorkerClient] = None


def session() -> WorkerClient:
    """Return this session's client; the first call arranges that the worker ends with Nuke."""
    global _session
    if _session is None:
        _session = WorkerClient()
        atexit.register(_session.stop)
    return _session
