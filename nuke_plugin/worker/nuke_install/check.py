"""Holds the check of an installation: what Nuke would find, and whether the worker starts.

It says what it finds in the errors that the panel and the node show, so that their words agree. The
start of the worker is tried as Nuke does it: that Python, in the plugin's folder, to its greeting.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import (
    ImpastoError,
    MessageInvalid,
    WorkerDied,
    WorkerNotInstalled,
    WorkerTimeout,
    WorkerVersionDiffers,
)
from nuke_plugin.contract.messages import Hello, decode
from nuke_plugin.contract.worker_start import (
    PYTHON_VARIABLE,
    WORKER_ARGUMENTS,
    cleaned_environment,
    explained_death,
    find_worker_python,
    install_command,
)
from nuke_plugin.worker.doctor import MINIMUM_PYTHON
from nuke_plugin.worker.nuke_install.paths import NukePaths, described, version_of

START_SECONDS = 120.0
"""How long the worker may take to greet; as in Nuke, where a cold network drive is slow."""

_KEPT_LINES = 12

_FACTS = """
import json, sys
from importlib import metadata
# The empty path is the plugin's folder, where an old build may have left a record of its own.
elsewhere = [path for path in sys.path if path]
found = list(metadata.distributions(name="impasto", path=elsewhere))
print(json.dumps([sys.version_info[:3], found[0].version if found else ""]))
"""


@dataclass(frozen=True)
class InstallationCheck:
    """What the check found."""

    nuke_folder: Path
    """The folder whose ``init.py`` was meant."""

    paths: NukePaths
    """What Nuke finds."""

    python: Path | None
    """The worker's Python; None when there is none."""

    problems: tuple[ImpastoError, ...]
    """Everything that is wrong, each a sentence with its remedy."""

    def to_lines(self) -> list[str]:
        """Return it for a person, the problems last."""
        plugins = [
            f"Plugin           {described(entry.folder)}, by {entry.told_by}"
            for entry in self.paths.plugins
        ]
        lines = [
            f"Nuke's folder    {self.nuke_folder}",
            *(plugins or ["Plugin           not found by Nuke"]),
            f"Worker's Python  {self.python or 'not found'}",
        ]
        if not self.problems:
            return [*lines, "All is well: Nuke finds the plugin, and the worker starts."]
        return [*lines, "Problems", *(f"  {problem.message}" for problem in self.problems)]

    def to_fields(self) -> dict[str, object]:
        """Return the same for a program."""
        return {
            "nuke_folder": str(self.nuke_folder),
            "plugins": [
                {"folder": str(entry.folder), "told_by": entry.told_by}
                for entry in self.paths.plugins
            ],
            "python": str(self.python) if self.python is not None else None,
            "is_ok": not self.problems,
            "problems": [
                {"error": type(problem).__name__, "message": problem.message}
                for problem in self.problems
            ],
        }


def check_installation(folder: Path, environ: Mapping[str, str]) -> InstallationCheck:
    """Find out what a Nuke that is started in this environment would find; raises for no fault."""
    paths = NukePaths.read(folder, environ)
    in_nuke = dict(environ)
    if paths.lines is not None and not in_nuke.get(PYTHON_VARIABLE):
        in_nuke[PYTHON_VARIABLE] = paths.lines.python
    try:
        python = find_worker_python(in_nuke, paths.root)
    except WorkerNotInstalled as error:
        return InstallationCheck(folder, paths, None, (*paths.problems, error))
    problems = (*paths.problems, *worker_problems(python, paths.root, in_nuke))
    return InstallationCheck(folder, paths, python, problems)


def worker_problems(
    python: Path, root: Path, environ: Mapping[str, str], timeout_seconds: float = START_SECONDS
) -> list[ImpastoError]:
    """Start the worker as Nuke does and return what is wrong with it; nothing when it greets."""
    plugin = version_of(root)
    install = install_command(root)
    try:
        number, installed = _python_facts(python, root, environ, timeout_seconds)
        if number < MINIMUM_PYTHON:
            wanted = ".".join(map(str, MINIMUM_PYTHON))
            found = f"{python} (Python {'.'.join(map(str, number))}, {wanted} or newer is needed)"
            return [WorkerNotInstalled([found], install)]
        greeting = _greeting(python, root, environ, timeout_seconds)
    except ImpastoError as error:
        return [error]
    others = {version for version in (installed, greeting.version) if version not in ("", plugin)}
    return [WorkerVersionDiffers(python, version, plugin, install) for version in sorted(others)]


def _python_facts(
    python: Path, root: Path, environ: Mapping[str, str], timeout_seconds: float
) -> tuple[tuple[int, ...], str]:
    """Return the Python's version and the version of Impasto that is installed in it, if any."""
    code, out, last_lines = _run([str(python), "-c", _FACTS], root, environ, timeout_seconds)
    if code != 0:
        raise explained_death(WorkerDied(code, last_lines), str(python), root)
    try:
        number, installed = json.loads(out.splitlines()[-1])
    except (ValueError, IndexError) as error:
        raise WorkerNotInstalled([f"{python} (it is no Python)"], install_command(root)) from error
    return tuple(number), installed


def _greeting(
    python: Path, root: Path, environ: Mapping[str, str], timeout_seconds: float
) -> Hello:
    """Return the worker's first message; without a client behind it the worker leaves at once."""
    command = [str(python), *WORKER_ARGUMENTS]
    code, out, last_lines = _run(command, root, environ, timeout_seconds)
    if not out:
        raise explained_death(WorkerDied(code, last_lines), str(python), root)
    message = decode(out.splitlines()[0])
    if not isinstance(message, Hello):
        raise MessageInvalid(out.splitlines()[0], "type", "a worker begins with its greeting")
    return message


def _run(
    command: list[str], root: Path, environ: Mapping[str, str], timeout_seconds: float
) -> tuple[int, str, list[str]]:
    """Run to the end with no input; return exit code, output and the last lines of the errors."""
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env=cleaned_environment(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerTimeout("its first message", timeout_seconds) from error
    except OSError as error:
        found = f"{command[0]} ({error.strerror})"
        raise WorkerNotInstalled([found], install_command(root)) from error
    said = done.stderr.decode("utf-8", "replace").splitlines()[-_KEPT_LINES:]
    return done.returncode, done.stdout.decode("utf-8", "replace"), said
