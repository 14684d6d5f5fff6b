"""Holds where a node's plates and results stand on disk.

The path stays relative to the script through Tcl (``[value root.name]``), so that a shot's folder
can move and a farm can map it; ``%V`` keeps the views apart; slashes point forward on every system.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Sequence

import nuke

from nuke_plugin import undo

SCRIPT_FOLDER = "[file dirname [value root.name]]"

_VIEW_NAME = re.compile(r"%V")
_VIEW_LETTER = re.compile(r"%v")


def default_results(node_name: str, taken: Iterable[str] = (), spares_files: bool = False) -> str:
    """Return the results' file of a node, as its knob holds it; never one of those ``taken``.

    With ``spares_files`` it is none whose folder holds files either: scripts of one folder call
    their nodes alike, and each would take the other's frames for its own.
    """
    used = set(taken)
    folder = node_name
    number = 1
    while _results_in(folder) in used or (spares_files and _holds_files(folder)):
        number += 1
        folder = f"{node_name}_{number}"
    return _results_in(folder)


def plates_beside(results: str) -> str:
    """Return the file for the plates that Nuke writes for the worker: same name, one folder on."""
    folder, name = posixpath.split(results)
    return posixpath.join(folder, "plates", name)


def needs_saved_script(knob_text: str) -> bool:
    """Whether a file knob's text cannot be resolved before the script has a place on disk."""
    return "root.name" in knob_text


def script_is_saved() -> bool:
    """Whether the open script has a file."""
    return bool(nuke.root()["name"].value())


def resolved(write: nuke.Node, text: str, views: Sequence[str]) -> tuple[str, ...]:
    """Return the frame pattern (``%04d`` kept, Tcl and view resolved) that a text means per view.

    It is absolute: the worker runs in another folder, where a relative one would mean another file.
    Of Tcl the script's folder is looked up here, because the panel asks often. For any other a
    Write that is disabled lends its file knob: Nuke's own resolution is the only right one, it
    needs a knob, and it would take the current view for ``%V``. That is no edit: a script that was
    saved still is.
    """
    plain = without_script_folder(text)
    if is_plain(plain):
        return tuple(absolute(for_view(plain, view)) for view in views)
    kept = write["file"].value()
    with undo.not_noticed():
        try:
            patterns = []
            for view in views:
                write["file"].setValue(for_view(text, view))
                patterns.append(absolute(nuke.filename(write) or ""))
            return tuple(patterns)
        finally:
            write["file"].setValue(kept)


def without_script_folder(text: str) -> str:
    """Return a file knob's text with the Tcl for the script's folder replaced by the folder."""
    if SCRIPT_FOLDER not in text or not script_is_saved():
        return text
    folder = posixpath.dirname(nuke.root()["name"].value().replace("\\", "/"))
    return text.replace(SCRIPT_FOLDER, folder or ".")


def is_plain(text: str) -> bool:
    """Whether a file knob's text holds no Tcl, so that it is the pattern already."""
    return not any(character in text for character in "[\\$")


def for_view(text: str, view: str) -> str:
    """Return a pattern with Nuke's view tokens replaced: ``%V`` the name, ``%v`` its letter."""
    return _VIEW_LETTER.sub(view[:1], _VIEW_NAME.sub(lambda _: view, text))


def has_view(text: str) -> bool:
    """Whether a pattern keeps the views apart."""
    return bool(_VIEW_NAME.search(text) or _VIEW_LETTER.search(text))


def absolute(pattern: str) -> str:
    """Return a pattern as Nuke reads it: from the project's folder, else from Nuke's own."""
    if pattern:  # an empty one names no file, also with a folder before it
        project = nuke.root()["project_directory"].evaluate() or ""
        pattern = os.path.join(os.getcwd(), project, pattern)
    return pattern.replace("\\", "/")


def _results_in(folder: str) -> str:
    return f"{_default_folder(folder)}/%V/painted.%04d.exr"


def _default_folder(name: str) -> str:
    return f"{SCRIPT_FOLDER}/impasto/{name}"


def _holds_files(name: str) -> bool:
    """Whether a default folder holds a file: a frame or a plate, of any view, of any script."""
    if not script_is_saved():
        return False
    folder = absolute(without_script_folder(_default_folder(name)))
    return any(files for _, _, files in os.walk(folder))
