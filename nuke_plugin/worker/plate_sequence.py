"""Holds the frames of a plate that a render is asked for, checked against the files on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nuke_plugin.contract.errors import FrameMissing, PlateNotFound
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange


@dataclass(frozen=True)
class PlateSequence:
    """The plates of one render."""

    pattern: FramePattern
    """Where they are."""

    frames: FrameRange
    """The frames asked for, those that are missing included."""

    missing: Mapping[int, FrameMissing]
    """The frames asked for that have no file, each with its error."""

    @classmethod
    def find(cls, plates: str, frames: str | None) -> PlateSequence:
        """Return the frames ``frames`` (a frame range; None for all that exist) of a pattern.

        Raises ``PatternInvalid``, ``FrameRangeInvalid``, or ``PlateNotFound`` when no frame of the
        pattern exists at all.
        """
        pattern = FramePattern.parse(plates)
        wanted = None if frames is None else FrameRange.parse(frames)
        existing = pattern.existing_frames()
        if not existing.frames:
            raise PlateNotFound(plates)
        if wanted is None:
            return cls(pattern, existing, {})
        if not pattern.is_sequence:  # one file stands for every frame
            return cls(pattern, wanted, {})
        absent = [frame for frame in wanted if frame not in existing]
        errors = {frame: FrameMissing(frame, pattern.path(frame)) for frame in absent}
        return cls(pattern, wanted, errors)

    def check_complete(self) -> None:
        """Raise ``FrameMissing`` for the first frame without a file; it names the others too."""
        if self.missing:
            first, *others = self.missing
            also_missing = FrameRange.from_frames(others).to_text()
            raise FrameMissing(first, self.pattern.path(first), also_missing)
