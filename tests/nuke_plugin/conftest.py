"""Gives the tests of Nuke's side a Nuke with the plugin, a small real model, and a comp to work in.

The Pythons inside Nuke have no numpy: what needs it (the model, the worker, the pictures) runs in
the worker's Python, which ``IMPASTO_PYTHON`` names or ``.venv`` holds.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.nuke_plugin.comp import Comp

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def worker_python() -> Path:
    """Return the Python that has the worker's packages."""
    named = os.environ.get("IMPASTO_PYTHON")
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return Path(named) if named else ROOT / ".venv" / inside


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Path:
    """Return a folder of models that holds the tiny one."""
    return _written("tests.tiny_model", tmp_path_factory.mktemp("models"), worker_python)


@pytest.fixture(scope="session")
def tiny_effects(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> Path:
    """Return a folder of models that holds a tiny effect of each kind."""
    return _written("tests.tiny_effect", tmp_path_factory.mktemp("effects"), worker_python)


def _written(module: str, folder: Path, worker_python: Path) -> Path:
    subprocess.run(
        [str(worker_python), "-m", module, str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    return folder


@pytest.fixture
def models(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the tiny model alone: what ships with the project does not matter here."""
    from nuke_plugin.contract import library

    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_models))
    monkeypatch.setattr(library, "SHIPPED_MODELS", tiny_models)
    return tiny_models


@pytest.fixture
def effects(models: Path, tiny_effects: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the tiny effects beside the tiny model."""
    monkeypatch.setenv("IMPASTO_MODELS", os.pathsep.join([str(models), str(tiny_effects)]))
    return tiny_effects


@pytest.fixture
def nuke(nuke_host: ModuleType, qapp: object) -> Iterator[ModuleType]:
    """Start Nuke's GUI with this repository in NUKE_PATH; yield ``nuke``."""
    import nuke

    nuke_host.start([ROOT])
    yield nuke
    from nuke_plugin import worker_client

    worker_client.session().stop()


@pytest.fixture
def terminal_nuke(nuke_host: ModuleType) -> Iterator[ModuleType]:
    """Start Nuke in terminal mode (``nuke -t``) with this repository in NUKE_PATH."""
    import nuke

    nuke_host.start([ROOT], gui=False)
    yield nuke
    from nuke_plugin import worker_client

    worker_client.session().stop()


@pytest.fixture
def comp(nuke: ModuleType, models: Path, tmp_path: Path) -> Comp:
    """Return a saved script with a moving plate, in a folder whose name is not plain."""
    return Comp(tmp_path / "shot 010 été")


@pytest.fixture
def terminal_comp(terminal_nuke: ModuleType, models: Path, tmp_path: Path) -> Comp:
    """Return the same script in terminal mode."""
    return Comp(tmp_path / "shot 010 été")
