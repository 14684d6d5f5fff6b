"""Holds the parts of a model card: files, tensors, styles and sources; ``card`` puts them together.

JSON keys equal the field names, and what a part cannot be is refused when it is made.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.field_checks import (
    check,
    check_file_name,
    check_id,
    check_range,
    check_text,
)

_MOST_STYLES = 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class HalfNetworkFile:
    """The file that holds the network once more, counting in float16 between its convolutions.

    Inputs, outputs and operator set are the network's own.
    """

    file: str
    """File name inside the model folder, such as ``model.fp16.onnx``."""

    sha256: str
    """SHA-256 of the file, 64 lower-case hexadecimal digits."""

    size_bytes: int
    """Size of the file in bytes, above 0."""

    def __post_init__(self) -> None:
        _check_stored_file(self.file, self.sha256, self.size_bytes)


@dataclass(frozen=True)
class NetworkFile:
    """The file that holds the network."""

    file: str
    """File name inside the model folder, such as ``model.onnx``."""

    sha256: str
    """SHA-256 of the file, 64 lower-case hexadecimal digits."""

    size_bytes: int
    """Size of the file in bytes, above 0."""

    opset: int
    """ONNX operator set of the graph: 18 or higher, of an imported network 7 or higher."""

    half: Optional[HalfNetworkFile] = None
    """The same network for half precision; null where there is none."""

    def __post_init__(self) -> None:
        _check_stored_file(self.file, self.sha256, self.size_bytes)
        if self.half is not None:
            check(self.half.file != self.file, "half.file", self.half.file, "a file of its own")
        check(self.opset >= 7, "opset", self.opset, "7 or higher")


@dataclass(frozen=True)
class ImageTensor:
    """An image that goes into the network or comes out of it, float32 (N, 3, H, W).

    Only an imported network has another layout, order or range than the first of each.
    """

    name: str
    """Name of the tensor in the graph."""

    layout: str = "NCHW"
    """Order of the axes: ``NCHW`` or ``NHWC``."""

    channels: str = "RGB"
    """Order of the channels: ``RGB`` or ``BGR``."""

    range: tuple[float, float] = (0.0, 1.0)
    """The values that stand for black and white: 0 and 1, or any two, rising."""

    encoding: str = "srgb"
    """What the values mean: ``srgb``, encoded by the sRGB curve with Rec.709 primaries."""

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check(self.layout in ("NCHW", "NHWC"), "layout", self.layout, "NCHW or NHWC")
        check(self.channels in ("RGB", "BGR"), "channels", self.channels, "RGB or BGR")
        check(self.range[0] < self.range[1], "range", list(self.range), "two rising numbers")
        check(self.encoding == "srgb", "encoding", self.encoding, "srgb")


@dataclass(frozen=True)
class ImageInput(ImageTensor):
    """The plate as the network sees it."""

    name: str = "image"
    """Name of the tensor in the graph: ``image``."""


@dataclass(frozen=True)
class ImageOutput(ImageTensor):
    """What the network painted."""

    name: str = "painted"
    """Name of the tensor in the graph: ``painted``."""


@dataclass(frozen=True)
class VectorInput:
    """The network's input that mixes the styles, float32 (1, length)."""

    name: str
    """Name of the tensor in the graph: ``style``."""

    length: int
    """Number of style slots K, 1 to 1024."""

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_range("length", self.length, 1, _MOST_STYLES)


@dataclass(frozen=True)
class ScalarInput:
    """The network's input that says how much of the style to apply, float32 (1, 1)."""

    name: str
    """Name of the tensor in the graph: ``strength``."""

    minimum: float
    """Lowest value that was trained; 0."""

    maximum: float
    """Highest value that was trained; 1."""

    neutral: float
    """The value at which the network gives the image back; 0."""

    meaning: str
    """What the value does to the picture, in a sentence for the user."""

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check(self.minimum < self.maximum, "maximum", self.maximum, "above the minimum")
        inside = self.minimum <= self.neutral <= self.maximum
        check(inside, "neutral", self.neutral, "between minimum and maximum")
        check_text("meaning", self.meaning)


@dataclass(frozen=True)
class StyleSlot:
    """One style of the network: one place in the style vector."""

    id: str
    """What commands and scripts call it: lower-case letters, digits, ``_`` and ``-``."""

    title: str
    """What the painting is called."""

    artist: str
    """Who made it."""

    year: str
    """When, as text: ``1889``, ``c. 1831``."""

    preview: str
    """File name, inside the model folder, of a picture of this style at work."""

    def __post_init__(self) -> None:
        check_id("id", self.id)
        check_text("title", self.title)
        check_file_name("preview", self.preview)


@dataclass(frozen=True)
class Source:
    """One image, or group of images, that the training read."""

    file: str
    """File or folder name in the training data."""

    origin: str
    """Where it came from: an address or an archive's name."""

    licence: str
    """Its licence, as the origin states it."""

    author: str
    """Who made it."""

    def __post_init__(self) -> None:
        check_text("file", self.file)
        check_text("licence", self.licence)


def padded_px(size_px: int, border_px: int, multiple: int) -> int:
    """Return a side with a border at both ends, grown to the next multiple, in pixels."""
    return math.ceil((size_px + 2 * border_px) / multiple) * multiple


def _check_stored_file(file: str, sha256: str, size_bytes: int) -> None:
    check_file_name("file", file)
    check(bool(_SHA256.fullmatch(sha256)), "sha256", sha256, "64 digits 0-9a-f")
    check(size_bytes > 0, "size_bytes", size_bytes, "above 0")
