"""Holds the writing of one EXR file: parts, windows, attributes, each channel in its own type."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from nuke_plugin.contract.errors import ResultError, ResultFolderUnwritable
from nuke_plugin.worker.plain_exr import write_plain_exr
from nuke_plugin.worker.whole_file import whole_file, write_error

Channels = tuple[NDArray[Any], ...]
"""Channels of one picture, each (H, W) in its own type."""

# What described the plate's file, not its picture, and would be untrue of the result.
_FILE_ATTRIBUTES = re.compile(
    "compression|openexr:(chunkCount|dwaCompressionLevel|levelmode|roundingmode|lineOrder)|"
    "oiio:(BitsPerSample|RowsPerChunk|subimages|ColorSpace|UnassociatedAlpha)|ICCProfile.*|"
    "planarconfig|(tiff|png|jpeg):.*|impasto/.*|"
    "dpx:(Transfer|Colorimetric|ImageDescriptor|Packing|Signal|Version|DittoKey|EncryptKey|"
    "EndOf(Line|Image)Padding|(Low|High)(Data|Quantity)|Black(Level|Gain)|WhiteLevel|Gamma|"
    "BreakPoint)"
)


@dataclass(frozen=True)
class ResultPart:
    """One part of the file to be written."""

    spec: Any
    """OpenImageIO's ``ImageSpec`` of the plate's part: windows, channel names, attributes."""

    channels: Channels
    """The channels in the spec's order, each (H, W) of float16, float32 or uint32."""

    attributes: Mapping[str, str | float]
    """Attributes to add."""

    @classmethod
    def of_rgba(cls, rgba: Channels) -> ResultPart:
        """Return a part with the channels R, G, B and A, whose windows begin at 0."""
        height, width = rgba[0].shape
        return cls(oiio.ImageSpec(width, height, 4, oiio.HALF), rgba, {})


def write_exr(path: Path, parts: Sequence[ResultPart]) -> None:
    """Write the parts as one EXR, zip compressed, each channel in the type it comes in.

    Raises ``DiskFull`` or ``ResultFolderUnwritable``; then nothing is left, and what stood under
    the name before is untouched.
    """
    with whole_file(path) as temporary:
        plain = temporary.with_name(f"{temporary.name}.plain")
        try:
            reason = _write(temporary, plain, parts)
        finally:
            plain.unlink(missing_ok=True)
        if reason is not None:
            raise _write_error(path, sum(map(_size_bytes, parts)), reason)


def _write(temporary: Path, plain: Path, parts: Sequence[ResultPart]) -> str | None:
    """Write all parts under the temporary name; return what went wrong, or None."""
    file: Any = oiio.ImageOutput.create("exr")
    specs = tuple(_result_spec(part) for part in parts)
    try:
        is_open = file.open(str(temporary), specs if len(specs) > 1 else specs[0])
        for index, (part, spec) in enumerate(zip(parts, specs, strict=True)):
            if index > 0:
                is_open = is_open and file.open(str(temporary), spec, "AppendSubimage")
            if not is_open or not _write_pixels(file, plain, part):
                return file.geterror() or "OpenImageIO gives no reason"
    finally:
        is_closed = file.close()
    return None if is_closed else file.geterror() or "the file could not be closed"


def _write_pixels(file: Any, plain: Path, part: ResultPart) -> bool:
    types = {channel.dtype for channel in part.channels}
    if np.dtype(np.uint32) in types and len(types) > 1:
        names = part.spec.channelnames
        channels = list(zip(names, part.channels, strict=True))
        write_plain_exr(plain, (part.spec.x, part.spec.y), channels)
        source = oiio.ImageInput.open(str(plain))
        return source is not None and bool(file.copy_image(source))
    one_type = types.pop() if len(types) == 1 else np.float32
    pixels = np.empty((*part.channels[0].shape, len(part.channels)), one_type)
    for index, channel in enumerate(part.channels):
        pixels[..., index] = channel  # half to float is exact
    return bool(file.write_image(pixels))


def _result_spec(part: ResultPart) -> Any:
    spec = oiio.ImageSpec(part.spec)
    types = tuple(_oiio_type(channel.dtype) for channel in part.channels)
    spec.set_format(types[0])  # clears the formats per channel
    if len(set(map(str, types))) > 1:
        spec.channelformats = types
    spec.tile_width = spec.tile_height = spec.tile_depth = 0
    # OpenImageIO's own patterns are basic regular expressions, which know no alternatives.
    for attribute in part.spec.extra_attribs:
        if _FILE_ATTRIBUTES.fullmatch(attribute.name):
            spec.erase_attribute(attribute.name)
        elif attribute.name.startswith("dpx:"):
            # OpenImageIO leaves out of an EXR what bears another format's prefix.
            name = attribute.name.replace(":", "/", 1)
            spec.attribute(name, attribute.type, attribute.value)
    spec["compression"] = "zip:2"  # 10 % less work than the usual 4 for 0.5 % more bytes
    for name, value in part.attributes.items():
        spec[name] = value
    return spec


def _oiio_type(dtype: np.dtype[Any]) -> Any:
    return {"float16": oiio.HALF, "float32": oiio.FLOAT, "uint32": oiio.UINT32}[dtype.name]


def _size_bytes(part: ResultPart) -> int:
    return sum(channel.size * channel.itemsize for channel in part.channels)


def _write_error(path: Path, size_bytes: int, reason: str) -> ResultError:
    """Return why a file could not be written, asking the folder itself.

    OpenEXR says only "File output failed"; writing as many zeros gives the system's own reason.
    """
    probe = path.with_name(f".{path.name}.{os.getpid()}.probe.part")
    try:
        with probe.open("wb") as file:
            for _ in range(0, size_bytes, 1 << 20):
                file.write(bytes(1 << 20))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return write_error(path, error)
    finally:
        probe.unlink(missing_ok=True)
    return ResultFolderUnwritable(path.parent, reason)
