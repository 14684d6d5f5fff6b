"""Holds the tasks that Nuke does in terminal mode: plates before the painting, the comp after it.

Nuke runs ``nuke_plugin/farm/tasks.py`` of this very installation, so that both sides are of one
version. What it prints passes through: it says the engine's lines itself.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from nuke_plugin.contract.errors import NukeTaskFailed, ProgramNotFound, RenderCancelled
from nuke_plugin.contract.worker_start import PLUGIN_ROOT
from nuke_plugin.worker.cancellation import Cancellation

NUKE_TASKS = PLUGIN_ROOT / "nuke_plugin" / "farm" / "tasks.py"

_FAIL = "openjd_fail:"
_LOOK_SECONDS = 0.2
_LEAVE_SECONDS = 10.0
_KEPT_LINES = 12


def run_nuke(
    program: str,
    arguments: Sequence[str],
    environ: Mapping[str, str],
    cancellation: Cancellation,
    is_quiet: bool = False,
) -> int:
    """Run the tasks' file in Nuke and return its exit code, 0 or one it has told the cause of.

    Its lines are printed as they come, unless ``is_quiet``. Raises ``ProgramNotFound``,
    ``NukeTaskFailed`` for an end it says nothing of (no licence, a crash), and ``RenderCancelled``
    once Nuke has ended.
    """
    command = [program, "-t", str(NUKE_TASKS), *arguments]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environ),
        )
    except OSError as error:
        remedy = "Name Nuke's program with --nuke, such as /usr/local/Nuke16.0v4/Nuke16.0."
        raise ProgramNotFound(program, remedy) from error
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    has_told = threading.Event()

    def hear() -> None:
        assert process.stdout is not None
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            last.append(line)
            if line.startswith(_FAIL):
                has_told.set()
            if not is_quiet:
                print(line, flush=True)

    hearing = threading.Thread(target=hear, name="impasto-nuke", daemon=True)
    hearing.start()
    try:
        while True:
            try:
                process.wait(_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                cancellation.check()
    except RenderCancelled:
        _end(process)
        raise
    hearing.join(_LEAVE_SECONDS)
    if process.returncode and (is_quiet or not has_told.is_set()):
        told = [line[len(_FAIL) :].strip() for line in last if line.startswith(_FAIL)]
        raise NukeTaskFailed(Path(program).name, process.returncode, told or list(last))
    return process.returncode


def environment(colour_config: str | None) -> dict[str, str]:
    """Return the environment for Nuke: this one's, with the colours of the job."""
    environ = dict(os.environ)
    if colour_config is not None:
        environ["OCIO"] = colour_config
    return environ


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_LEAVE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
