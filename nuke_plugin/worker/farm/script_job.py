"""Holds the job of a Nuke script: Nuke itself, in terminal mode, says what its nodes ask for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nuke_plugin.contract.errors import NothingToSend
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.farm.nuke_task import run_nuke
from nuke_plugin.worker.farm.task_lines import host_name


def script_job(
    script: Path,
    nodes: Sequence[str],
    frames: str | None,
    device: str,
    nuke: str,
    cancellation: Cancellation,
) -> FarmJob:
    """Return the job of a script's Impasto nodes, all that are not disabled or those named.

    Raises ``NothingToSend`` for a script that is not there, ``ProgramNotFound``, or
    ``NukeTaskFailed`` with what Nuke's side says against it.
    """
    if not script.is_file():
        raise NothingToSend(script, "there is no such script", "Save it, or correct the path.")
    with tempfile.TemporaryDirectory(prefix="impasto-job-") as folder:
        file = Path(folder) / "job.json"
        arguments = ["describe", "--script", str(script.absolute()), "--device", device]
        for node in nodes:
            arguments += ["--node", node]
        if frames is not None:
            arguments += ["--frames", frames]
        run_nuke(nuke, [*arguments, "--job", str(file)], os.environ, cancellation, is_quiet=True)
        return FarmJob.from_file(file, host_name())
