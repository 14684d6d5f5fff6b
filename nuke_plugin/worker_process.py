"""Holds one running worker process and the threads that listen to it.

Two reader threads per process, because a full pipe that nobody empties stops the other side: one
turns standard output into messages and hands each to the request it belongs to, one keeps the last
lines of standard error, which are what explains a death.
"""

from __future__ import annotations

import collections
import contextlib
import os
import queue
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, Optional, Union

from nuke_plugin.contract.errors import ImpastoError, WorkerDied, WorkerTimeout
from nuke_plugin.contract.messages import (
    Answer,
    Hello,
    Message,
    Request,
    Shutdown,
    decode,
    encode,
)

KEPT_LINES = 12
"""Lines of the worker's standard error that an error shows."""

LOG_LINES = 500
"""Lines of it that are kept for the panel's log."""

Inbox = queue.Queue[Union[Answer, ImpastoError]]
"""What a request hears: messages, or the error that ended the process."""


class WorkerProcess:
    """A worker from its start to its end; a dead one is never revived but replaced."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self.program = command[0]
        """The Python that runs it."""
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environ),
            cwd=str(folder),
            # Windows would flash up a console window for every worker.
            creationflags=0x08000000 if os.name == "nt" else 0,
        )
        self._writing = threading.Lock()
        self._lock = threading.Lock()  # guards the two that follow
        self._inboxes: dict[int, Inbox] = {}
        self._end: ImpastoError | None = None
        self._greeting: Optional[Union[Hello, ImpastoError]] = None
        self._has_greeted = threading.Event()
        self._started_at = time.monotonic()
        self._last_lines: collections.deque[str] = collections.deque(maxlen=LOG_LINES)
        self.last_heard = time.monotonic()
        """When the last message came in, in seconds of ``time.monotonic``."""
        self._errors_reader = self._start_thread(self._keep_errors, "impasto-worker-stderr")
        self._start_thread(self._read_messages, "impasto-worker-stdout")

    @property
    def pid(self) -> int:
        """The process number."""
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        """Whether requests can still be sent to it."""
        return self._end is None and self._process.poll() is None

    def last_lines(self, most: int = KEPT_LINES) -> list[str]:
        """Return what it printed last on standard error."""
        return list(self._last_lines)[-most:]

    def wait_for_greeting(
        self, timeout_seconds: float, while_waiting: Callable[[], None] = lambda: None
    ) -> Hello:
        """Return its first message; raise what went wrong instead. Several may wait.

        The time counts from its start. ``while_waiting`` is called a few times a second; what it
        raises ends the wait, and the process goes on starting.
        """
        while not self._has_greeted.wait(0.1):
            while_waiting()
            if time.monotonic() - self._started_at > timeout_seconds:
                self.kill()
                raise WorkerTimeout("its first message", timeout_seconds, self.last_lines())
        assert self._greeting is not None
        if isinstance(self._greeting, ImpastoError):
            self.kill()
            raise self._greeting
        return self._greeting

    def open_inbox(self, request_id: int) -> Inbox:
        """Return the queue that will receive every message about a request.

        When the process has ended, or ends later, the queue receives the error that says so.
        """
        inbox: Inbox = queue.Queue()
        with self._lock:
            if self._end is not None:
                inbox.put(self._end)
            else:
                self._inboxes[request_id] = inbox
        return inbox

    def close_inbox(self, request_id: int) -> None:
        """Forget the queue of a request."""
        with self._lock:
            self._inboxes.pop(request_id, None)

    def send(self, request: Request) -> None:
        """Send a request; that a dead process cannot read it shows in the inboxes."""
        line = encode(request).encode("ascii") + b"\n"
        with self._writing, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def stop(self, request_id: int, timeout_seconds: float) -> None:
        """Ask it to leave, and make it leave when it does not."""
        self.send(Shutdown(request_id))
        with self._writing, contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        try:
            self._process.wait(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)

    def _start_thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        return thread

    def _read_messages(self) -> None:
        assert self._process.stdout is not None
        end: ImpastoError
        try:
            for raw in self._process.stdout:
                self._deliver(decode(raw.decode("utf-8", "replace")))
            end = self._death()
        except ImpastoError as error:  # a line that is no message, or another protocol
            self._process.kill()
            end = error
        self._finish(end)

    def _deliver(self, message: Message) -> None:
        self.last_heard = time.monotonic()
        if isinstance(message, Hello):
            self._take_greeting(message)
            return
        with self._lock:
            if message.id is None:
                # The worker could not read a line of ours and cannot say which: all must know.
                inboxes = list(self._inboxes.values())
            else:
                inboxes = [self._inboxes[message.id]] if message.id in self._inboxes else []
        for inbox in inboxes:
            inbox.put(message)  # type: ignore[arg-type]

    def _take_greeting(self, greeting: Union[Hello, ImpastoError]) -> None:
        """Keep how it greeted, or why it never did; later ends are no greeting."""
        if self._greeting is None:
            self._greeting = greeting
            self._has_greeted.set()

    def _death(self) -> WorkerDied:
        try:
            exit_code = self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # it closed its output and lives on: useless
            self._process.kill()
            exit_code = self._process.wait()
        self._errors_reader.join(timeout=5)
        return WorkerDied(exit_code, self.last_lines())

    def _finish(self, end: ImpastoError) -> None:
        with self._lock:
            self._end = end
            inboxes = list(self._inboxes.values())
            self._inboxes.clear()
        for inbox in inboxes:
            inbox.put(end)
        self._take_greeting(end)

    def _keep_errors(self) -> None:
        assert self._process.stderr is not None
        for raw in self._process.stderr:
            self._last_lines.append(raw.decode("utf-8", "replace").rstrip())
