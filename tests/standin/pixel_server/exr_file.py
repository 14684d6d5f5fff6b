"""Holds reading and writing of EXR files through the OpenEXR binding, as Nuke's Read and Write do.

Not OpenImageIO: the worker uses that, and a second reader must not share its mistakes.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from picture import Format, Picture

_TO_NUKE = {"R": "rgba.red", "G": "rgba.green", "B": "rgba.blue", "A": "rgba.alpha", "Z": "depth.Z"}
_PART_NAMES = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
_STRUCTURAL = {
    "channels",
    "dataWindow",
    "displayWindow",
    "lineOrder",
    "type",
    "compression",
    "tiles",
    "chunkCount",
}
_STRUCTURAL |= {
    "pixelAspectRatio",
    "screenWindowCenter",
    "screenWindowWidth",
    "name",
    "version",
    "dwaCompressionLevel",
}
_COMPRESSIONS = {
    "none": OpenEXR.NO_COMPRESSION,
    "Zip (1 scanline)": OpenEXR.ZIPS_COMPRESSION,
    "Zip (16 scanlines)": OpenEXR.ZIP_COMPRESSION,
    "PIZ Wavelet (32 scanlines)": OpenEXR.PIZ_COMPRESSION,
    "RLE": OpenEXR.RLE_COMPRESSION,
    "B44": OpenEXR.B44_COMPRESSION,
    "B44A": OpenEXR.B44A_COMPRESSION,
    "DWAA": OpenEXR.DWAA_COMPRESSION,
    "DWAB": OpenEXR.DWAB_COMPRESSION,
}


class ReadFailure(Exception):
    """A file that cannot be read; the text is what Nuke's node shows."""


def read(path: str, frame: int) -> Picture:
    """Read all parts of an EXR file into one picture."""
    if not os.path.exists(path):
        raise ReadFailure(f"Error reading frame {frame}: {path}: no such file or directory")
    try:
        file = OpenEXR.File(path, separate_channels=True)
    except Exception as failure:  # the binding raises many kinds for a damaged file
        raise ReadFailure(f"Error reading frame {frame}: {path}: {failure}") from failure
    header = file.parts[0].header
    (low, high), (data_low, data_high) = header["displayWindow"], header["dataWindow"]
    width, height = (int(high[i] - low[i] + 1) for i in range(2))
    format = Format(width, height, round(float(header.get("pixelAspectRatio", 1.0)), 6))
    left = int(data_low[0] - low[0])
    top = height - int(data_low[1] - low[1])
    bbox = (
        left,
        top - int(data_high[1] - data_low[1] + 1),
        left + int(data_high[0] - data_low[0] + 1),
        top,
    )
    channels: dict[str, np.ndarray] = {}
    for part in file.parts:
        for name, channel in part.channels.items():
            channels[_nuke_name(name)] = np.asarray(channel.pixels, np.float32)
    return Picture(_ordered(channels), bbox, format, _metadata(path, frame, header, file, format))


def _nuke_name(name: str) -> str:
    if name in _TO_NUKE:
        return _TO_NUKE[name]
    layer, dot, part = name.rpartition(".")
    if not dot:
        return f"other.{name}"
    return f"{layer}.{_PART_NAMES.get(part, part)}"


def _exr_name(name: str) -> str:
    return {nuke: exr for exr, nuke in _TO_NUKE.items() if exr != "Z"}.get(name, name)


