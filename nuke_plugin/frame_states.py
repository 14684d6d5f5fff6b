"""Holds what stands on disk of a node's frames: fresh, stale or missing."""

from __future__ import annotations

from dataclasses import dataclass

import nuke

from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.render_settings import frames_of, results_on_disk


@dataclass(frozen=True)
class FrameStates:
    """The frames a node asks for, each in exactly one state; the worst of its views counts."""

    fresh: FrameRange
    """Painted from the plate and with the settings that the script holds now."""

    stale: FrameRange
    """Painted from another plate or with other settings, or nobody knows from what."""

    missing: FrameRange
    """Not on disk in at least one view."""

    @property
    def total(self) -> int:
        """Number of frames asked for."""
        return len(self.fresh) + len(self.stale) + len(self.missing)

    @property
    def to_render(self) -> FrameRange:
        """Return what Render would paint: the stale and the missing frames."""
        return FrameRange.from_frames((*self.stale, *self.missing))


NO_FRAMES = FrameStates(FrameRange(()), FrameRange(()), FrameRange(()))
"""The states of a node that asks for no frame: nothing is connected, or its range is no range."""


def of(node: nuke.Group) -> FrameStates:
    """Return the states of the frames of an ImpastoStyle node's frame range.

    On the main thread only; it renders nothing, changes no knob and never raises for what a user
    can set: a node whose range cannot be read has ``NO_FRAMES``, one whose results have no place
    yet (an unsaved script) has only missing ones.
    """
    try:
        wanted = frames_of(node)
        patterns = [FramePattern.parse(text) for text in results_on_disk(node)]
        on_disk = [set(pattern.existing_frames()) for pattern in patterns]
    except ImpastoError:
        return NO_FRAMES
    there = set.intersection(*on_disk) if on_disk else set()
    return FrameStates(
        fresh=FrameRange.from_frames(there.intersection(wanted)),
        stale=FrameRange(()),
        missing=FrameRange.from_frames(frame for frame in wanted if frame not in there),
    )
