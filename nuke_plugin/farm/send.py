"""Holds the sending of a job from Nuke: the worker's Python writes the bundle and hands it over.

It paints one frame to find out what a task should hold, so it takes seconds, and none of it touches
a node: it may run on any thread.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nuke_plugin.contract.errors import WorkerDied, error_from_wire
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.contract.worker_start import (
    PLUGIN_ROOT,
    cleaned_environment,
    explained_death,
    find_worker_python,
)

_DEADLINE = "deadline"
_KEPT_LINES = 12


def send(job: FarmJob, environ: Mapping[str, str]) -> str:
    """Write the bundle of a job and return a sentence that says where it is.

    Where AWS Deadline Cloud's command is installed, its submitter opens on the bundle. Raises what
    ``impasto farm`` refuses, ``WorkerNotInstalled`` or ``WorkerBroken``.
    """
    python = str(find_worker_python(environ))
    has_deadline = shutil.which(_DEADLINE, path=environ.get("PATH")) is not None
    with tempfile.TemporaryDirectory(prefix="impasto-job-") as folder:
        file = Path(folder) / "job.json"
        file.write_text(job.to_json(), encoding="utf-8")
        command = [python, "-m", "nuke_plugin.worker.cli", "farm", "--job", str(file), "--json"]
        done = subprocess.run(
            [*command, *(["--submit"] if has_deadline else [])],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=cleaned_environment(environ),
            cwd=str(PLUGIN_ROOT),
            check=False,
            # Windows would flash up a console window.
            creationflags=0x08000000 if os.name == "nt" else 0,
        )
    try:
        answer = json.loads(done.stdout.decode("utf-8"))
    except ValueError as error:  # it ended before it could say anything
        lines = done.stderr.decode("utf-8", "replace").splitlines()[-_KEPT_LINES:]
        raise explained_death(WorkerDied(done.returncode, lines), python) from error
    if "error" in answer:
        raise error_from_wire(answer["error"], answer["message"])
    return _sentence(answer, has_deadline)


def _sentence(answer: Mapping[str, object], has_deadline: bool) -> str:
    tail = (
        "Deadline Cloud's submitter opens on it."
        if has_deadline
        else "Hand it to your farm, or run it here: openjd run (docs/farm.md)."
    )
    return (
        f"The job is in {answer['bundle']}: {answer['frames']} frames, "
        f"{answer['frames_per_task']} to a task. {tail}"
    )
