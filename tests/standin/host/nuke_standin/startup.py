"""Holds how Nuke starts: plugin folders, init.py in every mode, menu.py in the GUI."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union

from nuke_standin import callbacks, formats
from nuke_standin.menus import new_menus
from nuke_standin.scripts import new_root
from nuke_standin.session import session

_SHIPPED_FORMATS = list(formats.FORMATS)


def reset(gui: bool = True) -> None:
    """Start a new Nuke in this process, with no plugins: GUI, or terminal (nuke -t)."""
    import nuke

    from nuke_standin.pixels import forget_pictures

    session.begin(gui)
    callbacks.forget_all()
    formats.FORMATS[:] = _SHIPPED_FORMATS
    new_menus()
    new_root()
    forget_pictures()
    nuke.GUI = nuke.INTERACTIVE = gui
    nuke.env.update({"gui": gui, "interactive": gui})


def start(nuke_path: Iterable[Union[str, Path]], gui: bool = True) -> None:
    """Start a new Nuke as with NUKE_PATH: init.py of each folder in reverse order, then menu.py."""
    reset(gui)
    folders = [os.fspath(folder).replace("\\", "/") for folder in nuke_path]
    session.plugin_paths = list(folders)
    for folder in reversed(folders):
        if folder not in sys.path:
            sys.path.insert(0, folder)
        _run_file(folder, "init.py")
    if gui:
        for folder in reversed(list(session.plugin_paths)):
            _run_file(folder, "menu.py")


def pluginAddPath(args: Union[str, list[str]], addToSysPath: bool = True) -> None:
    """Put folders first in the plugin path and run their init.py; at start-up menu.py follows."""
    _add_paths(args, addToSysPath, first=True)


def pluginAppendPath(args: Union[str, list[str]], addToSysPath: bool = True) -> None:
    _add_paths(args, addToSysPath, first=False)


def pluginPath() -> list[str]:
    return list(session.plugin_paths)


def _add_paths(args: Union[str, list[str]], add_to_sys_path: bool, first: bool) -> None:
    for folder in [args] if isinstance(args, str) else list(args):
        folder = folder.replace("\\", "/")
        if folder in session.plugin_paths:
            continue
        session.plugin_paths.insert(0 if first else len(session.plugin_paths), folder)
        if add_to_sys_path and folder not in sys.path:
            sys.path.insert(0 if first else len(sys.path), folder)
        _run_file(folder, "init.py")


def _run_file(folder: str, name: str) -> None:
    path = os.path.join(folder, name)
    if not os.path.isfile(path):
        return
    with open(path, encoding="utf-8") as stream:
        code = compile(stream.read(), path, "exec")
    namespace: Any = {"__name__": "__main__", "__file__": path, "nuke": sys.modules["nuke"]}
    exec(code, namespace)
