"""Holds what a task says to the engine that runs it: Open Job Description's lines and exit codes.

An engine reads ``openjd_progress``, ``openjd_status`` and ``openjd_fail`` on standard output; one
that does not know them shows them in its log. Exit codes: 0 done; 1 a fault that another try, or
another host, may not meet; 2 something that a person must correct; 130 and 143 stopped by a signal.
"""

from __future__ import annotations

import socket
import sys

from nuke_plugin.contract.errors import (
    DiskFull,
    FrameClaimed,
    FrameMissing,
    FramesNotRight,
    GpuNotThere,
    ImpastoError,
    NukeTaskFailed,
    PlateUnreadable,
    ResultFolderUnwritable,
    ResultInUse,
    WorkerError,
)

DONE, RETRY, USER = 0, 1, 2

_WORTH_A_RETRY = (
    DiskFull,
    FrameClaimed,
    FrameMissing,  # a network drive shows a new file late
    FramesNotRight,
    GpuNotThere,
    NukeTaskFailed,
    PlateUnreadable,
    ResultFolderUnwritable,
    ResultInUse,
    WorkerError,
)


def exit_code_of(error: Exception) -> int:
    """Return ``USER`` for what a person must correct, ``RETRY`` for everything else."""
    if isinstance(error, ImpastoError) and not isinstance(error, _WORTH_A_RETRY):
        return USER
    return RETRY


def host_name() -> str:
    """Return the name of this machine, for sentences about it."""
    return socket.gethostname() or "this host"


class TaskLines:
    """The lines of one task, on standard output."""

    def __init__(self) -> None:
        self._shown = -1.0

    def progress(self, done: int, total: int) -> None:
        """Tell how far the task is; 0 to 100 with one decimal, never backwards."""
        percent = round(100.0 * done / max(total, 1), 1)
        if percent > self._shown:
            self._shown = percent
            _say("progress", f"{percent:g}")

    def status(self, text: str) -> None:
        """Tell what is being done."""
        _say("status", text)

    def warn(self, frame: int | None, text: str) -> None:
        """Tell of something that is wrong and does not stop the task."""
        where = "" if frame is None else f"frame {frame}: "
        print(f"Warning: {where}{_one_line(text)}", flush=True)

    def fail(self, text: str) -> None:
        """Tell why the task fails; the last line before its end."""
        _say("fail", text)


def _say(kind: str, text: str) -> None:
    line = f"openjd_{kind}: {_one_line(text)}"
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding), flush=True)


def _one_line(text: str) -> str:
    return " | ".join(part.strip() for part in text.splitlines() if part.strip())
