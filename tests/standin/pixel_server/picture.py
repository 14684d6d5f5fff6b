"""Holds a picture as the operations see it: channels over a bounding box, format, metadata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

LAYERS = {
    "rgba": ["rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"],
    "rgb": ["rgba.red", "rgba.green", "rgba.blue"],
    "alpha": ["rgba.alpha"],
    "depth": ["depth.Z"],
}
_SHORT = {"red": "rgba.red", "green": "rgba.green", "blue": "rgba.blue", "alpha": "rgba.alpha"}

Box = tuple[int, int, int, int]
"""x, y, r, t in Nuke's coordinates: origin bottom left, right and top exclusive."""


@dataclass(frozen=True)
class Format:
    """Image size in pixels and pixel aspect."""

    width: int
    height: int
    aspect: float

    @property
    def box(self) -> Box:
        """The whole format as a box."""
        return (0, 0, self.width, self.height)


@dataclass(frozen=True)
class Picture:
    """What one node shows; arrays are (t - y, r - x) float32, top row first, black outside."""

    channels: dict[str, np.ndarray]
    bbox: Box
    format: Format
    metadata: dict[str, Any] = field(default_factory=dict)

    def over(self, box: Box, name: str) -> np.ndarray:
        """Return one channel over `box`, black where this picture has nothing."""
        width, height = max(box[2] - box[0], 0), max(box[3] - box[1], 0)
        out = np.zeros((height, width), np.float32)
        source = self.channels.get(name)
        left, bottom = max(box[0], self.bbox[0]), max(box[1], self.bbox[1])
        right, top = min(box[2], self.bbox[2]), min(box[3], self.bbox[3])
        if source is None or right <= left or top <= bottom:
            return out
        rows = slice(self.bbox[3] - top, self.bbox[3] - bottom)
        columns = slice(left - self.bbox[0], right - self.bbox[0])
        out[box[3] - top : box[3] - bottom, left - box[0] : right - box[0]] = source[rows, columns]
        return out

    def moved_to(self, box: Box) -> Picture:
        """Return the same picture with another bounding box."""
        if box == self.bbox:
            return self
        return Picture(
            {name: self.over(box, name) for name in self.channels}, box, self.format, self.metadata
        )


def black(format: Format) -> Picture:
    """Return what an unconnected input shows."""
    return Picture({}, format.box, format)


def union(first: Box, second: Box) -> Box:
    """Return the smallest box that holds both."""
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def intersection(first: Box, second: Box) -> Box:
    """Return what both boxes hold; possibly empty."""
    x, y = max(first[0], second[0]), max(first[1], second[1])
    return (x, y, max(x, min(first[2], second[2])), max(y, min(first[3], second[3])))


def channel_name(text: str) -> str:
    """Return the full name of a channel: 'alpha' is 'rgba.alpha'."""
    return _SHORT.get(text, text)


def selected(text: str, present: list[str]) -> list[str]:
    """Return the channels of a mask such as 'all', 'rgb' or 'rgba.red -rgba.green depth'."""
    chosen: list[str] = []
    for token in text.split():
        remove, token = token.startswith("-"), token.lstrip("-")
        if token == "all":
            names = list(present)
        elif token == "none":
            names = []
        elif token in LAYERS:
            names = LAYERS[token]
        elif "." in token or token in _SHORT:
            names = [channel_name(token)]
        else:
            names = [name for name in present if name.split(".")[0] == token]
        if remove:
            chosen = [name for name in chosen if name not in names]
        else:
            chosen += [name for name in names if name not in chosen]
    return chosen
