"""Holds the geometry of a frame on its way through a network: one reflection pad, then windows.

A local network's output at a pixel depends on nothing beyond its halo, so windows that overlap by
two halos give the pixels of the whole frame, and memory follows the window, not the frame. A
network that is not local paints another picture for every crop and always gets the whole frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card import ModelCard

WINDOW_LIMIT_PX = 4_000_000
"""Most pixels given to a local network at once: a padded 1080p frame whole, UHD in four."""

_MOST_CUTS = 64
"""Windows along one axis: 64 of a useful size are far beyond any frame."""


@dataclass(frozen=True)
class Window:
    """One run of the network: the part of the padded frame it reads and the part that is right."""

    x: int
    """Left edge of what is read, in pixels of the padded frame; a multiple of the model's grid."""

    y: int
    """Top edge of what is read."""

    inner: tuple[slice, slice]
    """Rows and columns of the window's output that are final."""

    outer: tuple[slice, slice]
    """Where they belong: rows and columns of the frame without its pad."""


@dataclass(frozen=True)
class FrameGeometry:
    """How one size of frame is padded and cut for one model."""

    width: int
    """Width of the frame in pixels, 1 or more."""

    height: int
    """Height of the frame in pixels, 1 or more."""

    border: int
    """Pixels of pad on the left and on the top; at least as many on the right and the bottom."""

    halo: int
    """How far inside a cut a window's output is not yet the whole frame's, in pixels."""

    padded_width: int
    """Width with pad; a multiple of the model's grid."""

    padded_height: int
    """Height with pad; a multiple of the model's grid."""

    window_width: int
    """Width of every window, so that a runtime plans once."""

    window_height: int
    """Height of every window."""

    step_x: int
    """Distance of neighbouring windows; at most the window's width less two halos."""

    step_y: int
    """Distance of windows above one another."""

    @classmethod
    def of(
        cls, card: ModelCard, width: int, height: int, limit_px: int = WINDOW_LIMIT_PX
    ) -> FrameGeometry:
        """Return the geometry with the least pixels to compute among those within ``limit_px``.

        A network that is not local, or whose smallest useful window is beyond the limit, gets the
        least that works.
        """
        padded_width, padded_height = card.padded_size(width, height)
        candidates = [
            (x, y)
            for x in _axis_choices(card, padded_width)
            for y in _axis_choices(card, padded_height)
        ]
        fitting = [(x, y) for x, y in candidates if x.window * y.window <= limit_px]
        if fitting:
            best_x, best_y = min(fitting, key=lambda xy: xy[0].computed * xy[1].computed)
        else:
            best_x, best_y = min(candidates, key=lambda xy: xy[0].window * xy[1].window)
        return cls(
            width,
            height,
            card.border_px,
            card.halo_px,
            padded_width,
            padded_height,
            best_x.window,
            best_y.window,
            best_x.step,
            best_y.step,
        )

    def windows(self) -> Iterator[Window]:
        """Yield the windows, row by row; their ``outer`` parts cover the frame."""
        for y in _starts(self.padded_height, self.window_height, self.step_y):
            rows = self._valid(y, self.window_height, self.padded_height, self.height)
            for x in _starts(self.padded_width, self.window_width, self.step_x):
                columns = self._valid(x, self.window_width, self.padded_width, self.width)
                yield Window(x, y, (rows[0], columns[0]), (rows[1], columns[1]))

    def frame_of(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the view of the frame itself in a padded picture (..., padded H, padded W)."""
        return padded[
            ..., self.border : self.border + self.height, self.border : self.border + self.width
        ]

    def reflect_into_pad(self, padded: NDArray[np.float32]) -> None:
        """Fill the pad of (..., padded H, padded W) by reflecting the frame at its edges, in place.

        A reflection is reflected again where the pad is wider than the frame: 1x1 and 3x5 work.
        """
        rows = _reflected(self.height, self.border, self.padded_height) + self.border
        columns = _reflected(self.width, self.border, self.padded_width) + self.border
        inside = slice(self.border, self.border + self.height)
        for start, stop in _pads(self.border, self.width, self.padded_width):
            padded[..., inside, start:stop] = padded[..., inside, columns[start:stop]]
        for start, stop in _pads(self.border, self.height, self.padded_height):
            padded[..., start:stop, :] = padded[..., rows[start:stop], :]

    def _valid(self, start: int, window: int, padded: int, size: int) -> tuple[slice, slice]:
        """Return the part of a window that is right, in the window and in the frame without pad.

        A window is right a halo inside its cuts, and up to the padded frame's own edges, where it
        meets the same zeros as the whole frame would.
        """
        first = self.border if start == 0 else start + self.halo
        last = self.border + size
        if start + window < padded:
            last = min(last, start + window - self.halo)
        first = max(first, self.border)
        return slice(first - start, last - start), slice(first - self.border, last - self.border)


@dataclass(frozen=True)
class _AxisChoice:
    """One way to cut one axis: pixels of a window, from one to the next, and of all together."""

    window: int
    step: int
    computed: int


def _axis_choices(card: ModelCard, padded: int) -> list[_AxisChoice]:
    """Return the ways to cut an axis into 1, 2, 3... windows; only the whole unless local."""
    choices = [_AxisChoice(padded, padded, padded)]
    multiple = card.size_multiple
    overlap = math.ceil(2 * card.halo_px / multiple) * multiple
    for count in range(2, _MOST_CUTS + 1) if card.local else ():
        step = math.ceil((padded - overlap) / count / multiple) * multiple
        window = step + overlap
        if window < choices[-1].window:
            runs = len(_starts(padded, window, step))
            choices.append(_AxisChoice(window, step, runs * window))
    return choices


def _starts(padded: int, window: int, step: int) -> list[int]:
    """Return where windows start; the last is moved back so that it ends with the frame."""
    count = 1 if window >= padded else 1 + math.ceil((padded - window) / step)
    return [min(index * step, padded - window) for index in range(count)]


def _pads(border: int, size: int, padded: int) -> tuple[tuple[int, int], tuple[int, int]]:
    return (0, border), (border + size, padded)


def _reflected(size: int, before: int, padded: int) -> NDArray[np.intp]:
    """Return for each padded position the frame's pixel it mirrors; the edge is not doubled."""
    positions = np.arange(padded) - before
    if size == 1:
        return np.zeros_like(positions)
    period = 2 * (size - 1)
    folded = positions % period
    return np.minimum(folded, period - folded)
