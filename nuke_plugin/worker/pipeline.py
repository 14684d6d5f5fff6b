"""Holds the render of a range of frames: reading, network and writing overlap, memory is bounded.

The network has the processors; the next frame is read and the last one written beside it. Frames
are independent of one another, so any order, split or second run gives the same pixels.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import (
    ColourSpaceNeeded,
    FrameClaimed,
    PlateError,
    RenderCancelled,
    ResultError,
)
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.light_settings import DEFAULT_LIGHT, OFF, ON, LightSettings
from nuke_plugin.contract.messages import FrameFailure
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import ColourConfig, PlateColour
from nuke_plugin.worker.display_hint import display_hint, looks_display_encoded
from nuke_plugin.worker.finished_frames import painting_digest
from nuke_plugin.worker.image_file import PlateImage, read_plate, write_result
from nuke_plugin.worker.memory import memory_for
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter, SeenFrame, broken_mask, held_to_half
from nuke_plugin.worker.planes import Planes
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.provenance import provenance
from nuke_plugin.worker.providers import CPU
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange

READ_AHEAD = 2
"""Frames read before the network asks for them."""

WRITE_BEHIND = 2
"""Painted frames that may wait to be written before the network waits for them."""

LOOK_AGAIN_SECONDS = 0.2
"""How long to wait for a frame that another process paints before it is looked at again."""

STAGES = ("read", "colour", "network", "write")
"""What a render spends its time on: files in, colour both ways, the network, files out."""


@dataclass(frozen=True)
class RenderSettings:
    """What is asked for, as the command and the wire give it."""

    plates: str
    """Pattern of the plates."""

    results: str
    """Pattern of the results; EXR."""

    model: str
    """Id of the model."""

    styles: Mapping[str, float]
    """Weight by style id or title, 0 or more; normalised to sum 1."""

    strength: float = 1.0
    """Amount of style, within the range of the model's card; 0 gives the plate back."""

    frames: str | None = None
    """Frame range; None for every plate that exists."""

    colorspace: str | None = None
    """Colour space of the plates; None for the default of their kind of file."""

    keep_going: bool = False
    """Whether a plate that is missing or broken is reported and the rest rendered."""

    overwrite: bool = False
    """Whether results that exist are replaced."""

    half_precision: bool = False
    """Whether the network counts in half precision, where the model has such a network."""

    use_gpu: bool = True
    """Whether a graphics card is used where there is one that works."""

    tile_px: int | None = None
    """Side of the square that holds as many pixels as the network is given at once; None for what
    suits most machines."""

    strokes: StrokeSettings = DEFAULT_STROKES
    """How large the strokes are, and how much of the plate's detail is put back."""

    light: LightSettings = DEFAULT_LIGHT
    """What becomes of light the network cannot see, of alpha, and of the plate's colour."""

    fingerprints: Mapping[str, str] = field(default_factory=dict)
    """By frame, in digits, what the client knows a frame by; written into the result's header."""

    marks_frames: bool = False
    """Whether a frame without a client's fingerprint gets one of these settings and its file."""

    resume: bool = False
    """Whether frames that are on disk, whole, of these settings and of their plates as these are
    now, are kept and only the others painted. Needs ``marks_frames``. Several processes may then
    paint one range together."""


@dataclass(frozen=True)
class FrameDone:
    """One frame is finished: on disk under its final name, or given up."""

    frame: int
    """The frame."""

    is_written: bool
    """Whether this render wrote it; else it was there, or its plate was missing or broken."""

    done: int
    """Frames finished so far, 1 to ``total``."""

    total: int
    """Frames asked for."""

    seconds: float
    """Seconds since the render began."""

    was_there: bool = False
    """Whether it was on disk already, and was kept."""


@dataclass(frozen=True)
class RenderReport:
    """What came of a render."""

    written: tuple[int, ...]
    """Frames on disk, rising."""

    failed: tuple[FrameFailure, ...]
    """Frames given up, rising; empty unless ``keep_going``."""

    broken_pixels: int
    """How many pixels were NaN or infinite, over all frames; they stayed as they were."""

    provider: str
    """The execution provider that ran the network."""

    stages: Mapping[str, float]
    """Seconds by stage, summed over the frames; stages overlap, so they exceed ``seconds``."""

    seconds: float
    """Seconds from start to end."""

    kept: tuple[int, ...] = ()
    """Frames that were on disk as they must be, or that another process painted meanwhile."""


