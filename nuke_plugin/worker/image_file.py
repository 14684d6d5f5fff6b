"""Holds the reading of plates and the writing of results, as files, with all that a plate carries.

OpenImageIO does both: it keeps overscan, timecode, pixel aspect, layers and every other attribute.
It returns None or False where others raise, so each call is checked here. Channels keep the type
they have in the file: an id that went through float would come back as its neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from nuke_plugin.contract.errors import PlateChannelsMissing, PlateUnreadable
from nuke_plugin.contract.light_settings import OFF, ON
from nuke_plugin.worker.exr_output import Channels, ResultPart, write_exr
from nuke_plugin.worker.memory import memory_for
from nuke_plugin.worker.planes import Planes

_COLOUR_NAMES = (("r", "red"), ("g", "green"), ("b", "blue"))
_ALPHA_NAMES = ("a", "alpha")
_MAIN_LAYERS = ("", "rgba.", "rgb.")


@dataclass(frozen=True)
class PlatePart:
    """One part (subimage) of a file."""

    spec: Any
    """OpenImageIO's ``ImageSpec``: windows, channel names and types, attributes."""

    channels: Channels
    """The channels in the file's order, each (H, W) in the type it has in the file."""


@dataclass(frozen=True)
class PlateImage:
    """One frame of a plate in memory."""

    path: Path
    """Where it was read."""

    parts: tuple[PlatePart, ...]
    """Its parts; most files have one."""

    painted_part: int
    """Index of the part that has the picture."""

    rgb: tuple[int, int, int]
    """Indices of R, G and B in the painted part."""

    alpha: int | None
    """Index of the alpha in the painted part; None when there is none."""

    @property
    def painted(self) -> PlatePart:
        """The part that has the picture."""
        return self.parts[self.painted_part]

    @property
    def width(self) -> int:
        """Width of the data window in pixels."""
        return int(self.painted.spec.width)

    @property
    def height(self) -> int:
        """Height of the data window in pixels."""
        return int(self.painted.spec.height)

    @property
    def frame_px(self) -> int:
        """Short side of the format (the display window) in pixels, whatever part of it is here."""
        spec = self.painted.spec
        return int(min(spec.full_width, spec.full_height)) or min(self.width, self.height)

    @property
    def origin(self) -> tuple[int, int]:
        """Where in the format the data window begins, x and y in pixels; below 0 in overscan."""
        spec = self.painted.spec
        return int(spec.x - spec.full_x), int(spec.y - spec.full_y)

    @property
    def is_integer(self) -> bool:
        """Whether the pixels are whole numbers, as in PNG, JPEG and DPX: display or log encoded."""
        return not np.issubdtype(self.painted.channels[self.rgb[0]].dtype, np.floating)

    @property
    def is_logarithmic(self) -> bool:
        """Whether the file says that its values are log encoded, as scanned film in DPX is."""
        return "log" in self.painted.spec.get_string_attribute("oiio:ColorSpace").lower()

    @property
    def straight_alpha(self) -> NDArray[np.float32] | None:
        """The alpha, (H, W), of a file whose colours are not yet multiplied by it, as in PNG."""
        is_straight = self.painted.spec.get_int_attribute("oiio:UnassociatedAlpha", 0) != 0
        return self.alpha_values if is_straight else None

    @property
    def alpha_values(self) -> NDArray[np.float32] | None:
        """The alpha, (H, W), whatever it means; None when there is none."""
        if self.alpha is None:
            return None
        return unit_values(self.painted.channels[self.alpha]).astype(np.float32)

    def multiplied_alpha(self, premult: str) -> NDArray[np.float32] | None:
        """The alpha, (H, W), that the colours are multiplied by, None if they stand alone.

        ``premult`` is what was asked for (``LightSettings.premult``).
        """
        if premult == OFF or (premult != ON and self.straight_alpha is not None):
            return None
        return self.alpha_values

    def colours(self) -> Planes:
        """Return R, G and B as new float32 planes, (3, H, W); whole numbers become [0, 1]."""
        planes: Planes = np.empty((3, self.height, self.width), np.float32)
        for plane, index in zip(planes, self.rgb, strict=True):
            plane[...] = unit_values(self.painted.channels[index])
        return planes


def unit_values(channel: NDArray[Any]) -> NDArray[Any]:
    """Return a channel's values as floating point; whole numbers become [0, 1]."""
    if np.issubdtype(channel.dtype, np.floating):
        return channel
    return (channel / np.float64(np.iinfo(channel.dtype).max)).astype(np.float32)


