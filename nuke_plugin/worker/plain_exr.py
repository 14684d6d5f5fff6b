"""Holds the plainest OpenEXR file there is: one part, scanlines, no compression, any mix of types.

OpenImageIO's Python functions take pixels of one type only and convert them to the file's types
through float, in which a 32-bit id rounds to a neighbour. Its ``copy_image`` copies natively from
file to file, so a frame that mixes ids with colours is laid out here first, byte by byte.
The layout: https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_MAGIC_AND_VERSION = struct.pack("<II", 20000630, 2)
_LONG_NAMES = struct.pack("<II", 20000630, 2 | 0x400)
_PIXEL_TYPES = {np.dtype(np.uint32): 0, np.dtype(np.float16): 1, np.dtype(np.float32): 2}


def write_plain_exr(
    path: Path, origin: tuple[int, int], channels: Sequence[tuple[str, NDArray[np.generic]]]
) -> None:
    """Write named channels, each (H, W) of uint32, float16 or float32, uncompressed.

    ``origin`` is the data window's left top corner (x, y) in pixels. Raises ``OSError``.
    """
    ordered = sorted(channels, key=lambda channel: channel[0].encode())
    height, width = ordered[0][1].shape
    header = _header(origin, width, height, ordered)
    row_bytes = sum(pixels.dtype.itemsize for _, pixels in ordered) * width
    chunk_bytes = 8 + row_bytes
    first = len(header) + 8 * height
    offsets = first + chunk_bytes * np.arange(height, dtype="<u8")
    chunks = np.empty((height, chunk_bytes), np.uint8)
    chunks[:, 0:4] = (np.arange(height, dtype="<i4") + origin[1])[:, None].view(np.uint8)
    chunks[:, 4:8] = np.frombuffer(struct.pack("<i", row_bytes), np.uint8)
    start = 8
    for _, pixels in ordered:
        rows = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<")).view(np.uint8)
        chunks[:, start : start + rows.shape[1]] = rows
        start += rows.shape[1]
    with path.open("wb") as file:
        file.write(header)
        file.write(offsets.tobytes())
        file.write(chunks.data)


def _header(
    origin: tuple[int, int],
    width: int,
    height: int,
    channels: Sequence[tuple[str, NDArray[np.generic]]],
) -> bytes:
    x, y = origin
    window = struct.pack("<iiii", x, y, x + width - 1, y + height - 1)
    names = [name.encode() for name, _ in channels]
    channel_list = b"".join(
        name + b"\0" + struct.pack("<iiii", _PIXEL_TYPES[pixels.dtype], 0, 1, 1)
        for name, (_, pixels) in zip(names, channels, strict=True)
    )
    attributes = (
        ("channels", "chlist", channel_list + b"\0"),
        ("compression", "compression", b"\0"),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1)),
        ("screenWindowCenter", "v2f", struct.pack("<ff", 0, 0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1)),
    )
    start = _LONG_NAMES if max(map(len, names)) > 31 else _MAGIC_AND_VERSION
    body = (
        f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value
        for name, kind, value in attributes
    )
    return start + b"".join(body) + b"\0"
