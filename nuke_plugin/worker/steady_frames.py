"""Holds the paintings round the frame in hand while a range is steadied, each painted once."""

from __future__ import annotations

from collections.abc import Callable

from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.steady import PaintedFrame, steadied


class SteadyFrames:
    """A moving window over a range; what has fallen out of it is forgotten."""

    def __init__(self, reach: int, paint: Callable[[int], PaintedFrame | None]) -> None:
        """Take how many frames count on each side, and what paints one of them.

        ``paint`` is asked for frames beside the range too, and returns None where there is no plate
        that can be used.
        """
        self.reach = reach
        self._paint = paint
        self._known: dict[int, PaintedFrame | None] = {}

    def known(self, frame: int) -> PaintedFrame | None:
        """Return a frame's own painting if a frame before asked for it."""
        return self._known.get(frame)

    def result(self, frame: int, own: PaintedFrame) -> Planes:
        """Return the painting of a frame, steadied, float32 (3, H, W) in [0, 1]."""
        window = range(frame - self.reach, frame + self.reach + 1)
        self._known = {at: one for at, one in self._known.items() if at in window}
        self._known[frame] = own
        neighbours = []
        for at in window:
            if at == frame:
                continue
            if at not in self._known:
                self._known[at] = self._paint(at)
            neighbour = self._known[at]
            if neighbour is not None:
                neighbours.append((at - frame, neighbour))
        return steadied(own, neighbours)
