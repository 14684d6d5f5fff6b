"""Holds how the worker is started: by which Python, where, and what it means when it is not.

Nuke's side starts it, and ``impasto nuke-install --check`` tries the same start before Nuke does:
both look in the same places and say the same words. Nuke's own Python is never the worker's:
``IMPASTO_PYTHON`` names one (a studio installs the worker once, on a server; ``impasto
nuke-install`` sets it in Nuke); else it is the ``.venv`` that ``make`` builds beside this plugin. A
variable that names nothing is an error: quietly taking another interpreter would hide the mistake.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from nuke_plugin.contract.errors import WorkerBroken, WorkerDied, WorkerError, WorkerNotInstalled
from nuke_plugin.contract.library import SEARCH_PATH_VARIABLE

PYTHON_VARIABLE = "IMPASTO_PYTHON"

PLUGIN_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds ``nuke_plugin``: the checkout, which is also the entry in Nuke's path."""

WORKER_ARGUMENTS = ("-m", "nuke_plugin.worker")
"""What follows the Python; it is run in the plugin's folder, whose code it must be."""

_DROPPED_VARIABLES = ("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "LD_LIBRARY_PATH")
_DROPPED_PREFIXES = ("QT_", "DYLD_")


def find_worker_python(environ: Mapping[str, str], root: Path = PLUGIN_ROOT) -> Path:
    """Return the Python that runs the worker.

    Raises ``WorkerNotInstalled``, which says where it was looked for and what to run.
    """
    named = environ.get(PYTHON_VARIABLE, "").strip()
    # The worker is started in another folder, where a relative path would mean another file. Not
    # ``resolve``: the Python of a virtual environment is a link, and its place tells which one.
    candidate = Path(os.path.abspath(named)) if named else virtual_environment_python(root)
    if not candidate.is_file():
        named_by = PYTHON_VARIABLE if named else ""
        raise WorkerNotInstalled([candidate], install_command(root), named_by)
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


def cleaned_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for the worker: without what Nuke sets for its own Python and Qt.

    Those variables make another Python load Nuke's standard library and Nuke's shared libraries.
    Relative paths become absolute: they are meant from Nuke's folder, the worker runs in another.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name.upper() not in _DROPPED_VARIABLES and not name.upper().startswith(_DROPPED_PREFIXES)
    }
    kept["PYTHONUTF8"] = "1"  # what it prints is decoded as UTF-8 here, also on Windows
    if SEARCH_PATH_VARIABLE in kept:
        places = kept[SEARCH_PATH_VARIABLE].split(os.pathsep)
        kept[SEARCH_PATH_VARIABLE] = os.pathsep.join(map(_absolute, places))
    if "OCIO" in kept:
        kept["OCIO"] = _absolute(kept["OCIO"])
    return kept


def explained_death(death: WorkerDied, program: str, root: Path = PLUGIN_ROOT) -> WorkerError:
    """Return what the death of a worker that never greeted means, when its last lines tell."""
    for line in reversed(death.last_lines):
        if line.startswith("ModuleNotFoundError"):
            return WorkerNotInstalled([f"{program} ({line})"], install_command(root))
    return WorkerBroken(program, death.exit_code, death.last_lines, install_command(root))


def _absolute(place: str) -> str:
    """Return a path as it means here; ``ocio://`` names a built-in config and is no path."""
    return os.path.abspath(place) if place.strip() and "://" not in place else place
