"""Promises of the worker's start: where its Python is looked for, and what a failure is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import WorkerBroken, WorkerDied, WorkerNotInstalled
from nuke_plugin.contract.worker_start import (
    explained_death,
    find_worker_python,
    install_command,
    virtual_environment_python,
)


def test_the_variable_comes_first(tmp_path: Path) -> None:
    """``IMPASTO_PYTHON`` names the Python, also when there is an environment beside the plugin."""
    _build(tmp_path)

    assert find_worker_python({"IMPASTO_PYTHON": sys.executable}, tmp_path) == Path(sys.executable)


def test_else_the_environment_beside_the_plugin(tmp_path: Path) -> None:
    """Without the variable it is the ``.venv`` that make builds."""
    _build(tmp_path)

    assert find_worker_python({}, tmp_path) == virtual_environment_python(tmp_path)


def test_a_variable_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    """A wrong variable is told, and not made good silently with another Python."""
    _build(tmp_path)
    with pytest.raises(WorkerNotInstalled, match="/studio/python3") as caught:
        find_worker_python({"IMPASTO_PYTHON": "/studio/python3"}, tmp_path)

    assert caught.value.looked_at == (str(Path(os.path.abspath("/studio/python3"))),)
    assert "Correct IMPASTO_PYTHON" in caught.value.message


def test_a_relative_variable_is_meant_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Python is told by its whole path: it is started in another folder."""
    _build(tmp_path)
    monkeypatch.chdir(tmp_path)
    python = virtual_environment_python(tmp_path)

    assert find_worker_python({"IMPASTO_PYTHON": str(python.relative_to(tmp_path))}) == python


def test_nothing_installed_says_what_to_run(tmp_path: Path) -> None:
    """The error holds the place that was looked at and a command that can be pasted."""
    with pytest.raises(WorkerNotInstalled) as caught:
        find_worker_python({}, tmp_path / "Plug ins")

    python = virtual_environment_python(tmp_path / "Plug ins")
    assert caught.value.looked_at == (str(python),)
    setup = f'"{python}" -m pip install' if os.name == "nt" else "make -C"
    assert setup in caught.value.install
    assert str(tmp_path / "Plug ins") in caught.value.install
    assert caught.value.install in caught.value.message


def test_a_missing_package_means_not_installed(tmp_path: Path) -> None:
    """A start that ends for want of a package is told as not installed, with the package."""
    lines = ["Traceback", "ModuleNotFoundError: No module named 'cv2'", "Exception ignored"]
    found = explained_death(WorkerDied(1, lines), "/w/python", tmp_path)

    assert isinstance(found, WorkerNotInstalled)
    assert found.looked_at == ("/w/python (ModuleNotFoundError: No module named 'cv2')",)
    assert found.install == install_command(tmp_path)


def test_any_other_end_at_the_start_means_broken(tmp_path: Path) -> None:
    """A start that ends for another reason shows its exit code, its last words and the remedy."""
    lines = ["error while loading shared libraries: libpython3.11.so.1.0"]
    found = explained_death(WorkerDied(127, lines), "/w/python", tmp_path)

    assert isinstance(found, WorkerBroken)
    assert found.exit_code == 127
    assert lines[0] in found.message
    assert install_command(tmp_path) in found.message


def _build(root: Path) -> None:
    python = virtual_environment_python(root)
    python.parent.mkdir(parents=True)
    python.write_text("", encoding="utf-8")
