"""Holds the render of a range of frames in a style: plates in, painted plates out.

``FrameRun`` has the order of the work; here is what is read, painted and written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import ColourSpaceNeeded, PlateError
from nuke_plugin.contract.light_settings import OFF, ON
from nuke_plugin.worker.asked_tiles import tile_warning
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.display_hint import display_hint, looks_display_encoded
from nuke_plugin.worker.finished_frames import painting_digest
from nuke_plugin.worker.frame_run import FrameRun
from nuke_plugin.worker.image_file import PlateImage, read_plate, write_result
from nuke_plugin.worker.memory import memory_for
from nuke_plugin.worker.painter import SeenFrame, broken_mask, held_to_half
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.provenance import Circumstances, provenance
from nuke_plugin.worker.ready_painter import ready_painter
from nuke_plugin.worker.render_records import STAGES, FrameDone, RenderReport, RenderSettings
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange
from nuke_plugin.worker.steady import PaintedFrame
from nuke_plugin.worker.steady_frames import SteadyFrames
from nuke_plugin.worker.studio import Studio

__all__ = ["STAGES", "FrameDone", "RenderReport", "RenderSettings", "Studio", "render"]


def render(
    settings: RenderSettings,
    studio: Studio,
    *,
    cancellation: Cancellation | None = None,
    on_progress: Callable[[FrameDone], None] = lambda done: None,
    on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
) -> RenderReport:
    """Render the frames asked for; return what came of it.

    The callbacks come from the render's own threads, one at a time. What can be checked is checked
    before the first frame is painted. Raises any ``ImpastoError``; a ``RenderCancelled`` says how
    many frames had been written. A frame is on disk whole or not at all.
    """
    job = _Job(settings, studio, cancellation or Cancellation(), on_progress, on_warning)
    return job.run()


@dataclass(frozen=True)
class _Loaded:
    """One plate that was read and made ready."""

    frame: int
    plate: PlateImage
    colour: PlateColour
    seen: SeenFrame | None
    """None at neutral strength, where no network is run."""
    broken_pixels: int
    """How many pixels are NaN or infinite."""

    def without_image(self) -> _Loaded:
        """Return the same without what the network saw, which nobody needs once it is painted."""
        if self.seen is None:
            return self
        nothing: Planes = np.empty((1, 3, 0, 0), np.float32)
        return replace(self, seen=replace(self.seen, image=nothing))


class _Job(FrameRun[_Loaded, Planes | None]):
    """One render from start to end."""

    def __init__(
        self,
        settings: RenderSettings,
        studio: Studio,
        cancellation: Cancellation,
        on_progress: Callable[[FrameDone], None],
        on_warning: Callable[[int | None, str], None],
    ) -> None:
        super().__init__(
            settings.keep_going, settings.resume, cancellation, on_progress, on_warning
        )
        self._settings = settings
        self._plates = PlateSequence.find(settings.plates, settings.frames)
        if not settings.keep_going:
            self._plates.check_complete()
        self._colours = {
            is_integer: studio.colours.plate_colour(settings.colorspace, is_integer)
            for is_integer in (False, True)
        }
        self._first_read: int | None = None
        for problem in studio.library.problems_ahead_of(settings.model):
            on_warning(None, problem.message)
        self._painter, self._plan = ready_painter(settings, studio, self._plates, on_warning)
        self._network = self._painter.network
        if self._network.fell_back:
            self._notes.append(self._network.fell_back)
        surprise = tile_warning(self._network.card, settings.tile_px)
        if surprise and not self._painter.is_neutral:
            self._notes.append(surprise)
        may_exist = settings.overwrite or settings.resume
        self._results = ResultSequence.prepare(settings.results, self._plates, may_exist)
        self._range = SharedRange(
            self._results.pattern,
            self._plates.pattern,
            painting_digest(self._painter, settings.colorspace, settings.steady)
            if settings.marks_frames
            else None,
            settings.resume,
            is_claimed=not settings.overwrite,
            on_warning=self._warn,
            known=settings.fingerprints,
            steady=settings.steady,
        )
        self._steady = (
            SteadyFrames(settings.steady, self._paint_neighbour)
            if settings.steady and not self._painter.is_neutral
            else None
        )

    def _read(self, frame: int) -> _Loaded:
        path = self._plates.pattern.path(frame)
        with self._timed("read"):
            plate = read_plate(path)
        if plate.is_logarithmic and self._settings.colorspace is None:
            raise ColourSpaceNeeded(path)
        colour = self._colours[plate.is_integer]
        if self._first_read is None:
            self._first_read = frame
            self._hint_at_display(frame, plate, colour)
        with self._timed("colour"), memory_for(plate.width, plate.height):
            if self._painter.is_neutral:
                is_broken = broken_mask(plate.colours())
                count = 0 if is_broken is None else int(is_broken.sum())
                return _Loaded(frame, plate, colour, None, count)
            alpha = plate.multiplied_alpha(self._settings.light.premult)
            seen = self._painter.see(plate.colours(), colour, alpha, plate.frame_px, plate.origin)
            return _Loaded(frame, plate, colour, seen, seen.broken_pixels)

    def _hint_at_display(self, frame: int, plate: PlateImage, colour: PlateColour) -> None:
        """Tell, once a render, if a plate that is taken for linear does not look so."""
        if colour.is_linear and looks_display_encoded(plate.colours()):
            self._warn(frame, display_hint(colour.space))

    def _paint(self, loaded: _Loaded) -> Planes | None:
        count = loaded.broken_pixels
        if count:
            text = (
                "1 pixel is NaN or infinite and stayed as it was."
                if count == 1
                else f"{count} pixels are NaN or infinite and stayed as they were."
            )
            self._warn(loaded.frame, text)
        if loaded.seen is None:
            return None
        if self._steady is None:
            return self._paint_seen(loaded.frame, loaded.seen)
        own = self._steady.known(loaded.frame)
        if own is None:
            own = self._kept_small(loaded.frame, loaded.seen)
        with memory_for(loaded.plate.width, loaded.plate.height):
            return self._steady.result(loaded.frame, own)

    def _paint_neighbour(self, frame: int) -> PaintedFrame | None:
        """Return a frame's painting for those beside it; None where no plate can be used."""
        path = self._plates.pattern.path(frame)
        if not self._plates.pattern.is_sequence or not path.is_file():
            return None
        self._cancellation.check()
        try:
            loaded = self._read(frame)
        except PlateError as error:
            self._warn(frame, f"It steadies no other frame: {error.message}")
            return None
        assert loaded.seen is not None
        return self._kept_small(frame, loaded.seen)

    def _kept_small(self, frame: int, seen: SeenFrame) -> PaintedFrame:
        painted = self._paint_seen(frame, seen)
        with memory_for(seen.geometry.width, seen.geometry.height):
            return PaintedFrame.of(seen.geometry.frame_of(seen.image)[0], painted)

    def _paint_seen(self, frame: int, seen: SeenFrame) -> Planes:
        return self._run_network(
            frame, self._painter, lambda: self._painter.paint(seen, self._cancellation)
        )

    def _without_image(self, loaded: _Loaded) -> _Loaded:
        return loaded.without_image()

    def _write(self, loaded: _Loaded, painted: Planes | None, under: Circumstances) -> None:
        plate = loaded.plate
        with self._timed("colour"), memory_for(plate.width, plate.height):
            planes = self._result_colours(loaded, painted)
        with self._timed("write"), memory_for(plate.width, plate.height):
            path = self._results.pattern.path(loaded.frame)
            is_undone = loaded.seen is not None and loaded.seen.coverage is not None
            fingerprint = self._range.fingerprints.get(loaded.frame)
            notes = provenance(
                self._painter,
                loaded.colour,
                is_undone,
                fingerprint,
                under,
                self._settings.steady,
            )
            write_result(path, plate, planes, notes)

    def _result_colours(
        self, loaded: _Loaded, painted: Planes | None
    ) -> NDArray[np.floating[Any]] | None:
        """Return the colours to write, (3, H, W); None for the plate's own, bit for bit."""
        plate, alpha = loaded.plate, self._alpha_to_multiply(loaded.plate)
        planes: NDArray[np.floating[Any]]
        if loaded.seen is not None and painted is not None:
            dtype = np.float16 if alpha is None else np.float32
            keeps_colour = self._settings.light.plate_colour > 0
            own = plate.colours() if keeps_colour else None
            planes = self._painter.finish(loaded.seen, painted, dtype, own)
        elif plate.is_integer or alpha is not None:
            planes = held_to_half(self._painter.unpainted(plate.colours(), loaded.colour))
        else:
            return None
        if alpha is not None:
            planes *= alpha
        return planes

    def _alpha_to_multiply(self, plate: PlateImage) -> NDArray[np.float32] | None:
        """Return the alpha of a file whose colours are not multiplied by it, as they will be."""
        is_said = self._settings.light.premult in (ON, OFF)
        return None if is_said else plate.straight_alpha
