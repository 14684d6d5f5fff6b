"""Holds what stands on disk of a node's frames: fresh, stale or missing.

A result carries the fingerprint of what it was painted from. It is compared with that of what the
script holds now; nothing is remembered between sessions, so a script that was copied, or edited
elsewhere, is judged by its frames alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import node_version
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_fingerprint import Picture, pictures_of
from nuke_plugin.job_settings import JobSettings, frames_of, results_on_disk
from nuke_plugin.node_settings import settings_of
from nuke_plugin.plate_fingerprint import PlateFingerprint
from nuke_plugin.result_headers import ResultHeaders

FRESH, STALE, MISSING = "fresh", "stale", "missing"
_WORST_LAST = (FRESH, STALE, MISSING)

SLICE_SECONDS = 0.015
"""How long a slice of a judging lasts: Nuke's interface stands still meanwhile."""


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
        """What Render would paint: the stale and the missing frames."""
        return FrameRange.from_frames((*self.stale, *self.missing))


NO_FRAMES = FrameStates(FrameRange(()), FrameRange(()), FrameRange(()))
"""The states of a node that asks for no frame: nothing is connected, or its range is no range."""


def of(node: nuke.Group, frames: Optional[FrameRange] = None) -> FrameStates:
    """Return the states of the frames of a node's frame range, or of those given.

    On the main thread only; it renders nothing, changes no knob and never raises for what a user
    can set: a node whose range cannot be read has ``NO_FRAMES``, one whose results have no place
    yet (an unsaved script) only missing frames, and one that could not be rendered as it is set now
    (a model that is not installed, a node of another version or one that lost knobs) no fresh ones.
    """
    states = Judging(node, frames, math.inf).go_on()
    assert states is not None
    return states


class Judging:
    """The judging of one node's frames, as ``of`` has it, a slice at a time.

    For whoever looks at times that no user chose: a thousand frames are a thousand files.
    """

    def __init__(
        self,
        node: nuke.Group,
        frames: Optional[FrameRange] = None,
        slice_seconds: Optional[float] = None,
    ) -> None:
        self._node = node
        self._frames = frames
        self._slice_seconds = SLICE_SECONDS if slice_seconds is None else slice_seconds
        self._steps = _judge(node, frames)
        self._is_first_slice = True
        self._began_anew = False

    def go_on(self) -> Optional[FrameStates]:
        """Judge for another slice; return the states once all frames are judged, None before.

        The script may change between two slices. An edit shows with the next judging; where a node
        was deleted, this one begins anew, once. Raises ``ValueError`` for a node that is gone.
        """
        until = time.monotonic() + self._slice_seconds
        is_first_slice, self._is_first_slice = self._is_first_slice, False
        try:
            while True:
                next(self._steps)
                if time.monotonic() >= until:
                    return None
        except StopIteration as end:
            found: FrameStates = end.value
            return found
        except ValueError:
            if is_first_slice or self._began_anew:
                raise
            self._steps = _judge(self._node, self._frames)
            self._began_anew = True
            return None


def _judge(node: nuke.Group, frames: Optional[FrameRange]) -> Generator[None, None, FrameStates]:
    """Return the states of a node's frames, with a pause after each step that costs something."""
    try:
        wanted = frames_of(node) if frames is None else frames
    except ImpastoError:
        return NO_FRAMES
    if not node_version.is_current(node):
        return _on_disk_alone(node, wanted)  # to bring it to the present version would edit it
    try:
        settings = settings_of(node, wanted)
        yield
        worst = dict.fromkeys(wanted, FRESH)
        for picture, state in picture_states(node, settings):
            worst[picture.frame] = max(worst[picture.frame], state, key=_WORST_LAST.index)
            yield
    except ImpastoError:
        return _on_disk_alone(node, wanted)
    return _sorted(worst)


def picture_states(node: nuke.Group, settings: JobSettings) -> Iterator[tuple[Picture, str]]:
    """Yield every picture that the settings ask for with its state."""
    plate: Optional[PlateFingerprint] = None
    folders = {
        view: ResultHeaders(FramePattern.parse(results))
        for view, results in zip(settings.views, settings.results)
    }
    for picture in pictures_of(settings):
        known = folders[picture.view].fingerprint(picture.frame)
        if known is None:
            yield picture, MISSING
        elif not known.startswith(picture.settings_digest):
            yield picture, STALE
        else:
            if plate is None:  # walked only where a frame depends on it
                plate = PlateFingerprint.above(node)
            now = picture.fingerprint(plate.at(picture.frame, picture.view))
            yield picture, FRESH if known == now else STALE


def has_other_settings(settings: JobSettings) -> bool:
    """Whether a result that these settings ask for is on disk, painted with other settings."""
    folders = {results: ResultHeaders(FramePattern.parse(results)) for results in settings.results}
    for picture in pictures_of(settings):
        known = folders[picture.request.results].fingerprint(picture.frame)
        if known is not None and not known.startswith(picture.settings_digest):
            return True
    return False


def _on_disk_alone(node: nuke.Group, wanted: FrameRange) -> FrameStates:
    try:
        on_disk = [
            set(FramePattern.parse(text).existing_frames()) for text in results_on_disk(node)
        ]
    except ImpastoError:
        on_disk = []
    there = set.intersection(*on_disk) if on_disk else set()
    return _sorted({frame: STALE if frame in there else MISSING for frame in wanted})


def _sorted(state_of: Mapping[int, str]) -> FrameStates:
    frames: dict[str, list[int]] = {state: [] for state in _WORST_LAST}
    for frame, state in state_of.items():
        frames[state].append(frame)
    return FrameStates(*(FrameRange.from_frames(frames[state]) for state in _WORST_LAST))
