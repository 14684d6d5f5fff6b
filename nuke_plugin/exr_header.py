"""Holds the reading of one text attribute from an EXR file's header, without a library.

Nuke's Python has no EXR reader, and a Read node's metadata is Nuke's cached idea of the file, to be
had on the main thread only. A header is a list of named, sized values at the front of the file
(openexr.com, "OpenEXR File Layout"): a few kilobytes are read and all others are stepped over.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Optional

_MAGIC = 20000630
_VERSION_BYTE = 0xFF
_MULTI_PART = 0x1000
_LONGEST_NAME = 255
_LARGEST_TEXT = 1 << 16


class _NoHeader(Exception):
    """The bytes are no EXR header."""


def text_attribute(path: Path, name: str) -> Optional[str]:
    """Return the text attribute ``name`` of the first part that has it, or None.

    None too for a file that is absent, cut short or no EXR: to its reader, what cannot be read
    holds nothing.
    """
    try:
        with path.open("rb") as file:
            return _find(file, name.encode("ascii"))
    except (OSError, _NoHeader, struct.error, UnicodeDecodeError):
        return None


def _find(file: BinaryIO, wanted: bytes) -> Optional[str]:
    magic, version = struct.unpack("<iI", file.read(8))
    if magic != _MAGIC or version & _VERSION_BYTE != 2:
        raise _NoHeader
    end_bytes = file.seek(0, 2)
    file.seek(8)
    is_multi_part = bool(version & _MULTI_PART)
    while True:
        name = _name(file)
        if not name:  # the end of a part's header; two in a row end a file of several parts
            if not is_multi_part or not (name := _name(file)):
                return None
        kind = _name(file)
        (size_bytes,) = struct.unpack("<i", file.read(4))
        if size_bytes < 0 or file.tell() + size_bytes > end_bytes:
            raise _NoHeader
        if name == wanted:
            if kind != b"string" or size_bytes > _LARGEST_TEXT:
                return None
            return file.read(size_bytes).decode("utf-8")
        file.seek(size_bytes, 1)


def _name(file: BinaryIO) -> bytes:
    """Return the bytes up to the next zero, which is taken too; empty at the end of a list."""
    name = bytearray()
    while (byte := file.read(1)) != b"\0":
        if not byte or len(name) == _LONGEST_NAME:
            raise _NoHeader
        name += byte
    return bytes(name)
