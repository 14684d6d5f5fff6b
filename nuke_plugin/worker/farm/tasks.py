"""Holds the tasks of a job by name, and how each of them ends.

``check`` finds out what is wrong with a host before its first chunk, ``plates`` and ``comp`` run
Nuke, ``paint`` paints, ``verify`` reads everything back.
"""

from __future__ import annotations

import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import ImpastoError, WorkerUnexpected
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.output_folder import check_results
from nuke_plugin.contract.path_mapping import PathMapping
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.farm.host import Host
from nuke_plugin.worker.farm.nuke_task import environment, run_nuke
from nuke_plugin.worker.farm.paint_task import paint
from nuke_plugin.worker.farm.task_lines import DONE, RETRY, TaskLines, exit_code_of, host_name
from nuke_plugin.worker.farm.verify_task import verify
from nuke_plugin.worker.interrupt import Interrupted, run_interruptible

CHECK, PLATES, PAINT, COMP, VERIFY = "check", "plates", "paint", "comp", "verify"
TASKS = (CHECK, PLATES, PAINT, COMP, VERIFY)


@dataclass(frozen=True)
class Task:
    """One task as the engine asks for it."""

    name: str
    """One of ``TASKS``."""

    job: Path
    """The job's file."""

    frames: str | None
    """Frames of its chunk, as an engine or Nuke writes them; None for all."""

    path_mapping: str | None
    """File with the engine's path mapping rules; None for none."""

    nuke: str
    """Nuke's program, for ``plates`` and ``comp``."""

    def run(self) -> int:
        """Do the task, tell the engine how it goes, and return the exit code. A process edge."""
        lines = TaskLines()
        try:
            return run_interruptible(lambda cancellation: self._do(cancellation, lines))
        except Interrupted as stopped:
            lines.fail(stopped.message)
            return stopped.exit_code
        except ImpastoError as error:
            lines.fail(error.message)
            return exit_code_of(error)
        except Exception as fault:  # noqa: BLE001  a task is a process edge
            traceback.print_exc(file=sys.stderr)
            lines.fail(WorkerUnexpected(type(fault).__name__, str(fault)).message)
            return RETRY

    def _do(self, cancellation: Cancellation, lines: TaskLines) -> int:
        name = host_name()
        job = FarmJob.from_file(self.job, name).mapped(PathMapping.from_file(self.path_mapping))
        if self.name in (PLATES, COMP):
            return self._in_nuke(job, cancellation)
        if self.name == VERIFY:
            verify(job, cancellation, lines)
            return DONE
        host = Host.fit_for(job, os.environ, name)
        if self.name == CHECK:
            check_results(job.paintings, name)
            lines.status(f"{name} is fit for {job.name}")
            return DONE
        frames = job.frames if self.frames is None else frames_of(self.frames)
        paint(job, host, frames, cancellation, lines)
        return DONE

    def _in_nuke(self, job: FarmJob, cancellation: Cancellation) -> int:
        arguments = [self.name]
        if self.frames is not None:
            arguments += ["--frames", frames_of(self.frames).to_text()]
        if self.path_mapping:
            arguments += ["--path-mapping", os.path.abspath(self.path_mapping)]
        # Last, because Nuke takes a last argument that is a number for a frame range of its own.
        arguments += ["--job", os.path.abspath(self.job)]
        return run_nuke(self.nuke, arguments, environment(job.colour_config), cancellation)


def frames_of(text: str) -> FrameRange:
    """Return the frames of a chunk, written as Nuke has them or as Open Job Description has them.

    The latter's step stands behind a colon, ``1001-1024:2``. Raises ``FrameRangeInvalid``.
    """
    return FrameRange.parse(text.replace(":", "x"))
