"""Holds the list of what a folder of looks holds, read while others write there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import LookError, LookUnreadable
from nuke_plugin.looks import facts, look_files, names
from nuke_plugin.looks.any_look import AnyLook, look_of_bytes
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.look_files import THUMBNAIL_ENDING

_MOST_SCANS = 5


@dataclass(frozen=True)
class StoredLook:
    """A look as it stands in a folder."""

    look: AnyLook
    """The look."""

    path: Path
    """Its file."""

    sha256: str
    """SHA-256 of the file as it was read; tells later whether someone changed it since."""

    thumbnail: Optional[Path]
    """The PNG beside it, or None."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds."""

    looks: tuple[StoredLook, ...]
    """Every look that can be used, by name."""

    facts: tuple[Fact, ...]
    """What cannot be used, file by file, and names that two files have."""


def of_folder(folder: Path, standing: Path) -> Listing:
    """Return everything in a folder; ``standing``, itself or one above it, must exist.

    What is wrong with one file hides no other, and nothing raises.
    """
    for _ in range(_MOST_SCANS):
        before = _file_names(folder)
        try:
            listing = _scan(folder, standing)
        except FileNotFoundError:  # replaced while it was read: what replaced it is not listed yet
            continue
        if _file_names(folder) == before:  # else a name may have slipped through while it changed
            return listing
    return _scan(folder, standing, skip_vanished=True)


def _file_names(folder: Path) -> Optional[list[str]]:
    try:
        return sorted(name for name in os.listdir(folder) if look_files.is_look_file(name))
    except OSError:
        return None  # said by the scan


def look_files_in(folder: Path) -> list[str]:
    """Return the names of the look files in a folder, sorted; raises ``OSError``."""
    with os.scandir(folder) as entries:
        # A pipe would hold up the reader for ever, so only files are taken.
        return sorted(
            entry.name
            for entry in entries
            if look_files.is_look_file(entry.name) and entry.is_file()
        )


def _pictures_in(folder: Path) -> frozenset[str]:
    return frozenset(name for name in os.listdir(folder) if name.endswith(THUMBNAIL_ENDING))


def read_stored(path: Path, pictures: Optional[Container[str]] = None) -> StoredLook:
    """Return the look in a file; raises ``OSError`` or ``LookInvalid``."""
    data = look_files.read_bounded(path)
    look = look_of_bytes(data, f"The file {path}")
    picture = path.with_suffix(THUMBNAIL_ENDING)
    has_picture = picture.is_file() if pictures is None else picture.name in pictures
    return StoredLook(look, path, sha256_of(data), picture if has_picture else None)


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes, as ``StoredLook`` holds it."""
    return hashlib.sha256(data).hexdigest()


def _scan(folder: Path, standing: Path, skip_vanished: bool = False) -> Listing:
    try:
        files = look_files_in(folder)
        pictures = _pictures_in(folder)
    except FileNotFoundError:
        return Listing((), _why_missing(folder, standing))
    except OSError as error:
        return Listing((), (_unusable(folder, error.strerror or str(error)),))
    found: list[StoredLook] = []
    said: list[Fact] = []
    for file in files:
        try:
            stored = read_stored(folder / file, pictures)
        except FileNotFoundError:
            if not skip_vanished:
                raise
        except LookError as error:
            said.append(Fact(facts.FILE_UNUSABLE, file, error.message))
        except OSError as error:
            unreadable = LookUnreadable(folder / file, error.strerror or str(error))
            said.append(Fact(facts.FILE_UNUSABLE, file, unreadable.message))
        else:
            found.append(stored)
    found.sort(key=lambda stored: (names.key_of(stored.look.name), stored.path.name))
    return Listing(tuple(found), (*said, *_same_names(found)))


def _why_missing(folder: Path, standing: Path) -> tuple[Fact, ...]:
    """Return nothing where no look was saved yet, and a fact where the place itself is gone."""
    if folder != standing and standing.is_dir():
        return ()
    return (_unusable(folder, "it does not exist; is the drive mounted?"),)


def _unusable(folder: Path, reason: str) -> Fact:
    text = f"The folder of looks cannot be listed: {reason.rstrip('.')}."
    return Fact(facts.FOLDER_UNUSABLE, str(folder), text)


def _same_names(found: Sequence[StoredLook]) -> list[Fact]:
    files: dict[str, list[StoredLook]] = {}
    for stored in found:
        files.setdefault(names.key_of(stored.look.name), []).append(stored)
    return [
        Fact(
            facts.SAME_NAME,
            same[0].look.name,
            f"Several files hold a look of this name: "
            f"{', '.join(stored.path.name for stored in same)}. Save one under another name, or "
            "remove one.",
        )
        for same in files.values()
        if len(same) > 1
    ]
