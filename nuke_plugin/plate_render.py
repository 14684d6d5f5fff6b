"""Holds the render of the plates by Nuke itself, a slice of frames at a time.

Nuke's interface stands still while it executes a Write, so a slice lasts about half a second and
the event loop turns between two of them. The rules are those of Nuke's own render dialog: Undo
off, the proxy mode saved and set back, a ``RuntimeError`` that begins with "Cancelled" is the
user's wish and no error.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nuke

from nuke_plugin import undo
from nuke_plugin.contract.errors import NodeBusy, PlateRenderFailed, RenderCancelled
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_fingerprint import Picture
from nuke_plugin.impasto_nodes import is_attached
from nuke_plugin.job_settings import JobSettings
from nuke_plugin.node_parts import PLATE_WRITE, inner
from nuke_plugin.plate_fingerprint import PlateFingerprint
from nuke_plugin.plate_notes import PlateNotes

SLICE_SECONDS = 0.4
"""How long a slice should last: Cancel and the interface answer between two."""

_MOST_FRAMES = 64


@dataclass(frozen=True)
class PlateSlice:
    """What came of one slice."""

    written: Sequence[tuple[Picture, str]]
    """The pictures whose plates are on disk, each with its fingerprint."""

    failed: Sequence[tuple[Picture, PlateRenderFailed]]
    """The pictures whose plates Nuke could not render."""


class PlateRender:
    """The plates of one render: some are asked for at a time, until none is left."""

    def __init__(
        self,
        node: nuke.Group,
        settings: JobSettings,
        pictures: Sequence[Picture],
        uses_old: bool = True,
    ) -> None:
        """``uses_old`` says whether plates that are on disk as they would come out are used."""
        self._node = node
        self._settings = settings
        self._uses_old = uses_old
        self._notes = {
            view: PlateNotes(FramePattern.parse(plates))
            for view, plates in zip(settings.views, settings.plates)
        }
        by_frame: dict[int, list[Picture]] = {}
        for picture in pictures:
            by_frame.setdefault(picture.frame, []).append(picture)
        self._left = deque(by_frame[frame] for frame in sorted(by_frame))
        self._frames_at_once = 1

    @property
    def is_done(self) -> bool:
        """Whether every plate was rendered or given up."""
        return not self._left

    def render_next(self) -> PlateSlice:
        """Render the next slice, on the main thread.

        A frame that fails among others is tried again by itself, so that only its own pictures are
        given up. Raises ``NodeBusy`` while Nuke executes something else: try again soon; and
        ``RenderCancelled`` when the user cancels, or has deleted the node.
        """
        if not is_attached(self._node):
            raise RenderCancelled(0)
        if nuke.executing():
            raise NodeBusy(self._settings.node_name, "Nuke is rendering something else")
        frames = self._take_slice()
        pictures = [picture for of_frame in frames for picture in of_frame]
        plate = PlateFingerprint.above(self._node)
        digests = {_key(picture): plate.at(*_key(picture)) for picture in pictures}
        written = [(picture, picture.fingerprint(digests[_key(picture)])) for picture in pictures]
        to_execute = [of_frame for of_frame in frames if not self._is_on_disk(of_frame, digests)]
        began = time.monotonic()
        try:
            if to_execute:
                self._execute(to_execute)
                self._note(to_execute, digests)
        except RuntimeError as error:
            if str(error).startswith("Cancelled"):
                raise RenderCancelled(0) from error
            if len(frames) > 1:
                self._left.extendleft(reversed(frames))
                self._frames_at_once = 1
                return PlateSlice((), ())
            failure = PlateRenderFailed(
                self._settings.node_name, pictures[0].request.plates, str(error)
            )
            return PlateSlice((), [(picture, failure) for picture in pictures])
        self._frames_at_once = _next_size(len(frames), time.monotonic() - began)
        return PlateSlice(written, ())

    def _take_slice(self) -> list[list[Picture]]:
        """Take the next frames, all of them wanted in the same views."""
        frames = [self._left.popleft()]
        views = _views(frames[0])
        while self._left and len(frames) < self._frames_at_once and _views(self._left[0]) == views:
            frames.append(self._left.popleft())
        return frames

    def _is_on_disk(
        self, of_frame: Sequence[Picture], digests: Mapping[tuple[int, str], str]
    ) -> bool:
        """Whether the plates of a frame are there already, in all its views."""
        return self._uses_old and all(
            self._notes[picture.view].is_current(picture.frame, digests[_key(picture)])
            for picture in of_frame
        )

    def _note(
        self, frames: Sequence[Sequence[Picture]], digests: Mapping[tuple[int, str], str]
    ) -> None:
        """Note the plates of frames that were just executed."""
        by_view: dict[str, dict[int, str]] = {}
        for of_frame in frames:
            for picture in of_frame:
                by_view.setdefault(picture.view, {})[picture.frame] = digests[_key(picture)]
        for view, of_view in by_view.items():
            self._notes[view].note(of_view)

    def _execute(self, frames: Sequence[Sequence[Picture]]) -> None:
        numbers = FrameRange.from_frames(of_frame[0].frame for of_frame in frames)
        write = inner(self._node, PLATE_WRITE)
        ranges = nuke.FrameRanges(numbers.to_text().split(","))
        root = nuke.root()
        proxy = root.proxy()
        with undo.not_recorded():
            try:
                root.setProxy(False)
                write["disable"].setValue(False)
                nuke.executeMultiple([write], ranges, _views(frames[0]), continueOnError=False)
            finally:
                write["disable"].setValue(True)
                root.setProxy(proxy)


def _key(picture: Picture) -> tuple[int, str]:
    return picture.frame, picture.view


def _views(pictures: Sequence[Picture]) -> list[str]:
    return [picture.view for picture in pictures]


def _next_size(frames: int, seconds: float) -> int:
    """Return how many frames the next slice may have, at most twice as many as the last."""
    fitting = int(frames * SLICE_SECONDS / max(seconds, 0.001))
    return max(1, min(fitting, 2 * frames, _MOST_FRAMES))
