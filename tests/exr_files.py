"""Holds the reading and writing of EXR files for tests, by OpenEXR's own binding.

The product uses OpenImageIO; what it writes is judged here by another reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray


@dataclass(frozen=True)
class ExrPart:
    """One part of an EXR file."""

    header: Mapping[str, Any]
    """Its attributes, as OpenEXR names them."""

    channels: Mapping[str, NDArray[Any]]
    """Its channels by name, (H, W), in the type they have in the file."""


def read_exr_parts(path: Path) -> list[ExrPart]:
    """Return all parts of a file."""
    file = OpenEXR.File(str(path), separate_channels=True)
    return [
        ExrPart(
            dict(part.header), {name: channel.pixels for name, channel in part.channels.items()}
        )
        for part in file.parts
    ]


def read_exr(path: Path) -> ExrPart:
    """Return the only part of a file."""
    (part,) = read_exr_parts(path)
    return part


def write_exr(
    path: Path,
    channels: Mapping[str, NDArray[Any]],
    origin: tuple[int, int] = (0, 0),
    display: tuple[int, int, int, int] | None = None,
    **header: Any,
) -> None:
    """Write channels, each (H, W), and attributes.

    ``origin`` is the data window's corner, ``display`` the other window: x, y, width, height.
    """
    height, width = next(iter(channels.values())).shape
    x, y = origin
    left, top, wide, high = display or (x, y, width, height)
    attributes = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "dataWindow": _box(x, y, width, height),
        "displayWindow": _box(left, top, wide, high),
        **header,
    }
    OpenEXR.File(attributes, dict(channels)).write(str(path))


def write_exr_parts(path: Path, parts: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """Write a file with several parts, by name."""
    made = [
        OpenEXR.Part(
            {"name": name, "compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage},
            dict(channels),
        )
        for name, channels in parts.items()
    ]
    OpenEXR.File(made).write(str(path))


def half_rgba(width: int, height: int, seed: int = 0) -> dict[str, NDArray[np.float16]]:
    """Return a picture of noise in [0, 1] as half channels R, G, B and A, each (H, W)."""
    random = np.random.default_rng(seed)
    return {name: random.random((height, width)).astype(np.float16) for name in "RGBA"}


def bits(channel: NDArray[np.float16]) -> NDArray[np.uint16]:
    """Return the bits of half floats, so that NaN equals itself and -0 differs from 0."""
    return np.ascontiguousarray(channel).view(np.uint16)


def _box(x: int, y: int, width: int, height: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return np.array([x, y], np.int32), np.array([x + width - 1, y + height - 1], np.int32)