def _ordered(channels: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    first = [name for name in _TO_NUKE.values() if name in channels]
    return {
        name: channels[name] for name in [*first, *(name for name in channels if name not in first)]
    }


def _metadata(
    path: str, frame: int, header: dict[str, Any], file: Any, format: Format
) -> dict[str, Any]:
    status = os.stat(path)
    kinds = {channel.pixels.dtype for part in file.parts for channel in part.channels.values()}
    found: dict[str, Any] = {
        "input/filename": path,
        "input/filereader": "exr",
        "input/frame": frame,
        "input/width": format.width,
        "input/height": format.height,
        "input/filesize": status.st_size,
        "input/mtime": status.st_mtime,
        "input/bitsperchannel": "16-bit half float"
        if kinds == {np.dtype(np.float16)}
        else "32-bit float",
    }
    for name, value in header.items():
        if name not in _STRUCTURAL:
            found[f"exr/{name}"] = value
    if "timeCode" in header:
        code = header["timeCode"]
        found["input/timecode"] = (
            f"{code.hours:02d}:{code.minutes:02d}:{code.seconds:02d}:{code.frame:02d}"
        )
    for name in ("framesPerSecond", "FramesPerSecond"):
        if name in header:
            found["input/frame_rate"] = float(header[name])
    return found


def write(path: str, picture: Picture, names: list[str], settings: dict[str, Any]) -> None:
    """Write channels as one-part EXR under a temporary name, then rename it."""
    left, bottom, right, top = _written_box(picture, names, bool(settings["autocrop"]))
    height = picture.format.height
    kind = np.float16 if settings["datatype"] == "16 bit half" else np.float32
    pixels = {}
    for name in names:
        plane = picture.over((left, bottom, right, top), name)
        if kind is np.float16:
            limit = np.finfo(np.float16).max
            plane = np.where(np.isfinite(plane), np.clip(plane, -limit, limit), plane)
        pixels[_exr_name(name)] = np.ascontiguousarray(plane.astype(kind))
    header = {
        **_attributes(picture.metadata, settings),
        "compression": _COMPRESSIONS[settings["compression"]],
        "type": OpenEXR.scanlineimage,
        "pixelAspectRatio": float(picture.format.aspect),
        "displayWindow": _window(0, 0, picture.format.width, height),
        "dataWindow": _window(left, height - top, right, height - bottom),
    }
    temporary = f"{path}.{os.getpid()}.tmp"
    OpenEXR.File(header, pixels).write(temporary)
    Path(temporary).replace(path)


def store(path: str, request: dict[str, Any]) -> None:
    """Write an EXR file as a test describes it, channel by channel with the file's own names."""
    kind = {"half": np.float16, "float": np.float32, "uint": np.uint32}
    channels = {
        name: np.array(rows, kind[request["types"].get(name, "half")])
        for name, rows in request["channels"].items()
    }
    rows, columns = next(iter(channels.values())).shape
    left, upper = request["origin"]
    width, height = request["size"] or (columns, rows)
    header = {
        **{name: _native(value) for name, value in request["attributes"].items()},
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "displayWindow": _window(0, 0, width, height),
        "dataWindow": _window(left, upper, left + columns, upper + rows),
    }
    OpenEXR.File(header, channels).write(path)


def _native(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d:\d\d:\d\d", value):
        code = OpenEXR.TimeCode()
        code.hours, code.minutes, code.seconds, code.frame = map(int, value.split(":"))
        return code
    return Fraction(*value) if isinstance(value, list) else value


def load(path: str) -> dict[str, Any]:
    """Return what is in an EXR file: channels as rows, their types, windows and attributes."""
    part = OpenEXR.File(path, separate_channels=True).parts[0]
    channels = {name: channel.pixels for name, channel in part.channels.items()}
    kinds = {"float16": "half", "float32": "float", "uint32": "uint"}
    return {
        "channels": {name: pixels.tolist() for name, pixels in channels.items()},
        "types": {name: kinds[str(pixels.dtype)] for name, pixels in channels.items()},
        "data_window": [int(n) for corner in part.header["dataWindow"] for n in corner],
        "display_window": [int(n) for corner in part.header["displayWindow"] for n in corner],
        "pixel_aspect": float(part.header["pixelAspectRatio"]),
        "compression": str(part.header["compression"]).rpartition(".")[2],
        "attributes": {
            name: value if isinstance(value, (str, int, float)) else str(value)
            for name, value in part.header.items()
            if name not in _STRUCTURAL
        },
    }


def _window(left: int, upper: int, right: int, lower: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([left, upper], np.int32), np.array([right - 1, lower - 1], np.int32)


def _written_box(picture: Picture, names: list[str], autocrop: bool) -> tuple[int, int, int, int]:
    x, y, r, t = picture.bbox
    r, t = max(r, x + 1), max(t, y + 1)
    if not autocrop or not names:
        return x, y, r, t
    filled = np.zeros((t - y, r - x), bool)
    for name in names:
        filled |= picture.over((x, y, r, t), name) != 0
    if not filled.any():
        return x, y, x + 1, y + 1
    rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
    return x + int(columns[0]), t - int(rows[-1]) - 1, x + int(columns[-1]) + 1, t - int(rows[0])


def _attributes(metadata: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Return the header attributes the Write's metadata menu asks for."""
    mode = settings["metadata"]
    if mode == "no metadata":
        return {}
    kept: dict[str, Any] = {"nuke/version": settings["version"]}
    for name, value in metadata.items():
        if name.startswith("exr/"):
            attribute = name[len("exr/") :]
            if mode != "default metadata" or attribute in ("timeCode", "framesPerSecond"):
                kept[attribute] = value
        elif mode == "all metadata" or (
            mode == "all metadata except input/*" and not name.startswith("input/")
        ):
            kept[f"nuke/{name}"] = value if isinstance(value, (str, int, float)) else str(value)
    return kept
