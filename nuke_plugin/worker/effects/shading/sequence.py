"""Holds the shading of a range of frames: channels in, pictures beside them out.

``FrameRun`` has the order of the work, as for a painting: resuming, sharing, stopping.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from nuke_plugin.contract.effect_card import WATER
from nuke_plugin.contract.effect_shading import PIXEL_SCALE_ATTRIBUTE, Shading
from nuke_plugin.contract.errors import PlateUnreadable
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.contract.settings_digest import SETTINGS_DIGITS
from nuke_plugin.contract.strict_json import write_record
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.shading.channel_file import ChannelFile, effect_in
from nuke_plugin.worker.effects.shading.result_space import ResultSpace
from nuke_plugin.worker.effects.shading.shade import Shaded, effect_of, shade
from nuke_plugin.worker.frame_run import FrameRun
from nuke_plugin.worker.memory import memory_for
from nuke_plugin.worker.memory_plan import MemoryPlan
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.provenance import Circumstances
from nuke_plugin.worker.render_records import FrameDone, RenderReport
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange

SHADED_AS = 1
"""Raised when the same settings give other pixels: every older result is stale."""

NO_MATTE = "There is no channel matte, support or A: water fills the frame."


@dataclass(frozen=True)
class ShadeRequest:
    """What is asked for."""

    channels: str
    """Pattern of the files with the channels."""

    results: str
    """Pattern of the results; EXR."""

    frames: str | None = None
    """Frame range; None for every file that exists."""

    pixel_scale: float | None = None
    """How many pixels of a frame are one of the network's; None for what the file says."""

    keep_going: bool = False
    """Whether a file that is missing or broken is reported and the rest shaded."""

    overwrite: bool = False
    """Whether results that exist are replaced."""

    resume: bool = False
    """Whether results that are whole, of these settings and of their channels as these are now,
    are kept. Several processes may then shade one range together."""


class ShadeSequence:
    """The frames of one request, found and checked."""

    def __init__(self, request: ShadeRequest) -> None:
        """Find the files. Raises any ``RequestError`` or ``PlateError`` on them."""
        self.request = request
        self.files = PlateSequence.find(request.channels, request.frames)
        if not request.keep_going:
            self.files.check_complete()

    def effect(self) -> str:
        """Return which effect's channels the files hold.

        Raises ``EffectChannelsMissing``, or ``PlateUnreadable`` where none can be opened.
        """
        there = [frame for frame in self.files.frames if frame not in self.files.missing]
        found = effect_in(self.files.pattern.path(frame) for frame in there)
        if found is None:
            raise PlateUnreadable(self.request.channels, "no frame of it is a picture")
        return found

    def shade(
        self,
        settings: Shading,
        space: ResultSpace,
        *,
        cancellation: Cancellation | None = None,
        on_progress: Callable[[FrameDone], None] = lambda done: None,
        on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
    ) -> RenderReport:
        """Shade the frames; return what came of it.

        Raises any ``ImpastoError``; a ``RenderCancelled`` says how many frames had been written. A
        frame is on disk whole or not at all.
        """
        job = _Job(self, settings, space, cancellation or Cancellation(), on_progress, on_warning)
        return job.run()


def shading_digest(settings: Shading, space: ResultSpace, pixel_scale: float | None) -> str:
    """Return the front half of the fingerprint of a frame that is shaded so."""
    said = [SHADED_AS, effect_of(settings), write_record(settings), space.name, pixel_scale]
    text = json.dumps(said, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]


@dataclass(frozen=True)
class _Loaded:
    """One frame's channels in memory."""

    frame: int
    file: ChannelFile
    pixel_scale: float

    @property
    def broken_pixels(self) -> int:
        """How many pixels are NaN or infinite in a channel."""
        return self.file.broken_pixels


class _Job(FrameRun[_Loaded, Shaded]):
    """One request from start to end."""

    def __init__(
        self,
        sequence: ShadeSequence,
        settings: Shading,
        space: ResultSpace,
        cancellation: Cancellation,
        on_progress: Callable[[FrameDone], None],
        on_warning: Callable[[int | None, str], None],
    ) -> None:
        request = sequence.request
        super().__init__(request.keep_going, request.resume, cancellation, on_progress, on_warning)
        self._request, self._settings, self._space = request, settings, space
        self._plates = sequence.files
        self._plan = MemoryPlan.unknown()
        may_exist = request.overwrite or request.resume
        self._results = ResultSequence.prepare(request.results, self._plates, may_exist)
        self._range = SharedRange(
            self._results.pattern,
            self._plates.pattern,
            shading_digest(settings, space, request.pixel_scale),
            request.resume,
            is_claimed=not request.overwrite,
            on_warning=self._warn,
        )

    @property
    def _provider(self) -> str:
        return ""

    def _give_memory_back(self) -> None:
        """There is no network here."""

    def _read(self, frame: int) -> _Loaded:
        with self._timed("read"):
            path = self._plates.pattern.path(frame)
            file = ChannelFile.read(path, effect_of(self._settings))
        if effect_of(self._settings) == WATER and not file.has_matte:
            self._warn(None, NO_MATTE)
        count = file.broken_pixels
        if count:
            pixels = "1 pixel is" if count == 1 else f"{count} pixels are"
            self._warn(frame, f"{pixels} NaN or infinite in a channel, which counts as 0 there.")
        return _Loaded(frame, file, self._request.pixel_scale or file.pixel_scale)

    def _paint(self, loaded: _Loaded) -> Shaded:
        with self._timed("colour"), memory_for(*loaded.file.size):
            return shade(loaded.file.planes, self._settings, self._space, loaded.pixel_scale)

    def _write(self, loaded: _Loaded, painted: Shaded, under: Circumstances) -> None:
        path = self._results.pattern.path(loaded.frame)
        with self._timed("write"), memory_for(*loaded.file.size):
            loaded.file.write(path, painted, self._header(loaded))

    def _header(self, loaded: _Loaded) -> dict[str, str | float]:
        """Return what the result's header says of its making."""
        said = {"effect": effect_of(self._settings), **write_record(self._settings)}
        header: dict[str, str | float] = {
            "impasto/version": VERSION,
            "impasto/shading": json.dumps(said),
            "impasto/colorspace": self._space.name,
            PIXEL_SCALE_ATTRIBUTE: loaded.pixel_scale,
        }
        fingerprint = self._range.fingerprints.get(loaded.frame)
        if fingerprint is not None:
            header[FINGERPRINT_ATTRIBUTE] = fingerprint
        return header
