"""Holds the render of an effect over a range of frames: mattes in, channels and a picture out.

Reading, the network and writing overlap, frames are claimed, kept and cancelled as in a style's
render: ``FrameRun`` does all that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.effect_shading import PIXEL_SCALE_ATTRIBUTE, SHADINGS
from nuke_plugin.contract.errors import FieldInvalid, MatteSizeDiffers
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.contract.settings_digest import EFFECT_MADE_AS, SETTINGS_DIGITS
from nuke_plugin.contract.strict_json import write_record
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_file import effect_file, matte_of_region, region_of
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.effect_painter import Channels, EffectPainter, SeenMatte
from nuke_plugin.worker.effects.fields import StillFields
from nuke_plugin.worker.effects.matte import ALPHA, Matte, header_of
from nuke_plugin.worker.effects.moment import Moment
from nuke_plugin.worker.effects.shading.result_space import LINEAR_REC709, ResultSpace
from nuke_plugin.worker.effects.shading.shade import shade
from nuke_plugin.worker.frame_run import FrameRun, Progress, Warn
from nuke_plugin.worker.memory import give_large_arrays_back, memory_for
from nuke_plugin.worker.memory_plan import MemoryPlan, plate_facts
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.providers import CPU
from nuke_plugin.worker.ready_painter import check_device, memory_there, tell_provider
from nuke_plugin.worker.render_records import RenderReport
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange


@dataclass(frozen=True)
class EffectRequest:
    """What is asked for."""

    mattes: str
    """Pattern of the mattes; one file stands for every frame."""

    results: str
    """Pattern of the results; EXR."""

    settings: EffectSettings = field(default_factory=EffectSettings)
    """What is asked of the effect."""

    channel: str = ALPHA
    """The matte's channel in its file."""

    frames: str | None = None
    """Frame range; None for every matte that exists."""

    keep_going: bool = False
    """Whether a matte that is missing or broken is reported and the rest made."""

    overwrite: bool = False
    """Whether results that exist are replaced."""

    resume: bool = False
    """Whether results that are whole, of these settings and of their mattes as these are now, are
    kept. Several processes may then make one range together."""

    use_gpu: bool = True
    """Whether a graphics card is used where there is one that works."""

    device: int | None = None
    """Number of the graphics card; None for the first."""

    tile_px: int | None = None
    """Side of the square that holds as many pixels as the network is given at once; None for what
    fits into memory."""

    moments: Mapping[int, Moment] | None = None
    """By frame, what each shows, where speed or wind change; None for what a steady speed gives.
    With them a frame has no fingerprint but the client's."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """By frame, in digits, what a client knows the frame by; written into its header."""

    def moment(self, frame: int, painter: EffectPainter) -> Moment:
        """Return what a frame shows; raise ``FieldInvalid`` for one that nobody spoke of."""
        if self.moments is None:
            return painter.moment(frame)
        if frame not in self.moments:
            raise FieldInvalid("moments", f"there is none for frame {frame}")
        return self.moments[frame]


def render_effect(
    request: EffectRequest,
    installed: InstalledEffect,
    space: ResultSpace = LINEAR_REC709,
    *,
    cancellation: Cancellation | None = None,
    on_progress: Progress = lambda done: None,
    on_warning: Warn = lambda frame, text: None,
) -> RenderReport:
    """Make the frames asked for; return what came of it.

    The callbacks come from the render's own threads, one at a time. What can be checked is checked
    before the first frame. Raises any ``ImpastoError``; a ``RenderCancelled`` says how many frames
    had been written. A frame is on disk whole or not at all.
    """
    if request.device is not None and request.use_gpu:
        check_device(request.device)
    names = None if request.use_gpu else (CPU,)
    network = EffectNetwork.open(installed, names, device=request.device or 0)
    return render_with_network(
        request,
        network,
        space,
        cancellation=cancellation,
        on_progress=on_progress,
        on_warning=on_warning,
    )


def render_with_network(
    request: EffectRequest,
    network: EffectNetwork,
    space: ResultSpace = LINEAR_REC709,
    *,
    cancellation: Cancellation | None = None,
    on_progress: Progress = lambda done: None,
    on_warning: Warn = lambda frame, text: None,
) -> RenderReport:
    """Do the same with a network that is open, as a worker keeps it from render to render."""
    give_large_arrays_back()
    stop = cancellation or Cancellation()
    return _Job(request, network, space, stop, on_progress, on_warning).run()


def effect_digest(painter: EffectPainter, channel: str, space: ResultSpace) -> str:
    """Return the front half of the fingerprint of a frame that a painter makes so.

    Controls count as the network is told them, so that a neutral one that is named makes no other.
    """
    card = painter.network.card
    said = {
        **write_record(painter.settings),
        "controls": [round(value, 9) for value in painter.controls],
    }
    shading = write_record(SHADINGS[card.effect]())
    of_all = [EFFECT_MADE_AS, card.network.sha256, said, channel.casefold(), space.name, shading]
    text = json.dumps(of_all, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:SETTINGS_DIGITS]


@dataclass(frozen=True)
class _Loaded:
    """One matte that was read and made ready."""

    frame: int
    spec: Any
    matte: NDArray[np.float32]
    seen: SeenMatte
    broken_pixels: int


class _Job(FrameRun[_Loaded, Channels]):
    """One request from start to end."""

    _network: EffectNetwork

    def __init__(
        self,
        request: EffectRequest,
        network: EffectNetwork,
        space: ResultSpace,
        cancellation: Cancellation,
        on_progress: Progress,
        on_warning: Warn,
    ) -> None:
        super().__init__(request.keep_going, request.resume, cancellation, on_progress, on_warning)
        self._request, self._network, self._space = request, network, space
        self._plates = PlateSequence.find(request.mattes, request.frames)
        if not request.keep_going:
            self._plates.check_complete()
        self._painter = EffectPainter(network, request.settings)
        for frame in self._plates.frames:
            request.moment(frame, self._painter)  # before the first frame is made
        self._shading = SHADINGS[network.card.effect]()
        tell_provider(network, request.use_gpu, request.device, on_warning)
        if network.fell_back:
            self._notes.append(network.fell_back)
        self._format: tuple[int, int] | None = None
        self._plan = self._planned()
        may_exist = request.overwrite or request.resume
        self._results = ResultSequence.prepare(request.results, self._plates, may_exist)
        self._range = SharedRange(
            self._results.pattern,
            self._plates.pattern,
            effect_digest(self._painter, request.channel, space)
            if request.moments is None
            else None,
            request.resume,
            is_claimed=not request.overwrite,
            on_warning=self._warn,
            known=request.fingerprints,
        )
        self._told: set[str] = set()

    def _planned(self) -> MemoryPlan:
        """Return the plan for memory, of the first matte's format, which is noted."""
        there = [frame for frame in self._plates.frames if frame not in self._plates.missing]
        first = None if not there else self._plates.pattern.path(there[0])
        spec = None if first is None else header_of(first)
        facts = None if first is None else plate_facts(first)
        if spec is None or facts is None:
            return MemoryPlan.unknown(self._request.tile_px)  # the reading says what is wrong
        self._format = _format_size(spec)
        _, _, width, height = region_of(spec)
        free_bytes, card_bytes = memory_there(self._network, self._request.device)
        plan = MemoryPlan.of(
            self._network.card,
            StrokeSettings(self._request.settings.scale),
            replace(facts, width=width, height=height, frame_px=min(self._format)),
            free_bytes,
            card_bytes,
            self._request.tile_px,
        )
        self._painter.window_limit_px = plan.window_limit_px
        self._network.gives_memory_back = plan.gives_memory_back
        self._network.processor_limit_px = plan.processor_limit_px
        if plan.problem:
            self._on_warning(None, plan.problem)
        return plan

    def _read(self, frame: int) -> _Loaded:
        path = self._plates.pattern.path(frame)
        with self._timed("read"):
            matte = Matte.read(path, self._request.channel)
        size = _format_size(matte.spec)
        if self._format is None:
            self._format = size
        if size != self._format:
            raise MatteSizeDiffers(path, size, self._format)
        self._tell_of(frame, matte)
        left, top, width, height = region_of(matte.spec)
        with self._timed("colour"), memory_for(width, height):
            whole = matte_of_region(matte)
            moment = self._request.moment(frame, self._painter)
            seen = self._painter.see(whole, moment, min(size), (left, top))
        return _Loaded(frame, matte.spec, whole, seen, matte.broken_pixels)

    def _tell_of(self, frame: int, matte: Matte) -> None:
        """Tell what is odd about a matte: each once a render, but what is broken at each frame."""
        if matte.broken_pixels:
            count = matte.broken_pixels
            pixels = "1 pixel is" if count == 1 else f"{count} pixels are"
            self._warn(frame, f"{pixels} NaN or infinite in the matte and count as 0.")
        if matte.cut_pixels:
            self._tell_once(
                frame,
                "The matte has values below 0 or above 1; they count as 0 and 1.",
            )
        if matte.is_empty:
            self._tell_once(
                frame,
                f"The matte is empty here in channel {self._request.channel}, so the effect is.",
            )

    def _tell_once(self, frame: int, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._warn(frame, text)

    def _paint(self, loaded: _Loaded) -> Channels:
        return self._run_network(
            loaded.frame,
            self._painter,
            lambda: self._painter.paint(loaded.seen, self._cancellation),
        )

    def _without_image(self, loaded: _Loaded) -> _Loaded:
        seen = loaded.seen
        return replace(loaded, seen=replace(seen, still=StillFields.nothing()))

    def _write(self, loaded: _Loaded, painted: Channels) -> None:
        height, width = loaded.matte.shape
        pixel_scale = float(1 / loaded.seen.scale)
        strength = np.float32(self._request.settings.intensity)
        with self._timed("colour"), memory_for(width, height):
            burning = np.clip(loaded.matte * strength, 0, 1)
            file = effect_file(self._network.card, loaded.spec, painted, burning)
            shaded = shade(file.planes, self._shading, self._space, pixel_scale)
        with self._timed("write"), memory_for(width, height):
            path = self._results.pattern.path(loaded.frame)
            file.write(path, shaded, self._provenance(loaded, pixel_scale))

    def _provenance(self, loaded: _Loaded, pixel_scale: float) -> Mapping[str, str | float]:
        """Return what the result's header says of its making."""
        card, settings = self._network.card, self._request.settings
        values = {
            control.id: settings.controls.get(control.id, control.neutral)
            for control in card.controls
        }
        shading = {"effect": card.effect, **write_record(self._shading)}
        notes: dict[str, str | float] = {
            "impasto/version": VERSION,
            "impasto/model": card.id,
            "impasto/model_sha256": card.network.sha256,
            "impasto/effect": card.effect,
            "impasto/seed": str(settings.seed),
            "impasto/time": float(loaded.seen.moment.time),
            "impasto/scale": float(settings.scale),
            "impasto/intensity": float(settings.intensity),
            "impasto/controls": json.dumps(values, sort_keys=True),
            "impasto/matte_channel": self._request.channel,
            "impasto/shading": json.dumps(shading),
            "impasto/colorspace": self._space.name,
            "impasto/provider": self._network.provider,
            PIXEL_SCALE_ATTRIBUTE: pixel_scale,
        }
        moment = loaded.seen.moment
        if self._request.moments is None:
            notes["impasto/speed"] = float(settings.speed)
        else:
            notes["impasto/drift"] = float(moment.drift)
            if moment.loop is not None:
                notes["impasto/loop_time"] = float(moment.loop.time)
        if settings.loop_frames is not None:
            notes["impasto/loop"] = settings.loop_frames
        events = self._events[loaded.frame]
        if events:
            notes["impasto/events"] = events
        fingerprint = self._range.fingerprints.get(loaded.frame)
        if fingerprint is not None:
            notes[FINGERPRINT_ATTRIBUTE] = fingerprint
        return notes


def _format_size(spec: Any) -> tuple[int, int]:
    """Return width and height of a format in pixels."""
    return int(spec.full_width or spec.width), int(spec.full_height or spec.height)