def read_plate(path: Path) -> PlateImage:
    """Return the frame in a file: EXR, PNG, JPEG, TIFF, DPX.

    The picture is the first part with R, G and B outside any layer, or in a layer called rgba;
    everything else is carried along. Of other formats than EXR only the first page counts. Raises
    ``PlateUnreadable`` for a file that is truncated, damaged or no image,
    ``PlateChannelsMissing`` for one without R, G and B, and ``OutOfMemory``.
    """
    return _find_picture(path, read_parts(path))


def read_parts(path: Path) -> tuple[PlatePart, ...]:
    """Return all parts of a file, whatever channels they have, one or more.

    Raises ``PlateUnreadable`` and ``OutOfMemory`` as ``read_plate`` does.
    """
    config = oiio.ImageSpec()
    # Multiplying encoded values by alpha, as OpenImageIO would on reading, is not compositing.
    config["oiio:UnassociatedAlpha"] = 1
    file = oiio.ImageInput.open(str(path), config)
    if file is None:
        raise PlateUnreadable(path, _first_line(oiio.geterror()))
    try:
        parts: list[PlatePart] = []
        while not parts or (file.format_name() == "openexr" and _next_part(file)):
            parts.append(_read_part(file, path))
    finally:
        file.close()
    return tuple(parts)


def write_result(
    path: Path,
    plate: PlateImage,
    planes: NDArray[np.floating[Any]] | None,
    attributes: Mapping[str, str | float],
) -> None:
    """Write an EXR with a plate's windows, channels, parts and attributes, and other colours.

    ``planes`` (3, H, W) are written as half floats, which their finite values must fit; None
    writes the plate's own colours in their own type. Raises ``DiskFull`` or
    ``ResultFolderUnwritable``.
    """
    parts = []
    for index, part in enumerate(plate.parts):
        channels = [_exr_channel(channel) for channel in part.channels]
        if index == plate.painted_part and planes is not None:
            for plane, channel_index in zip(planes, plate.rgb, strict=True):
                channels[channel_index] = plane.astype(np.float16, copy=False)
        extra = attributes if index == plate.painted_part else {}
        parts.append(ResultPart(part.spec, tuple(channels), extra))
    write_exr(path, parts)


def _next_part(file: Any) -> bool:
    is_there = bool(file.seek_subimage(file.current_subimage() + 1, 0))
    if not is_there:
        file.geterror()  # clears what the seek past the last part said
    return is_there


def _read_part(file: Any, path: Path) -> PlatePart:
    spec = file.spec()
    if spec.deep:
        raise PlateUnreadable(path, "it is a deep image, and only flat ones can be painted")
    if spec.depth > 1:
        raise PlateUnreadable(path, "it is a volume, not a picture")
    types = list(spec.channelformats) or [spec.format] * spec.nchannels
    channels: list[NDArray[Any]] = []
    for channel_type, run in groupby(types):
        first = len(channels)
        last = first + len(list(run))
        with memory_for(spec.width, spec.height):
            pixels = file.read_image(file.current_subimage(), 0, first, last, channel_type)
        # A JPEG cut short is an error and yet gives pixels, half of them grey.
        if pixels is None or file.has_error:
            raise PlateUnreadable(path, _first_line(file.geterror()))
        planes = pixels.reshape(spec.height, spec.width, last - first)
        channels.extend(planes[..., index] for index in range(last - first))
    return PlatePart(spec, tuple(channels))


def _find_picture(path: Path, parts: tuple[PlatePart, ...]) -> PlateImage:
    for part_index, part in enumerate(parts):
        for layer in _MAIN_LAYERS:
            by_name = {name.lower(): index for index, name in enumerate(part.spec.channelnames)}
            rgb = [_first(by_name, layer, names) for names in _COLOUR_NAMES]
            if None not in rgb:
                alpha = _first(by_name, layer, _ALPHA_NAMES)
                return PlateImage(path, parts, part_index, (rgb[0], rgb[1], rgb[2]), alpha)
    found = [name for part in parts for name in part.spec.channelnames]
    raise PlateChannelsMissing(path, found)


def _first(by_name: Mapping[str, int], layer: str, names: tuple[str, ...]) -> Any:
    return next((by_name[layer + name] for name in names if layer + name in by_name), None)


def _exr_channel(channel: NDArray[Any]) -> NDArray[Any]:
    """Return a channel in a type that EXR has, its own where it can be."""
    if channel.dtype in (np.float16, np.float32, np.uint32):
        return channel
    if channel.dtype == np.uint8:
        return unit_values(channel).astype(np.float16)
    return unit_values(channel).astype(np.float32)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "the file ends too early"
