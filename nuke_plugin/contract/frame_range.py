"""Holds frame ranges: the text a compositor writes and the frames it means.

The syntax is Nuke's own (``1001-1024x2,1030``), so that a range can be pasted either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nuke_plugin.contract.errors import FrameRangeInvalid

_PART = re.compile(r"(-?\d{1,9})(?:-(-?\d{1,9})(?:x(\d{1,9}))?)?")
_MOST_FRAMES = 1_000_000
"""More frames than 11 hours at 24 a second: certainly a slip of the keyboard."""


@dataclass(frozen=True)
class FrameRange:
    """Frame numbers, each once, rising."""

    frames: tuple[int, ...]
    """Whole frame numbers in rising order; may be negative; may be empty."""

    def __post_init__(self) -> None:
        if list(self.frames) != sorted(set(self.frames)):
            raise ValueError("frames must rise and be unique: use FrameRange.from_frames")

    @classmethod
    def from_frames(cls, frames: Iterable[int]) -> FrameRange:
        """Return the range of these frames, sorted, each once."""
        return cls(tuple(sorted(set(frames))))

    @classmethod
    def parse(cls, text: str) -> FrameRange:
        """Return the frames a text such as ``1001-1024x2,1030`` means.

        Parts are separated by commas or spaces. Raises ``FrameRangeInvalid``.
        """
        parts = re.split(r"[\s,]+", text.strip())
        if parts == [""]:
            raise FrameRangeInvalid(text, "it is empty")
        frames: set[int] = set()
        for part in parts:
            frames.update(_frames_of_part(part, text))
            if len(frames) > _MOST_FRAMES:
                raise FrameRangeInvalid(text, f"it has more than {_MOST_FRAMES} frames")
        return cls.from_frames(frames)

    def to_text(self) -> str:
        """Return the shortest usual text: ``parse`` reads it back; an empty range gives ``""``."""
        return ",".join(_part_text(run) for run in _runs(self.frames))

    def __iter__(self) -> Iterator[int]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def __contains__(self, frame: object) -> bool:
        return frame in self.frames


def _frames_of_part(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        reason = (
            f"{part!r} is neither a frame nor two joined by a dash" if part else "a part is empty"
        )
        raise FrameRangeInvalid(text, reason)
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    step = 1 if match[3] is None else int(match[3])
    if step == 0:
        raise FrameRangeInvalid(text, f"the step of {part!r} is 0")
    if last < first:
        raise FrameRangeInvalid(text, f"{part!r} runs backwards")
    frames = range(first, last + 1, step)
    if len(frames) > _MOST_FRAMES:
        raise FrameRangeInvalid(text, f"{part!r} has more than {_MOST_FRAMES} frames")
    return frames


def _runs(frames: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the frames cut into runs of one step; a step above 1 needs three frames to show."""
    start = 0
    while start < len(frames):
        end = start + 1
        if end < len(frames):
            step = frames[end] - frames[start]
            while end < len(frames) and frames[end] - frames[end - 1] == step:
                end += 1
            if step > 1 and end - start < 3:
                end = start + 1
        yield frames[start:end]
        start = end


def _part_text(run: tuple[int, ...]) -> str:
    if len(run) == 1:
        return str(run[0])
    step = run[1] - run[0]
    return f"{run[0]}-{run[-1]}" + (f"x{step}" if step > 1 else "")
