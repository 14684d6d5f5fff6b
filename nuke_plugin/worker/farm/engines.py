"""Holds the handing over of a bundle: run here by ``openjd``, or to Deadline Cloud's submitter."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from nuke_plugin.contract.errors import ProgramNotFound
from nuke_plugin.worker.farm.job_bundle import JOB_FILE, TEMPLATE, Bundle

_OPENJD = "openjd"
_DEADLINE = "deadline"


def own_command() -> str:
    """Return this installation's ``impasto``; raise ``ProgramNotFound``."""
    return _program("impasto", "Install Impasto with pip, which puts it beside Python.")


def run_here(bundle: Bundle) -> int:
    """Run every step of a bundle on this machine and return ``openjd``'s exit code.

    Raises ``ProgramNotFound``.
    """
    remedy = f'Install it beside Impasto: "{sys.executable}" -m pip install "openjd-cli>=0.8,<0.9".'
    program = _program(_OPENJD, remedy)
    values = {**bundle.values, "JobFile": str((bundle.folder / JOB_FILE).absolute())}
    command = [program, "run", str(bundle.folder / TEMPLATE), "--job-param", json.dumps(values)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


def open_submitter(bundle: Bundle) -> None:
    """Open Deadline Cloud's submitter on a bundle and let it go on; raise ``ProgramNotFound``."""
    remedy = (
        "Install AWS Deadline Cloud's submitter (pip install deadline[gui]), or hand the bundle "
        f"{bundle.folder} to your engine."
    )
    program = _program(_DEADLINE, remedy)
    subprocess.Popen(
        [program, "bundle", "gui-submit", str(bundle.folder.absolute())],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def deadline_is_installed() -> bool:
    """Whether Deadline Cloud's command is on this machine."""
    return _found(_DEADLINE) is not None


def _program(name: str, remedy: str) -> str:
    found = _found(name)
    if found is None:
        raise ProgramNotFound(name, remedy)
    return found


def _found(name: str) -> str | None:
    """Return a program's path: of this Python's environment, else on ``PATH``."""
    beside = shutil.which(name, path=sysconfig.get_path("scripts"))
    return beside or shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
