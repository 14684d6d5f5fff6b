"""Holds where the worker's Python is: the one interpreter that has the heavy packages.

Nuke's own Python is never it. ``IMPASTO_PYTHON`` names one (a studio installs the worker once, on a
server); else it is the ``.venv`` that ``make`` builds beside this plugin. A variable that names
nothing is an error: quietly taking another interpreter would hide the mistake.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from nuke_plugin.contract.errors import WorkerNotInstalled

PYTHON_VARIABLE = "IMPASTO_PYTHON"

PLUGIN_ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds ``nuke_plugin``: the checkout, which is also the entry in ``NUKE_PATH``."""


def find_worker_python(environ: Mapping[str, str], root: Path = PLUGIN_ROOT) -> Path:
    """Return the Python that runs the worker.

    Raises ``WorkerNotInstalled``, which says where it was looked for and what to run.
    """
    named = environ.get(PYTHON_VARIABLE, "").strip()
    # The worker is started in another folder, where a relative path would mean another file. Not
    # ``resolve``: the Python of a virtual environment is a link, and its place tells which one.
    candidate = Path(os.path.abspath(named)) if named else virtual_environment_python(root)
    if not candidate.is_file():
        raise WorkerNotInstalled([candidate], install_command(root))
    return candidate


def virtual_environment_python(root: Path) -> Path:
    """Return where the Python of the virtual environment beside the plugin stands, if built."""
    if os.name == "nt":
        return root / ".venv" / "Scripts" / "python.exe"
    return root / ".venv" / "bin" / "python"


def install_command(root: Path = PLUGIN_ROOT) -> str:
    """Return the line a user pastes into a terminal to install the worker beside the plugin.

    On Windows it is PowerShell, which has no ``&&`` in the version that Windows ships with.
    """
    if os.name != "nt":
        return f'make -C "{root}" setup'
    python = virtual_environment_python(root)
    steps = (
        f'py -3.11 -m venv "{root / ".venv"}"',
        f'& "{python}" -m pip install -r "{root / "requirements" / "worker-cpu.txt"}"',
        f'& "{python}" -m pip install --no-deps -e "{root}"',
    )
    return "; ".join(steps)
