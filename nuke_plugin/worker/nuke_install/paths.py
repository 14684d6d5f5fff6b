"""Holds what leads Nuke to an Impasto: ``NUKE_PATH``, and what its start-up files name."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import (
    ImpastoError,
    InstallLinesEdited,
    NukeFolderUnread,
    PluginFolderMoved,
    PluginNotOnPath,
    StartupFileBroken,
    StartupFileUnreadable,
    TwoInstallations,
)
from nuke_plugin.contract.worker_start import PLUGIN_ROOT
from nuke_plugin.worker.nuke_install.folders import (
    STARTUP_FILE,
    is_plugin_folder,
    nuke_user_folder,
)
from nuke_plugin.worker.nuke_install.lines import InstallLines, StartupFile, parse_startup_file


@dataclass(frozen=True)
class PathEntry:
    """One thing that leads Nuke to a folder."""

    folder: Path
    """The folder, absolute."""

    told_by: str
    """``NUKE_PATH``, or the file and line."""


@dataclass(frozen=True)
class NukePaths:
    """What Nuke finds, started in an environment."""

    lines: InstallLines | None
    """What the lines of ``impasto nuke-install`` in the folder say; None without any."""

    plugins: tuple[PathEntry, ...]
    """What leads to an Impasto, each folder once."""

    problems: tuple[ImpastoError, ...]
    """What is wrong."""

    @classmethod
    def read(
        cls,
        folder: Path,
        environ: Mapping[str, str],
        planned: Mapping[Path, bytes | None] | None = None,
    ) -> NukePaths:
        """Read what Nuke would read, ``folder`` first.

        ``planned`` are files with a content that they do not have yet.
        """
        planned = planned or {}
        problems: list[ImpastoError] = []
        on_path = _nuke_path(environ)
        own = nuke_user_folder(environ)
        entries = [PathEntry(place, "NUKE_PATH") for place in on_path]
        lines = None
        for place in _each_once((folder, own, *on_path)):
            if is_plugin_folder(place):
                continue  # its own init.py is known
            for name in (STARTUP_FILE, "menu.py"):
                try:
                    file = _read(place / name, planned)
                    entries += _named_folders(file)
                    placed = file.placed if name == STARTUP_FILE else None
                except (StartupFileUnreadable, StartupFileBroken, InstallLinesEdited) as error:
                    problems.append(error)
                    continue
                if placed is None:
                    continue
                told_by = f"{file.path}, line {placed.first + 1}"
                if not is_plugin_folder(Path(placed.lines.plugin_folder)):
                    problems.append(PluginFolderMoved(placed.lines.plugin_folder, told_by))
                lines = lines or placed.lines
        plugins = _each_plugin_once(entries)
        problems += _wrong_plugins(plugins, problems, (folder, own, *on_path))
        if not any(_is_same(folder, place) for place in (own, *on_path)):
            problems.append(NukeFolderUnread(folder))
        return cls(lines, plugins, tuple(problems))

    @property
    def root(self) -> Path:
        """The plugin's folder that counts: of the lines, else the first found, else this one."""
        if self.lines is not None and is_plugin_folder(Path(self.lines.plugin_folder)):
            return Path(self.lines.plugin_folder)
        return self.plugins[0].folder if self.plugins else PLUGIN_ROOT


def version_of(root: Path) -> str:
    """Return the version of the Impasto in a folder, read without running its code."""
    text = (root / "nuke_plugin" / "contract" / "version.py").read_text(encoding="utf-8")
    for statement in ast.parse(text).body:
        match statement:
            case ast.Assign([ast.Name("VERSION")], ast.Constant(str(version))):
                return version
    return "of unknown version"


def _nuke_path(environ: Mapping[str, str]) -> list[Path]:
    entries = environ.get("NUKE_PATH", "").split(os.pathsep)
    return [Path(os.path.abspath(entry)) for entry in entries if entry.strip()]


def _read(path: Path, planned: Mapping[Path, bytes | None]) -> StartupFile:
    return StartupFile(path, planned[path]) if path in planned else StartupFile.read(path)


def _named_folders(file: StartupFile) -> Iterator[PathEntry]:
    """Yield the folders that a file adds to Nuke's path, where it names them outright."""
    for node in ast.walk(parse_startup_file(file.path, file.content or b"")):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="pluginAddPath" | "pluginAppendPath"),
                args=[ast.Constant() | ast.List() as named, *_],
            ):
                told_by = f"{file.path}, line {node.lineno}"
                for text in named.elts if isinstance(named, ast.List) else [named]:
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        folder = os.path.join(file.path.parent, os.path.expanduser(text.value))
                        yield PathEntry(Path(os.path.normpath(folder)), told_by)


def _each_plugin_once(entries: list[PathEntry]) -> tuple[PathEntry, ...]:
    found: dict[str, PathEntry] = {}
    for entry in entries:
        if is_plugin_folder(entry.folder):
            found.setdefault(os.path.realpath(entry.folder), entry)
    return tuple(found.values())


def _wrong_plugins(
    plugins: tuple[PathEntry, ...], problems: list[ImpastoError], places: tuple[Path, ...]
) -> list[ImpastoError]:
    if not plugins:
        # A folder that moved, or a file that does not run, is the cause, and is told already.
        return [] if problems else [PluginNotOnPath(_each_once(places))]
    if len(plugins) == 1 and _is_same(plugins[0].folder, PLUGIN_ROOT):
        return []
    named = [f"{described(entry.folder)} ({entry.told_by})" for entry in plugins]
    if not any(_is_same(entry.folder, PLUGIN_ROOT) for entry in plugins):
        named.append(f"{described(PLUGIN_ROOT)} (of this command)")
    return [TwoInstallations(named)]


def described(folder: Path) -> str:
    """Return a folder with an Impasto in it, and its version."""
    return f"{folder} {version_of(folder)}"


def _each_once(places: tuple[Path, ...]) -> list[Path]:
    return list({os.path.realpath(place): place for place in reversed(places)}.values())[::-1]


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
