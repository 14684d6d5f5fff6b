"""Promises of `impasto nuke-install` seen from Nuke: the line that it writes brings the plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MENUS = ["Impasto/ImpastoStyle", "Impasto/ImpastoStyle", "Impasto"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a user's home whose .nuke holds an init.py already."""
    home = tmp_path / "Größe 映"
    (home / ".nuke").mkdir(parents=True)
    (home / ".nuke" / "init.py").write_bytes(b"import nuke\r\nnuke.env['mine'] = 1")
    return home


def nuke_install(home: Path, worker_python: Path, *arguments: str) -> None:
    """Run the real command, as the worker's Python has it."""
    subprocess.run(
        [str(worker_python), "-m", "nuke_plugin.worker.cli", "nuke-install", *arguments],
        cwd=ROOT,
        env=environment(home),
        check=True,
        capture_output=True,
    )


def started_nuke(home: Path, mode: str = "gui", **variables: str) -> Any:
    """Start a Nuke in a fresh process of this host's Python, and return what came of it."""
    starter, host = ROOT / "tests/nuke_plugin/installed_nuke.py", ROOT / "tests/standin/host"
    done = subprocess.run(
        [sys.executable, "-S", str(starter), str(host), str(home / ".nuke"), mode],
        cwd=home,
        env={**environment(home), **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def environment(home: Path) -> dict[str, str]:
    """Return an environment with another home, and nothing that would lead to the plugin."""
    dropped = ("IMPASTO_PYTHON", "NUKE_PATH", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "HOME": str(home), "PYTHONUTF8": "1"}


def test_the_written_line_brings_the_plugin(home: Path, worker_python: Path) -> None:
    """A Nuke that starts with the written init.py has menus and worker; without the lines, none."""
    before = (home / ".nuke" / "init.py").read_bytes()
    assert started_nuke(home) == {"found": False, "menus": []}

    nuke_install(home, worker_python)
    nuke = started_nuke(home)
    assert nuke["menus"] == MENUS
    assert nuke["root"] == str(ROOT)
    assert Path(nuke["python"]).parent == Path(os.path.abspath(worker_python)).parent

    nuke_install(home, worker_python, "--remove")
    assert (home / ".nuke" / "init.py").read_bytes() == before
    assert started_nuke(home) == {"found": False, "menus": []}


def test_terminal_mode_and_a_variable_that_is_set(home: Path, worker_python: Path) -> None:
    """`nuke -t` finds plugin and worker too; a show's IMPASTO_PYTHON goes before the line's."""
    nuke_install(home, worker_python)
    nuke = started_nuke(home, "terminal")
    assert nuke["found"]
    assert nuke["menus"] == []

    other = home / "python"
    other.write_text("", encoding="utf-8")
    assert started_nuke(home, "terminal", IMPASTO_PYTHON=str(other))["python"] == str(other)
