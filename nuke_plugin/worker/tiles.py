"""Holds the geometry of a frame on its way through a network: one reflection pad, then windows.

A local network's output at a pixel depends on nothing beyond its halo, so windows that overlap by
two halos give the pixels of the whole frame, and memory follows the window, not the frame. A
network that is not local paints another picture for every crop and gets the whole frame.

A network of one fixed size, which others trained, gets windows of that size; or the frame is
resized to it, as its card says. Where it is not local its windows fade into each other; so do those
of a network of any size, where a person asked for tiles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.network_card import NetworkCard
from nuke_plugin.contract.wiring import RESIZED, TILES
from nuke_plugin.worker.aligned_resizing import extended

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

    ramp_px: int = 0
    """Pixels over which neighbouring windows fade into each other; 0 where every pixel is one
    window's own."""

    scaled: FrameGeometry | None = None
    """Geometry of the frame as the network is given it, where it is resized; else None."""

    lead_x: int = 0
    """Pixels of pad on the left beyond ``border``: with them a crop lies on the model's grid, or
    that of its scale, as its whole format does, and its strokes are the same."""

    lead_y: int = 0
    """The same at the top."""

    @classmethod
    def seen_at(
        cls,
        card: NetworkCard,
        width: int,
        height: int,
        scale: Fraction,
        limit_px: int = WINDOW_LIMIT_PX,
        origin: tuple[int, int] = (0, 0),
        fading_px: int | None = None,
    ) -> FrameGeometry:
        """Return the geometry of a frame that the network sees at ``scale`` times its size.

        A network that has a size of its own keeps it. ``origin`` is where in its format the frame
        begins, x and y; ``fading_px`` the side of tiles that fade into each other, as in ``of``.
        """
        if scale == 1 or card.wiring.sizing == RESIZED:
            return cls.of(card, width, height, limit_px, origin, fading_px)
        lead_x, whole_width = extended(origin[0], width, scale)
        lead_y, whole_height = extended(origin[1], height, scale)
        seen = (int(whole_width * scale), int(whole_height * scale))
        seen_from = (int((origin[0] - lead_x) * scale), int((origin[1] - lead_y) * scale))
        scaled = cls.of(card, *seen, limit_px, seen_from, fading_px)
        whole = (whole_width, whole_height)
        return cls(
            *(width, height, 0, 0),
            *(*whole, *whole, *whole),
            scaled=scaled,
            lead_x=lead_x,
            lead_y=lead_y,
        )

    def within(self, card: NetworkCard, limit_px: int) -> FrameGeometry:
        """Return the same frame, in smaller windows where these are beyond ``limit_px``."""
        return self if self.window_px <= limit_px else self.in_smaller_windows(card, limit_px)

    def in_smaller_windows(self, card: NetworkCard, limit_px: int) -> FrameGeometry:
        """Return the same frame cut into windows within ``limit_px``, or the least that work."""
        if card.wiring.sizing == RESIZED or self.ramp_px:  # other tiles were another painting
            return self
        if self.scaled is not None:
            return replace(self, scaled=self.scaled.in_smaller_windows(card, limit_px))
        return self.of(card, self.width, self.height, limit_px, (self.lead_x, self.lead_y))

    @property
    def given(self) -> FrameGeometry:
        """The geometry of what the network is given: of the resized frame where it is resized."""
        return self.scaled or self

    @property
    def window_px(self) -> int:
        """Pixels that the network is given at once."""
        return self.given.window_width * self.given.window_height

    @classmethod
    def of(
        cls,
        card: NetworkCard,
        width: int,
        height: int,
        limit_px: int = WINDOW_LIMIT_PX,
        origin: tuple[int, int] = (0, 0),
        fading_px: int | None = None,
    ) -> FrameGeometry:
        """Return the geometry with the least pixels to compute among those within ``limit_px``.

        A network that is not local, or whose smallest useful window is beyond the limit, gets the
        least that works. ``origin`` is where in its format the frame begins. ``fading_px`` is the
        side of the tiles in which one that is not local paints all the same; None for the whole.
        """
        if card.wiring.sizing == RESIZED:
            return cls._resized(card, width, height)
        if card.wiring.sizing == TILES:
            return cls._in_tiles(card, width, height)
        if fading_px is not None:
            return cls._fading(card, width, height, fading_px)
        lead_x, lead_y = (at % card.size_multiple if card.local else 0 for at in origin)
        padded_width, padded_height = card.padded_size(width + lead_x, height + lead_y)
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
            lead_x=lead_x,
            lead_y=lead_y,
        )

    @classmethod
    def _resized(cls, card: NetworkCard, width: int, height: int) -> FrameGeometry:
        """Return the geometry of a frame that is fitted into the network's size, and its border."""
        wiring, border = card.wiring, card.border_px
        if wiring.is_fixed_size:
            room = (wiring.fixed_width_px - 2 * border, wiring.fixed_height_px - 2 * border)
            scale = min(room[0] / width, room[1] / height)
        else:
            scale = wiring.long_side_px / max(width, height)
        small = (max(1, math.floor(width * scale + 0.5)), max(1, math.floor(height * scale + 0.5)))
        padded = card.padded_size(*small)
        if wiring.is_fixed_size:
            padded = (wiring.fixed_width_px, wiring.fixed_height_px)
        scaled = cls(*small, border, card.halo_px, *padded, *padded, *padded)
        whole = (width, height)
        return cls(width, height, 0, 0, *whole, *whole, *whole, scaled=scaled)

    @classmethod
    def _in_tiles(cls, card: NetworkCard, width: int, height: int) -> FrameGeometry:
        """Return the geometry of a frame in windows of the network's one size."""
        sides = (card.wiring.fixed_width_px, card.wiring.fixed_height_px)
        if card.local:
            multiple, halo, ramp = card.size_multiple, card.halo_px, 0
            steps = [(side - 2 * halo) // multiple * multiple for side in sides]
        else:
            halo, ramp = 0, min(sides) // 4
            steps = [side - ramp for side in sides]
        padded_width, padded_height = (
            side + math.ceil(max(0, size + 2 * card.border_px - side) / step) * step
            for side, size, step in zip(sides, (width, height), steps, strict=True)
        )
        return cls(
            width,
            height,
            card.border_px,
            halo,
            padded_width,
            padded_height,
            *sides,
            step_x=steps[0],
            step_y=steps[1],
            ramp_px=ramp,
        )

    @classmethod
    def _fading(cls, card: NetworkCard, width: int, height: int, side: int) -> FrameGeometry:
        """Return the geometry of a frame in even tiles of at most that side, faded by a quarter."""
        multiple = card.size_multiple
        side = max(2 * multiple, side // multiple * multiple)
        ramp = max(multiple, side // 4 // multiple * multiple)
        windows, steps, sizes = [], [], []
        for padded in card.padded_size(width, height):
            count = max(1, math.ceil((padded - ramp) / (side - ramp)))
            step = math.ceil((padded - ramp) / count / multiple) * multiple
            windows.append(padded if count == 1 else step + ramp)
            steps.append(padded if count == 1 else step)
            sizes.append(padded if count == 1 else count * step + ramp)
        is_whole = windows == sizes
        return cls(
            width,
            height,
            card.border_px,
            0,
            *(sizes[0], sizes[1]),
            *(windows[0], windows[1]),
            step_x=steps[0],
            step_y=steps[1],
            ramp_px=0 if is_whole else ramp,
        )

    def weights(self) -> NDArray[np.float32]:
        """Return the weight of a window's pixels, (window H, window W), where windows fade."""
        ramps = [
            np.minimum(1, np.minimum(np.arange(side) + 0.5, np.arange(side)[::-1] + 0.5) / ramp)
            for side, ramp in (
                (self.window_height, self.ramp_px),
                (self.window_width, self.ramp_px),
            )
        ]
        return np.asarray(np.outer(*ramps), np.float32)

    def windows(self) -> Iterator[Window]:
        """Yield the windows, row by row; their ``outer`` parts cover the frame."""
        for y in _starts(self.padded_height, self.window_height, self.step_y):
            rows = self._valid(self._top, y, self.window_height, self.padded_height, self.height)
            for x in _starts(self.padded_width, self.window_width, self.step_x):
                columns = self._valid(
                    self._left, x, self.window_width, self.padded_width, self.width
                )
                yield Window(x, y, (rows[0], columns[0]), (rows[1], columns[1]))

    def frame_of(self, padded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the view of the frame itself in a padded picture (..., padded H, padded W)."""
        rows = slice(self._top, self._top + self.height)
        return padded[..., rows, self._left : self._left + self.width]

    def reflect_into_pad(self, padded: NDArray[np.float32]) -> None:
        """Fill the pad of (..., padded H, padded W) by reflecting the frame at its edges, in place.

        A reflection is reflected again where the pad is wider than the frame: 1x1 and 3x5 work.
        """
        rows = _reflected(self.height, self._top, self.padded_height) + self._top
        columns = _reflected(self.width, self._left, self.padded_width) + self._left
        inside = slice(self._top, self._top + self.height)
        for start, stop in _pads(self._left, self.width, self.padded_width):
            padded[..., inside, start:stop] = padded[..., inside, columns[start:stop]]
        for start, stop in _pads(self._top, self.height, self.padded_height):
            padded[..., start:stop, :] = padded[..., rows[start:stop], :]

    @property
    def _left(self) -> int:
        return self.border + self.lead_x

    @property
    def _top(self) -> int:
        return self.border + self.lead_y

    def _valid(
        self, before: int, start: int, window: int, padded: int, size: int
    ) -> tuple[slice, slice]:
        """Return the part of a window that is right, in the window and in the frame without pad.

        A window is right a halo inside its cuts, and up to the padded frame's own edges, where it
        meets the same zeros as the whole frame would.
        """
        first = before if start == 0 else start + self.halo
        last = before + size
        if start + window < padded:
            last = min(last, start + window - self.halo)
        first = max(first, before)
        return slice(first - start, last - start), slice(first - before, last - before)


@dataclass(frozen=True)
class _AxisChoice:
    """One way to cut one axis: pixels of a window, from one to the next, and of all together."""

    window: int
    step: int
    computed: int


def _axis_choices(card: NetworkCard, padded: int) -> list[_AxisChoice]:
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
