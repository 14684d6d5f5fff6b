"""Holds looks and pictures for the tests."""

from __future__ import annotations

import struct
import zlib
from typing import Any

from nuke_plugin.looks.record import LiveControls, Look, LookStyle

SHA256 = "ab" * 32


def style(**changes: Any) -> LookStyle:
    """Return a style of a look, with these fields changed."""
    fields = {"model": "tiny", "model_sha256": SHA256, "style": "warm", "weight": 1.0}
    return LookStyle(**{**fields, **changes})


def look(name: str = "Rain", **changes: Any) -> Look:
    """Return a look, with these fields changed."""
    fields: dict[str, Any] = {
        "impasto_look": 2,
        "name": name,
        "styles": (style(),),
        "strength": 0.8,
        "strokes": None,
        "controls": LiveControls(mix=0.5, keep_plate_colour=None, plate_grain=None),
        "author": "ana",
        "date": "2026-11-22T23:16:25Z",
    }
    return Look(**{**fields, **changes})


def picture(grey: int = 128, size_px: int = 4) -> bytes:
    """Return a small PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", size_px, size_px, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([grey]) * size_px for _ in range(size_px))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
