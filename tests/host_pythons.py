"""Holds the run of Nuke's side of the tests under the Pythons and Qts that Nuke has.

Nuke 14 is Python 3.9 and Nuke 15 Python 3.10, both with PySide2; Nuke 16 and 17 are Python 3.11
with PySide6, which is where the whole suite runs. So here are the two others: found on this
machine, each given an environment in ``.venvs/``, and run with the worker of the Python that runs
this file.

    python tests/host_pythons.py prepare    find them and build their environments
    python tests/host_pythons.py test       run the tests in each, side by side

A Python that is not there is named and left out, unless ``IMPASTO_REQUIRE_HOSTS="3.9 3.10 3.11"``
asks for it: then it is an error.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
THIS_HOST = "3.11"
NUKE_SIDE_TESTS = ("tests/nuke_plugin", "tests/standin", "--ignore=tests/nuke_plugin/worker")

QT_CHECK = """
from PySide2 import QtGui, QtWidgets
application = QtWidgets.QApplication([])
if not QtGui.QFontDatabase().families():
    raise SystemExit("Qt finds no font, and would draw no text")
"""
QT_REMEDY = (
    "On Debian or Ubuntu: apt-get install libgl1 libegl1 libglib2.0-0 libxkbcommon0 libdbus-1-3 "
    "libfontconfig1 fonts-dejavu-core. On Rocky or RHEL: dnf install mesa-libGL mesa-libEGL glib2 "
    "libxkbcommon dbus-libs fontconfig dejavu-sans-fonts."
)


class HostUnusable(Exception):
    """One of Nuke's Pythons is not here, or cannot be given its packages."""


@dataclass(frozen=True)
class Host:
    """One of Nuke's Pythons."""

    version: str
    """Python's version, ``3.9``."""

    nuke: str
    """The Nuke that has it, ``Nuke 14``."""

    @property
    def name(self) -> str:
        """How it is told: Python's version and its Nuke."""
        return f"Python {self.version} ({self.nuke})"

    @property
    def requirements(self) -> Path:
        """The exact versions of its packages."""
        return ROOT / f"requirements/host-{self.version}.txt"

    @property
    def environment(self) -> Path:
        """The folder of its environment."""
        return ROOT / ".venvs" / f"py{self.version.replace('.', '')}"

    @property
    def python(self) -> Path:
        """The Python inside its environment."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.environment / inside

    def prepare(self) -> None:
        """Build the environment unless it stands as its requirements ask; else ``HostUnusable``."""
        stamp = self.environment / "requirements.txt"
        wanted = self.requirements.read_text(encoding="utf-8")
        if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
            interpreter = self._interpreter()
            print(
                f"Building {self.environment.relative_to(ROOT)} with {interpreter[0]}", flush=True
            )
            _run([*interpreter, "-m", "venv", "--clear", str(self.environment)])
            pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
            _run([*pip, "-r", str(self.requirements)])
            stamp.write_text(wanted, encoding="utf-8")
        try:
            _run([str(self.python), "-c", QT_CHECK])
        except HostUnusable as error:
            raise HostUnusable(f"PySide2 does not work: {error}\n{QT_REMEDY}") from error

    def start_tests(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start Nuke's side of the tests, which write to a file."""
        command = [str(self.python), "-X", "faulthandler", "-m", "pytest", *NUKE_SIDE_TESTS]
        environ = {**_clean_environ(), "IMPASTO_PYTHON": sys.executable}
        return subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )

    def _interpreter(self) -> list[str]:
        for command in self._candidates():
            if _version_of(command) == self.version:
                return command
        raise HostUnusable(f"no Python {self.version} that runs was found on PATH or in pyenv")

    def _candidates(self) -> Iterator[list[str]]:
        # A pyenv shim is on PATH also when its Python is not chosen, and then fails to run.
        for folder in os.get_exec_path():
            yield [os.path.join(folder, f"python{self.version}")]
        pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
        for python in sorted(glob.glob(f"{pyenv}/versions/{self.version}.*/bin/python")):
            yield [python]
        if os.name == "nt":
            yield ["py", f"-{self.version}"]


HOSTS = (Host("3.9", "Nuke 14"), Host("3.10", "Nuke 15"))


def main(arguments: list[str]) -> int:
    """Run one of the two commands; return the process's exit code."""
    if arguments not in (["prepare"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    required = os.environ.get("IMPASTO_REQUIRE_HOSTS", "").split()
    known = {THIS_HOST, *(host.version for host in HOSTS)}
    if not known.issuperset(required):
        print(f"IMPASTO_REQUIRE_HOSTS may name {', '.join(sorted(known))}", file=sys.stderr)
        return 2
    here = "{}.{}".format(*sys.version_info[:2])
    if THIS_HOST in required and here != THIS_HOST:
        print(f"Python {THIS_HOST} is required and .venv is {here}", file=sys.stderr)
        return 1
    whole_suite = "ready" if arguments == ["prepare"] else "ran with the whole suite"
    outcomes = {f"Python {here}": whole_suite}
    failed = False
    usable = []
    for host in HOSTS:
        try:
            host.prepare()
        except HostUnusable as error:
            outcomes[host.name] = f"NOT RUN: {error}"
            failed = failed or host.version in required
            continue
        outcomes[host.name] = "ready"
        usable.append(host)
    if arguments == ["test"]:
        for host, exit_code in run_side_by_side(usable):
            passed = "passed" if exit_code == 0 else f"FAILED (pytest exit code {exit_code})"
            outcomes[host.name] = passed
            failed = failed or exit_code != 0
    print("\nNuke's side of the tests:")
    for name, outcome in outcomes.items():
        print(f"  {name}: {outcome}")
    return 1 if failed else 0


def run_side_by_side(hosts: list[Host]) -> Iterator[tuple[Host, int]]:
    """Run the tests of all hosts at once; yield each host with pytest's exit code.

    What a host prints comes when it has ended, and before it is yielded.
    """
    with ExitStack() as stack:
        running = []
        for host in hosts:
            output = stack.enter_context(tempfile.TemporaryFile())
            running.append((host, output, host.start_tests(output)))
        for host, output, process in running:
            exit_code = process.wait()
            print(f"\nNuke's side under {host.name}", flush=True)
            output.seek(0)
            shutil.copyfileobj(output, sys.stdout.buffer)
            sys.stdout.flush()
            yield host, exit_code


def _version_of(command: list[str]) -> str | None:
    """Return ``3.9`` for a Python that runs, None for one that does not."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run(
            [*command, "-c", code],
            env=_clean_environ(),
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, env=_clean_environ(), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise HostUnusable(
            f"{' '.join(command[:4])} ended with {done.returncode}: {' '.join(said)}"
        )


def _clean_environ() -> dict[str, str]:
    """Return this process's environment without what points at its own Python."""
    own = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, "QT_QPA_PLATFORM": "offscreen"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
