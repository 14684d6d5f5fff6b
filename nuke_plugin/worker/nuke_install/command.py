"""Holds the command itself: it tells Nuke where the plugin and its worker are.

The worker is the Python that runs this command, which has the packages; the plugin is the folder
its code comes from. Only ``init.py`` is written: Nuke runs it in every mode, and the plugin's own
``menu.py`` follows from its folder being on the path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.worker.command_end import AsJson, finish
from nuke_plugin.worker.nuke_install.change import Change
from nuke_plugin.worker.nuke_install.folders import nuke_folder, this_installation

if TYPE_CHECKING:
    from nuke_plugin.worker.terminal import Terminal


def nuke_install(
    nuke_dir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of a show's init.py; by default your own .nuke."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print what would be written, and write nothing.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Say what is wrong: Nuke's path, the worker's start.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the lines out again, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell Nuke where the plugin and its worker are: a few marked lines in its init.py.

    With --check, exit code 1 when something is wrong.
    """

    def work(terminal: Terminal) -> int:
        if check and (show or remove):
            raise OptionInvalid("--check", "it writes nothing, and goes without the other two")
        folder = nuke_folder(nuke_dir, os.environ)
        if check:
            return _check(terminal, folder)
        change = Change.remove(folder) if remove else Change.install(folder, this_installation())
        if not show:
            change.apply()
        if not remove:
            _warn_of_paths(terminal, folder, change)
        terminal.answer(
            _change_lines(change, show, remove),
            file=str(change.file.path),
            is_written=not (show or change.is_none),
            changes=change.lines(),
            warnings=terminal.warnings,
        )
        return 0

    finish(as_json, work)


def _check(terminal: Terminal, folder: Path) -> int:
    from nuke_plugin.worker.nuke_install.check import check_installation

    found = check_installation(folder, os.environ)
    terminal.answer(found.to_lines(), **found.to_fields())
    return 1 if found.problems else 0


def _warn_of_paths(terminal: Terminal, folder: Path, change: Change) -> None:
    """Tell what else leads Nuke to an Impasto, and when Nuke will not read what was written."""
    from nuke_plugin.worker.nuke_install.paths import NukePaths

    paths = NukePaths.read(folder, os.environ, {change.file.path: change.content})
    for problem in paths.problems:
        terminal.warn(None, problem.message)


def _change_lines(change: Change, is_shown: bool, is_removal: bool) -> list[str]:
    path = change.file.path
    if change.is_none and is_removal:
        return [f"{path} has no lines of `impasto nuke-install`: there is nothing to take out."]
    if change.is_none:
        return [f"{path} leads to this Impasto already: there is nothing to write."]
    done = "Would change" if is_shown else "Changed"
    lines = [f"{done} {path}:", *(f"  {line}" for line in change.lines())]
    if is_shown:
        return lines
    if is_removal:
        return [*lines, "Nuke finds Impasto no longer by this file, from its next start on."]
    return [*lines, "Start Nuke again. `impasto nuke-install --check` tries what it will do."]
