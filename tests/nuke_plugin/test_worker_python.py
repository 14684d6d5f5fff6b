"""Promises of the search for the worker's Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import WorkerNotInstalled
from nuke_plugin.worker_python import find_worker_python, virtual_environment_python


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

    assert caught.value.looked_at == (str(Path("/studio/python3")),)


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


def _build(root: Path) -> None:
    python = virtual_environment_python(root)
    python.parent.mkdir(parents=True)
    python.write_text("", encoding="utf-8")
