"""Holds frame ranges as nuke.FrameRange and nuke.FrameRanges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Optional

_RANGE = re.compile(r"^\s*(-?\d+)(?:-(-?\d+)(?:x(-?\d+))?)?\s*$")


class FrameRange:
    """One range: 'first-lastxincrement', or first, last, increment."""

    def __init__(self, first: Any, last: Optional[int] = None, increment: int = 1) -> None:
        if isinstance(first, str):
            match = _RANGE.match(first)
            if match is None:
                raise ValueError(f"bad frame range: {first!r}")
            first = int(match.group(1))
            last = int(match.group(2)) if match.group(2) else first
            increment = int(match.group(3) or 1)
        if increment == 0:
            raise ValueError("a frame range needs an increment other than 0")
        self._first, self._increment = int(first), int(increment)
        self._last = self._first if last is None else int(last)

    def __iter__(self) -> Iterator[int]:
        frame, step = self._first, self._increment
        while (step > 0 and frame <= self._last) or (step < 0 and frame >= self._last):
            yield frame
            frame += step

    def __str__(self) -> str:
        if self._increment != 1:
            return f"{self._first}-{self._last}x{self._increment}"
        return f"{self._first}-{self._last}" if self._first != self._last else f"{self._first}"

    def first(self) -> int:
        return self._first

    def last(self) -> int:
        return self._last

    def increment(self) -> int:
        return self._increment

    def frames(self) -> int:
        return len(list(self))

    def minFrame(self) -> int:
        return min(self._first, self._last)

    def maxFrame(self) -> int:
        return max(self._first, self._last)

    def isInRange(self, n: int) -> bool:
        return n in list(self)

    def setFirst(self, n: int) -> None:
        self._first = int(n)

    def setLast(self, n: int) -> None:
        self._last = int(n)

    def setIncrement(self, n: int) -> None:
        self._increment = int(n)


class FrameRanges:
    """Several ranges: from a text '1-10 20', a list of frames or of ranges, or nothing."""

    def __init__(self, ranges: Any = None) -> None:
        self._ranges: list[FrameRange] = []
        if ranges is None:
            return
        if isinstance(ranges, FrameRange):
            self.add(ranges)
        elif isinstance(ranges, str):
            for text in re.split(r"[\s,]+", ranges.strip()):
                self.add(FrameRange(text))
        elif isinstance(ranges, Iterable):
            for item in ranges:
                self.add(item if isinstance(item, FrameRange) else FrameRange(item))
        else:
            raise TypeError(f"FrameRanges takes a text or a list, found {ranges!r}")

    def __iter__(self) -> Iterator[FrameRange]:
        return iter(list(self._ranges))

    def __str__(self) -> str:
        return " ".join(map(str, self._ranges))

    def add(self, r: FrameRange) -> None:
        self._ranges.append(r)

    def clear(self) -> None:
        self._ranges.clear()

    def size(self) -> int:
        return len(self._ranges)

    def toFrameList(self) -> list[int]:
        return [frame for one in self._ranges for frame in one]

    def minFrame(self) -> int:
        return min(one.minFrame() for one in self._ranges)

    def maxFrame(self) -> int:
        return max(one.maxFrame() for one in self._ranges)