@dataclass
class Studio:
    """What stays ready between renders: the models installed and the network loaded last."""

    library: ModelLibrary
    colours: ColourConfig
    _network: Network | None = field(default=None, repr=False)
    _uses_gpu: bool = field(default=True, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Studio:
        """Return the studio of ``IMPASTO_MODELS`` and ``OCIO``; raise ``ColourConfigInvalid``."""
        return cls(ModelLibrary.from_environment(environ), ColourConfig.from_environment(environ))

    def network(self, model_id: str, half_precision: bool = False, use_gpu: bool = True) -> Network:
        """Return a network ready to run; the last one again if its card is still the same.

        One in half precision is given only where it is asked for and the model has it.
        """
        installed = self.library.find(model_id)
        if half_precision:
            installed = installed.in_half_precision or installed
        is_ready = self._network is not None and self._network.installed == installed
        if self._network is None or not is_ready or self._uses_gpu != use_gpu:
            self._network = None  # let the old one's memory go first
            self._network = Network.open(installed, None if use_gpu else (CPU,))
            self._uses_gpu = use_gpu
        return self._network


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
        network = studio.network(settings.model, settings.half_precision, settings.use_gpu)
        if settings.half_precision and studio.library.find(settings.model).lacks_half_precision:
            on_warning(
                None,
                f"The model {settings.model} has no network in half precision, so it paints in "
                "single precision. Export it again to have both.",
            )
        self._painter = Painter(
            network, settings.styles, settings.strength, settings.light, settings.strokes
        )
        if settings.strokes.scale not in (None, 1.0) and network.card.training_scale_px == 0:
            on_warning(
                None,
                f"The model {settings.model} does not say at which size its strokes were learned, "
                "so every plate is painted at its own size and the stroke scale changes nothing.",
            )
        if settings.tile_px is not None:
            self._painter.window_limit_px = settings.tile_px**2
        if network.card.caution and not self._painter.is_neutral:
            on_warning(None, network.card.caution)
        may_exist = settings.overwrite or settings.resume
        self._results = ResultSequence.prepare(settings.results, self._plates, may_exist)
        self._range = SharedRange(
            self._results.pattern,
            self._plates.pattern,
            painting_digest(self._painter, settings.colorspace) if settings.marks_frames else None,
            settings.resume,
            is_claimed=not settings.overwrite,
            on_warning=self._warn,
        )
        self._lock = threading.Lock()
        self._stages = dict.fromkeys(STAGES, 0.0)
        self._written: list[int] = []
        self._kept: list[int] = []
        self._failed: list[FrameFailure] = []
        self._broken_pixels = 0

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
            while to_read and len(reading) < READ_AHEAD:
                frame = to_read.popleft()
                reading.append((frame, readers.submit(self._load, frame)))
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
            if loaded is None:
                self._keep(frame)
                continue
            painted = self._paint(loaded)
            writing.append(writers.submit(self._save, loaded, painted))
            while len(writing) > WRITE_BEHIND or (writing and writing[0].done()):
                writing.popleft().result()
        for saving in writing:
            self._cancellation.check()
            saving.result()

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
        except PlateError:
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
            seen = self._painter.see(plate.colours(), colour, alpha, plate.frame_px)
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
        limit_px = self._painter.window_limit_px
        with self._timed("network"):
            painted = self._painter.paint(loaded.seen, self._cancellation)
        if self._painter.window_limit_px < limit_px:
            megapixels = self._painter.window_limit_px / 1e6
            text = f"Memory ran out; frames are painted in pieces of {megapixels:.2g} megapixels."
            self._warn(loaded.frame, text)
        return painted

    def _save(self, loaded: _Loaded, painted: Planes | None) -> None:
        plate = loaded.plate
        with self._timed("colour"), memory_for(plate.width, plate.height):
            planes = self._result_colours(loaded, painted)
        with self._timed("write"), memory_for(plate.width, plate.height):
            path = self._results.pattern.path(loaded.frame)
            is_undone = loaded.seen is not None and loaded.seen.coverage is not None
            known = self._settings.fingerprints.get(str(loaded.frame))
            fingerprint = known or self._range.fingerprints.get(loaded.frame)
            notes = provenance(self._painter, loaded.colour, is_undone, fingerprint)
            write_result(path, plate, planes, notes)
        self._range.leave(loaded.frame)
        with self._lock:
            self._broken_pixels += loaded.broken_pixels
            self._written.append(loaded.frame)
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
