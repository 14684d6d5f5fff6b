"""Holds the reading of text attributes from an EXR file's header, without a library.

Nuke's Python has no EXR reader, and a Read node's metadata is Nuke's cached idea of the file, to be
had on the main thread only. A header is a list of named, sized values at the front of the file
(openexr.com, "OpenEXR File Layout"): a few kilobytes are read and all others are stepped over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Optional

_MAGIC = 20000630
_VERSION_BYTE = 0xFF
_MULTI_PART = 0x1000
_LONGEST_NAME = 255
_LARGEST_TEXT = 1 << 16
_CHUNK_BYTES = 1 << 14
"""What is read at once; most headers are shorter."""


class _NoHeader(Exception):
    """The bytes are no EXR header."""


def text_attribute(path: Path, name: str) -> Optional[str]:
    """Return the text attribute ``name`` of the first part that has it, or None.

    None too for a file that is absent, cut short or no EXR: to its reader, what cannot be read
    holds nothing.
    """
    return text_attributes(path, (name,)).get(name)


def text_attributes(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return those text attributes that a file has, each of the first part that has it.

    Of a file that cannot be read to the end of its headers those that came before, or none.
    """
    found: dict[str, str] = {}
    try:
        with path.open("rb", buffering=0) as file:
            _find(_Bytes(file), {name.encode("ascii"): name for name in names}, found)
    except (OSError, _NoHeader, UnicodeDecodeError):
        pass
    return found


def _find(header: _Bytes, wanted: dict[bytes, str], found: dict[str, str]) -> None:
    """Fill ``found`` with what is ``wanted``, which is emptied as it is met."""
    magic, version = struct.unpack("<iI", header.take(8))
    if magic != _MAGIC or version & _VERSION_BYTE != 2:
        raise _NoHeader
    is_multi_part = bool(version & _MULTI_PART)
    while wanted:
        name = header.name()
        if not name:  # the end of a part's header; two in a row end a file of several parts
            if not is_multi_part or not (name := header.name()):
                return
        kind = header.name()
        (size_bytes,) = struct.unpack("<i", header.take(4))
        if size_bytes < 0:
            raise _NoHeader
        asked = wanted.pop(name, None)
        if asked is None or kind != b"string" or size_bytes > _LARGEST_TEXT:
            header.step_over(size_bytes)
        else:
            found[asked] = header.take(size_bytes).decode("utf-8")


class _Bytes:
    """The bytes of a file from its front, read in chunks and only where they are wanted."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._chunk = b""
        self._at = 0
        self._chunk_starts_at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes; raises ``_NoHeader`` at the end of the file."""
        self._fill(count)
        taken = self._chunk[self._at : self._at + count]
        if len(taken) < count:
            raise _NoHeader
        self._at += count
        return taken

    def name(self) -> bytes:
        """Return the bytes up to the next zero, which is taken too; empty ends a list."""
        self._fill(_LONGEST_NAME + 1)
        end = self._chunk.find(b"\0", self._at, self._at + _LONGEST_NAME + 1)
        if end < 0:
            raise _NoHeader
        found = self._chunk[self._at : end]
        self._at = end + 1
        return found

    def step_over(self, count: int) -> None:
        """Leave the next bytes out."""
        self._at += count

    def _fill(self, count: int) -> None:
        """Have the next bytes in the chunk, or all that are left of the file."""
        if self._at + count > len(self._chunk):
            self._chunk_starts_at += self._at
            self._at = 0
            self._file.seek(self._chunk_starts_at)
            self._chunk = self._file.read(max(count, _CHUNK_BYTES))
