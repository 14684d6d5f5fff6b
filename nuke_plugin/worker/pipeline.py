"""Holds the render of a range of frames: reading, network and writing overlap, memory is bounded.

The network has the processors; the next frame is read and the last one written beside it. Frames
are independent of one another, so any order, split or second run gives the same pixels.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import (
    ColourSpaceNeeded,
    FrameClaimed,
    OutOfMemory,
    PlateError,
    RenderCancelled,
    ResultError,
)
from nuke_plugin.contract.light_settings import OFF, ON
from nuke_plugin.contract.messages import FrameFailure
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.display_hint import display_hint, looks_display_encoded
from nuke_plugin.worker.finished_frames import painting_digest
from nuke_plugin.worker.image_file import PlateImage, read_plate, write_result
from nuke_plugin.worker.memory import memory_for, peak_rss_bytes
from nuke_plugin.worker.painter import SeenFrame, broken_mask, held_to_half
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.provenance import provenance
from nuke_plugin.worker.ready_painter import ready_painter
from nuke_plugin.worker.render_records import STAGES, FrameDone, RenderReport, RenderSettings
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange
from nuke_plugin.worker.steady import PaintedFrame
from nuke_plugin.worker.steady_frames import SteadyFrames
from nuke_plugin.worker.studio import Studio

__all__ = ["STAGES", "FrameDone", "RenderReport", "RenderSettings", "Studio", "render"]

READ_AHEAD = 2
"""Frames read before the network asks for them."""

WRITE_BEHIND = 2
"""Painted frames that may wait to be written before the network waits for them."""

SETTLED_FRAMES = 10
"""Frames after which a render needs no more memory than before."""

LOOK_AGAIN_SECONDS = 0.2
"""How long to wait for a frame that another process paints before it is looked at again."""


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


class _Job:
    """One render from start to end."""

    def __init__(
        self,
        settings: RenderSettings,
        studio: Studio,
        cancellation: Cancellation,
        on_progress: Callable[[FrameDone], None],
        on_warning: Callable[[int | None, str], None],
    ) -> None:
        self._started = time.perf_counter()
        self._settings = settings
        self._cancellation = cancellation
        self._on_progress = on_progress
        self._on_warning = on_warning
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
        self._notes = [self._painter.network.fell_back] if self._painter.network.fell_back else []
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
        self._lock = threading.Lock()
        self._stages = dict.fromkeys(STAGES, 0.0)
        self._written: list[int] = []
        self._kept: list[int] = []
        self._failed: list[FrameFailure] = []
        self._broken_pixels = 0
        self._peak_rss_at_tenth: float | None = None

    def run(self) -> RenderReport:
        """Render all frames; see ``render``."""
        readers = ThreadPoolExecutor(1, "impasto-read")
        writers = ThreadPoolExecutor(1, "impasto-write")
        try:
            self._paint_all(readers, writers)
        except RenderCancelled as error:
            writers.shutdown(cancel_futures=True)
            raise RenderCancelled(len(self._written)) from error
        except ResultError:
            # Where one frame could not be written, the next would only fill the disk to its brim.
            writers.shutdown(cancel_futures=True)
            raise
        finally:
            # After any other error the frames already painted are still written.
            readers.shutdown(cancel_futures=True)
            writers.shutdown()
            self._range.leave()
        return RenderReport(
            tuple(sorted(self._written)),
            tuple(sorted(self._failed, key=lambda failure: failure.frame)),
            self._broken_pixels,
            self._painter.network.provider,
            dict(self._stages),
            time.perf_counter() - self._started,
            tuple(sorted(self._kept)),
            self._plan.bytes / 1e6,
            peak_rss_bytes() / 1e6,
            self._peak_rss_at_tenth,
        )

    def _paint_all(self, readers: ThreadPoolExecutor, writers: ThreadPoolExecutor) -> None:
        to_read = deque(self._plates.frames)
        reading: deque[tuple[int, Future[_Loaded | None]]] = deque()
        writing: deque[Future[None]] = deque()
        elsewhere: list[int] = []
        while to_read or reading or elsewhere:
            if not to_read and not reading:  # what others are painting is waited for, last of all
                time.sleep(LOOK_AGAIN_SECONDS)
                to_read.extend(elsewhere)
                elsewhere.clear()
            while to_read and self._may_read(len(reading), len(writing)):
                frame = to_read.popleft()
                reading.append((frame, readers.submit(self._load, frame)))
            if not reading:
                writing.popleft().result()
                continue
            frame, loading = reading.popleft()
            self._cancellation.check()
            try:
                loaded = loading.result()
            except PlateError as error:
                if not self._settings.keep_going:
                    raise
                self._give_up(frame, error)
                continue
            except FrameClaimed:
                if not self._settings.resume:
                    raise
                elsewhere.append(frame)
                continue
            except OutOfMemory as error:
                if not (reading or writing):
                    raise
                self._take_one_at_a_time(frame, error)
                to_read.extendleft(self._dropped(reading))
                to_read.appendleft(frame)
                while writing:
                    writing.popleft().result()
                continue
            if loaded is None:
                self._keep(frame)
                continue
            painted = self._paint(loaded)
            writing.append(writers.submit(self._save, loaded.without_image(), painted))
            del loading, loaded, painted  # else they would outlive their frame by one
            while len(writing) > WRITE_BEHIND or (writing and writing[0].done()):
                writing.popleft().result()
        for saving in writing:
            self._cancellation.check()
            saving.result()

    def _may_read(self, reading: int, writing: int) -> bool:
        """Return whether another plate may be read while so many frames are in memory."""
        return reading < READ_AHEAD and reading + writing < self._plan.frames

    def _take_one_at_a_time(self, frame: int, error: OutOfMemory) -> None:
        """From here on hold one frame in memory, since there was none for the next."""
        self._plan = replace(self._plan, frames=1)
        text = f"Memory ran out ({error.width} by {error.height}); one frame is held at a time."
        self._notes.append(text)
        self._warn(frame, text)

    def _dropped(self, reading: deque[tuple[int, Future[_Loaded | None]]]) -> list[int]:
        """Let go of plates that were read ahead; return their frames, the last one first."""
        frames = []
        while reading:
            frame, loading = reading.pop()
            loading.exception()  # waits for it; what was wrong is met again
            self._range.leave(frame)
            frames.append(frame)
        return frames

    def _load(self, frame: int) -> _Loaded | None:
        """Return a frame's plate, made ready; None where its result is on disk already.

        Raises ``FrameClaimed`` while another process paints it, and any ``PlateError``.
        """
        if frame in self._plates.missing:
            raise self._plates.missing[frame]
        if not self._range.enter(frame):
            return None
        try:
            return self._read(frame)
        except (PlateError, OutOfMemory):
            self._range.leave(frame)
            raise

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
        return PaintedFrame.of(seen.geometry.frame_of(seen.image)[0], painted)

    def _paint_seen(self, frame: int, seen: SeenFrame) -> Planes:
        limit_px, fell_back = self._painter.window_limit_px, self._painter.network.fell_back
        with self._timed("network"):
            painted = self._painter.paint(seen, self._cancellation)
        if self._painter.window_limit_px < limit_px:
            megapixels = self._painter.window_limit_px / 1e6
            text = f"Memory ran out; frames are painted in pieces of {megapixels:.2g} megapixels."
            self._notes.append(text)
            self._warn(frame, text)
        if self._painter.network.fell_back != fell_back:
            text = f"{self._painter.network.fell_back}; {self._painter.network.provider} goes on."
            self._notes.append(text)
            self._warn(frame, text)
        return painted

    def _save(self, loaded: _Loaded, painted: Planes | None) -> None:
        plate = loaded.plate
        with self._timed("colour"), memory_for(plate.width, plate.height):
            planes = self._result_colours(loaded, painted)
        with self._timed("write"), memory_for(plate.width, plate.height):
            path = self._results.pattern.path(loaded.frame)
            is_undone = loaded.seen is not None and loaded.seen.coverage is not None
            fingerprint = self._range.fingerprints.get(loaded.frame)
            events = " ".join(self._notes)
            notes = provenance(
                self._painter,
                loaded.colour,
                is_undone,
                fingerprint,
                events,
                self._settings.steady,
            )
            write_result(path, plate, planes, notes)
        self._range.leave(loaded.frame)
        with self._lock:
            self._broken_pixels += loaded.broken_pixels
            self._written.append(loaded.frame)
            if len(self._written) == SETTLED_FRAMES:
                self._peak_rss_at_tenth = peak_rss_bytes() / 1e6
            self._tell_progress(loaded.frame, is_written=True)

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

    def _give_up(self, frame: int, error: PlateError) -> None:
        with self._lock:
            self._failed.append(FrameFailure.from_error(frame, error))
            self._on_warning(frame, error.message)
            self._tell_progress(frame, is_written=False)

    def _keep(self, frame: int) -> None:
        with self._lock:
            self._kept.append(frame)
            self._tell_progress(frame, is_written=False, was_there=True)

    def _tell_progress(self, frame: int, is_written: bool, was_there: bool = False) -> None:
        """Report a finished frame; the caller holds the lock."""
        done = len(self._written) + len(self._kept) + len(self._failed)
        total = len(self._plates.frames)
        seconds = time.perf_counter() - self._started
        self._on_progress(FrameDone(frame, is_written, done, total, seconds, was_there))

    def _warn(self, frame: int | None, text: str) -> None:
        with self._lock:
            self._on_warning(frame, text)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            with self._lock:
                self._stages[stage] += time.perf_counter() - started
