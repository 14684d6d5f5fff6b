"""Holds which folders are meant: Nuke's own, a show's, and the one of this Impasto."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from nuke_plugin.contract.errors import NukeFolderInvalid, PluginFolderInvalid
from nuke_plugin.contract.worker_start import PLUGIN_ROOT
from nuke_plugin.worker.nuke_install.lines import InstallLines

STARTUP_FILE = "init.py"

_PARTS = ("init.py", "menu.py", "nuke_plugin/nuke_menu.py", "nuke_plugin/contract/version.py")
"""Files that a folder must hold for Nuke to load Impasto from it."""


def nuke_user_folder(environ: Mapping[str, str]) -> Path:
    """Return Nuke's folder of this user, there or not.

    On Windows too it is below ``HOME`` where that is set, and below the profile where not.
    """
    return Path(environ.get("HOME") or Path.home()) / ".nuke"


def nuke_folder(named: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the folder whose ``init.py`` is meant; raises ``NukeFolderInvalid``.

    One that was named must be there: a show's folder with a slip in its name is not to be made.
    """
    if named is None:
        folder = nuke_user_folder(environ)
        if folder.exists() and not folder.is_dir():
            raise NukeFolderInvalid(folder, "it is a file")
        return folder
    folder = Path(os.path.abspath(named))
    if not folder.is_dir():
        raise NukeFolderInvalid(
            folder, "it is a file" if folder.exists() else "there is no such folder"
        )
    if is_plugin_folder(folder):
        raise NukeFolderInvalid(folder, "it is Impasto's own, whose init.py is part of it")
    return folder


def is_plugin_folder(folder: Path) -> bool:
    """Whether Nuke can load Impasto from this folder."""
    return all((folder / part).is_file() for part in _PARTS)


def this_installation(root: Path = PLUGIN_ROOT, python: str = sys.executable) -> InstallLines:
    """Return the lines that lead to this copy of Impasto; raises ``PluginFolderInvalid``."""
    missing = [part for part in _PARTS if not (root / part).is_file()]
    if missing:
        # As from a wheel: such a folder is full of other packages, which Nuke must not meet.
        raise PluginFolderInvalid(root, f"it has no {missing[0]}")
    # Not resolved: the Python of a virtual environment is a link, and its place tells which one.
    return InstallLines(root.as_posix(), Path(os.path.abspath(python)).as_posix())
