"""Holds the buttons for a node's files: open the folder, clear the cache, version up and down."""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import nuke

from nuke_plugin import cache_paths, frame_strip, render, undo
from nuke_plugin.contract.errors import (
    ImpastoError,
    NodeBusy,
    ResultFolderUnwritable,
    ScriptNotSaved,
    VersionNotFound,
    WorkerUnexpected,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.exr_header import text_attribute
from nuke_plugin.job_settings import results_on_disk
from nuke_plugin.node_parts import PLATE_WRITE, RESULT_READ, inner
from nuke_plugin.plate_notes import notes_path

_VERSION = re.compile(r"([/_.]v)(\d+)")
"""What Nuke takes for a version in a file's name."""

_NAME_IN_DEFAULT = re.compile(r"/impasto/[^/]+")
_MARK = "impasto/version"
"""Attribute of every result: a file without it is not ours."""


def press_open_folder(node: nuke.Group) -> None:
    """Run the Open folder button: the results in the system's file browser."""
    _said(lambda: _open_folder(node))


def press_clear_cache(node: nuke.Group) -> None:
    """Run the Clear cache button: ask, then remove the node's results and plates."""
    _said(lambda: _clear_cache(node))


def press_version_up(node: nuke.Group) -> None:
    """Run the version up button: the results go to the next version's files."""
    _said(lambda: _change_version(node, 1))


def press_version_down(node: nuke.Group) -> None:
    """Run the version down button."""
    _said(lambda: _change_version(node, -1))


@dataclass(frozen=True)
class CacheFiles:
    """The files of one node that may be removed."""

    results: tuple[Path, ...]
    """Painted frames, each with the plugin's mark in its header."""

    plates: tuple[Path, ...]
    """Plates that Nuke wrote for them."""

    notes: tuple[Path, ...]
    """What the plugin keeps beside the plates."""

    others: tuple[Path, ...]
    """Files with the name of a result that something else wrote: they stay."""

    @property
    def size_bytes(self) -> int:
        """How much of the disk they take."""
        return sum(path.stat().st_size for path in (*self.results, *self.plates))


def cache_files(node: nuke.Group) -> CacheFiles:
    """Return the files that Clear cache removes, of every view."""
    results: list[Path] = []
    others: list[Path] = []
    for path in _files(results_on_disk(node)):
        (results if text_attribute(path, _MARK) else others).append(path)
    patterns = _plates_of_ours(node)
    notes = {notes_path(FramePattern.parse(text)) for text in patterns}
    return CacheFiles(
        tuple(results),
        tuple(_files(patterns)),
        tuple(path for path in sorted(notes) if path.exists()),
        tuple(others),
    )


def with_version(text: str, step: int) -> str:
    """Return a results' file with its version raised by ``step``, all of that number in it.

    A name without a version counts as version 1. Raises ``VersionNotFound`` below it.
    """
    found = _VERSION.findall(text)
    if not found:
        if step < 0:
            raise VersionNotFound(text)
        named = _NAME_IN_DEFAULT.search(text)
        if named is not None:
            return f"{text[: named.end()]}_v{1 + step:03d}{text[named.end() :]}"
        folder, _, name = text.rpartition("/")
        stem, dot, rest = name.partition(".")
        return f"{folder}/{stem}_v{1 + step:03d}{dot}{rest}"
    old = found[-1][1]
    new = int(old) + step
    if new < 1:
        raise VersionNotFound(text)
    return _VERSION.sub(
        lambda match: f"{match[1]}{new:0{len(old)}d}" if int(match[2]) == int(old) else match[0],
        text,
    )


def _without_version(text: str) -> str:
    """Return a results' file without the versions of its last number."""
    found = _VERSION.findall(text)
    return text.replace("".join(found[-1]), "") if found else text


def _said(press: Callable[[], None]) -> None:
    """Run what a button does; what goes wrong is said in a message, nothing raises."""
    try:
        press()
    except ImpastoError as error:
        nuke.message(error.message)
    except Exception as fault:  # noqa: BLE001  a button is a process edge
        traceback.print_exc()
        nuke.message(WorkerUnexpected(type(fault).__name__, str(fault)).message)


def _open_folder(node: nuke.Group) -> None:
    from nuke_plugin.qt import QtCore, QtGui

    patterns = _placed_results(node)
    folder = FramePattern.parse(patterns[0]).folder
    if not folder.is_dir():
        nuke.message(f"Nothing was rendered yet: there is no folder {folder}.")
        return
    QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(folder)))


def _clear_cache(node: nuke.Group) -> None:
    _refuse_while_rendering(node)
    _placed_results(node)
    files = cache_files(node)
    if not files.results and not files.plates:
        nuke.message(f"{node.name()} has no files to remove.{_kept_text(files)}")
        return
    size = files.size_bytes / 1e6
    if not nuke.ask(
        f"Remove {len(files.results)} painted frames and {len(files.plates)} plates of "
        f"{node.name()} from the disk ({size:,.0f} MB)? This cannot be undone; they can be "
        f"rendered again.{_kept_text(files)}"
    ):
        return
    for path in (*files.results, *files.plates, *files.notes):
        _remove(path)
    folders = {path.parent for path in (*files.plates, *files.notes, *files.results)}
    for folder in sorted(folders, key=lambda one: len(one.parts), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    inner(node, RESULT_READ)["reload"].execute()
    frame_strip.show(node)


def _change_version(node: nuke.Group, step: int) -> None:
    _refuse_while_rendering(node)
    read, write = inner(node, RESULT_READ), inner(node, PLATE_WRITE)
    text = read["file"].value()
    changed = with_version(text, step)
    unnamed = _without_version(text)
    if with_version(unnamed, 1) == text and step < 0:
        # Version 1 may be the name without a version, as nodes have it at first.
        named = cache_paths.resolved(write, changed, nuke.views())
        first = cache_paths.resolved(write, unnamed, nuke.views())
        if not any(_files(named)) and any(_files(first)):
            changed = unnamed
    with undo.one_step("Version of Impasto results"):
        read["file"].setValue(changed)
        write["file"].setValue(cache_paths.plates_beside(changed))
    render.show_files(node)
    frame_strip.show(node)


def _refuse_while_rendering(node: nuke.Group) -> None:
    if render.running_job(node) is not None:
        raise NodeBusy(node.fullName(), "it is rendering. Cancel first")


def _placed_results(node: nuke.Group) -> tuple[str, ...]:
    patterns = results_on_disk(node)
    if not patterns:
        raise ScriptNotSaved(inner(node, RESULT_READ)["file"].value())
    return patterns


def _plates_of_ours(node: nuke.Group) -> tuple[str, ...]:
    """Return the plates' patterns if they stand where the plugin puts them, else none."""
    write = inner(node, PLATE_WRITE)
    text = write["file"].value()
    if text != cache_paths.plates_beside(inner(node, RESULT_READ)["file"].value()):
        return ()
    return cache_paths.resolved(write, text, nuke.views())


def _files(patterns: Iterable[str]) -> Iterator[Path]:
    for text in patterns:
        pattern = FramePattern.parse(text)
        if pattern.is_sequence:
            for frame in pattern.existing_frames():
                yield pattern.path(frame)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        pass  # another session was faster
    except OSError as error:
        raise ResultFolderUnwritable(path.parent, error.strerror or str(error)) from error


def _kept_text(files: CacheFiles) -> str:
    if not files.others:
        return ""
    first: Optional[str] = os.path.basename(files.others[0])
    return f" {len(files.others)} files that Impasto did not write stay, such as {first}."
