"""Holds the run over a range of frames: reading, network and writing overlap, memory is bounded.

The network has the processors; the next frame is read and the last one written beside it. What a
frame is read from, painted with and written as is another class's: that of a style's render, or of
an effect's. Frames are independent of one another, so any order, split or second run gives the
same pixels.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from nuke_plugin.contract.errors import (
    FrameClaimed,
    OutOfMemory,
    PlateError,
    RenderCancelled,
    ResultError,
)
from nuke_plugin.contract.messages import FrameFailure
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.memory import peak_rss_bytes
from nuke_plugin.worker.memory_plan import MemoryPlan
from nuke_plugin.worker.network_run import NetworkRun
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.provenance import Circumstances
from nuke_plugin.worker.render_records import STAGES, FrameDone, RenderReport
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.shared_range import SharedRange

READ_AHEAD = 2
"""Frames read before the network asks for them."""

WRITE_BEHIND = 2
"""Painted frames that may wait to be written before the network waits for them."""

SETTLED_FRAMES = 10
"""Frames after which a render needs no more memory than before."""

LOOK_AGAIN_SECONDS = 0.2
"""How long to wait for a frame that another process paints before it is looked at again."""

Progress = Callable[[FrameDone], None]
Warn = Callable[[int | None, str], None]


class LoadedFrame(Protocol):
    """One frame that was read and made ready."""

    @property
    def frame(self) -> int:
        """Its number."""

    @property
    def broken_pixels(self) -> int:
        """How many pixels are NaN or infinite."""


class FramePainter(Protocol):
    """What runs a network on frames, in windows that get smaller when memory runs out."""

    window_limit_px: int
    """Most pixels given to the network at once."""


_Loaded = TypeVar("_Loaded", bound=LoadedFrame)
_Painted = TypeVar("_Painted")
_Result = TypeVar("_Result")


@dataclass
class _Left(Generic[_Loaded]):
    """The frames of a run that are not on disk yet, by what is being done with them."""

    to_read: deque[int]
    """Not begun, in the order in which they are to be."""

    reading: deque[tuple[int, Future[_Loaded | None]]] = field(default_factory=deque)
    """Being read, or read and waiting for the network."""

    writing: deque[tuple[int, Future[None]]] = field(default_factory=deque)
    """Painted, and being written."""

    elsewhere: list[int] = field(default_factory=list)
    """Being painted by another process."""


@contextmanager
def _memory_named(frame: int) -> Iterator[None]:
    """Work on a frame; an ``OutOfMemory`` then names it."""
    try:
        yield
    except OutOfMemory as error:
        raise OutOfMemory(error.width, error.height, frame, error.way_on) from error


class FrameRun(ABC, Generic[_Loaded, _Painted]):
    """One run from start to end; a subclass says what is read, painted and written."""

    _plates: PlateSequence
    _results: ResultSequence
    _range: SharedRange
    _plan: MemoryPlan
    _network: NetworkRun

    def __init__(
        self,
        keep_going: bool,
        resume: bool,
        cancellation: Cancellation,
        on_progress: Progress,
        on_warning: Warn,
    ) -> None:
        """Begin to count; the subclass sets the fields above before ``run``."""
        self._started = time.perf_counter()
        self._keep_going = keep_going
        self._resume = resume
        self._cancellation = cancellation
        self._on_progress = on_progress
        self._on_warning = on_warning
        self._notes: list[str] = []
        self._lock = threading.Lock()
        self._stages = dict.fromkeys(STAGES, 0.0)
        self._written: list[int] = []
        self._kept: list[int] = []
        self._failed: list[FrameFailure] = []
        self._broken_pixels = 0
        self._peak_rss_at_tenth: float | None = None

    @abstractmethod
    def _read(self, frame: int) -> _Loaded:
        """Return a frame's input, made ready; raise any ``PlateError`` or ``OutOfMemory``.

        After an ``OutOfMemory``, here or in the two below, the frame is begun again, once, alone.
        """

    @abstractmethod
    def _paint(self, loaded: _Loaded) -> _Painted:
        """Return what the network makes of a frame; on the thread that has the processors."""

    @abstractmethod
    def _write(self, loaded: _Loaded, painted: _Painted, under: Circumstances) -> None:
        """Write a frame's result, whole or not at all, and in its header what it was made under."""

    def _without_image(self, loaded: _Loaded) -> _Loaded:
        """Return the same without what the network saw, which nobody needs once it is painted."""
        return loaded

    @property
    def _provider(self) -> str:
        """What runs the network; nothing where there is none."""
        return self._network.provider

    def run(self) -> RenderReport:
        """Paint all frames; return what came of it.

        Raises any ``ImpastoError``; a ``RenderCancelled`` says how many frames had been written.
        """
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
            self._provider,
            dict(self._stages),
            time.perf_counter() - self._started,
            tuple(sorted(self._kept)),
            self._plan.bytes / 1e6,
            peak_rss_bytes() / 1e6,
            self._peak_rss_at_tenth,
        )

    def _paint_all(self, readers: ThreadPoolExecutor, writers: ThreadPoolExecutor) -> None:
        left: _Left[_Loaded] = _Left(deque(self._plates.frames))
        reading, writing = left.reading, left.writing
        while left.to_read or left.elsewhere or reading or writing:
            if not (left.to_read or reading or writing):  # what others paint, last of all
                time.sleep(LOOK_AGAIN_SECONDS)
                left.to_read.extend(left.elsewhere)
                left.elsewhere.clear()
            while left.to_read and self._may_read(len(reading), len(writing)):
                frame = left.to_read.popleft()
                reading.append((frame, readers.submit(self._load, frame)))
            self._cancellation.check()
            try:
                if reading:
                    self._paint_next(left, writers)
                else:
                    writing.popleft()[1].result()
                while len(writing) > WRITE_BEHIND or (writing and writing[0][1].done()):
                    writing.popleft()[1].result()
            except OutOfMemory as error:
                self._try_alone(error, left)

    def _paint_next(self, left: _Left[_Loaded], writers: ThreadPoolExecutor) -> None:
        """Paint the frame that was read first, and have it written."""
        frame, loading = left.reading.popleft()
        try:
            loaded = loading.result()
        except PlateError as error:
            if not self._keep_going:
                raise
            self._give_up(frame, error)
            return
        except FrameClaimed:
            if not self._resume:
                raise
            left.elsewhere.append(frame)
            return
        if loaded is None:
            self._keep(frame)
            return
        with _memory_named(frame):
            painted = self._paint(loaded)
        under = Circumstances(self._provider, " ".join(self._notes))
        saving = writers.submit(self._save, self._without_image(loaded), painted, under)
        left.writing.append((frame, saving))

    def _may_read(self, reading: int, writing: int) -> bool:
        """Return whether another plate may be read while so many frames are in memory."""
        return reading < READ_AHEAD and reading + writing < self._plan.frames

    def _try_alone(self, error: OutOfMemory, left: _Left[_Loaded]) -> None:
        """Hold one frame in memory from here on, and begin again the one that found none.

        Raises the error where nothing can give way any more.
        """
        if self._plan.frames == 1 and not (left.reading or left.writing):
            raise error
        self._plan = replace(self._plan, frames=1)
        self._give_memory_back()
        text = f"Memory ran out ({error.width} by {error.height}); one frame is held at a time."
        self._notes.append(text)
        self._warn(error.frame, text)
        again = [] if error.frame is None else [error.frame]
        while left.reading:
            frame, loading = left.reading.popleft()
            loading.exception()  # waits for it; what was wrong is met again
            again.append(frame)
        while left.writing:
            frame, saving = left.writing.popleft()
            try:
                saving.result()
            except OutOfMemory:
                again.append(frame)
        for frame in again:
            self._range.leave(frame)
        left.to_read.extendleft(sorted(again, reverse=True))

    def _give_memory_back(self) -> None:
        """Have the network let go of its memory after the last window of a frame."""
        self._network.gives_memory_back = True

    def _load(self, frame: int) -> _Loaded | None:
        """Return a frame's plate, made ready; None where its result is on disk already.

        Raises ``FrameClaimed`` while another process paints it, and any ``PlateError``.
        """
        if frame in self._plates.missing:
            raise self._plates.missing[frame]
        if not self._range.enter(frame):
            return None
        try:
            with _memory_named(frame):
                return self._read(frame)
        except (PlateError, OutOfMemory):
            self._range.leave(frame)
            raise

    def _run_network(
        self, frame: int, painter: FramePainter, paint: Callable[[], _Result]
    ) -> _Result:
        """Return what ``paint`` does, its time taken; what went otherwise than begun is told."""
        limit_px, fell_back = painter.window_limit_px, self._network.fell_back
        with self._timed("network"):
            painted = paint()
        if self._network.fell_back != fell_back:
            limit_px = self._plan_for_processor(frame, painter, limit_px)
        if painter.window_limit_px < limit_px:
            megapixels = painter.window_limit_px / 1e6
            text = f"Memory ran out; frames are painted in pieces of {megapixels:.2g} megapixels."
            self._notes.append(text)
            self._warn(frame, text)
        return painted

    def _plan_for_processor(self, frame: int, painter: FramePainter, limit_px: int) -> int:
        """Tell that the card was lost, and plan without it; return the windows' new limit."""
        text = f"{self._network.fell_back}; {self._network.provider} goes on."
        plan = self._plan.on_processor
        if plan is not None:
            limit_px = min(limit_px, plan.window_limit_px)
            painter.window_limit_px = min(painter.window_limit_px, limit_px)
            self._plan = replace(plan, frames=min(plan.frames, self._plan.frames))
            self._network.gives_memory_back = self._plan.gives_memory_back
            text += f" Its pieces are of at most {limit_px / 1e6:.2g} megapixels."
        self._notes.append(text)
        self._warn(frame, text)
        if plan is not None and plan.problem:
            self._warn(frame, plan.problem)
        return limit_px

    def _save(self, loaded: _Loaded, painted: _Painted, under: Circumstances) -> None:
        with _memory_named(loaded.frame):
            self._write(loaded, painted, under)
        self._range.leave(loaded.frame)
        with self._lock:
            self._broken_pixels += loaded.broken_pixels
            self._written.append(loaded.frame)
            if len(self._written) == SETTLED_FRAMES:
                self._peak_rss_at_tenth = peak_rss_bytes() / 1e6
            self._tell_progress(loaded.frame, is_written=True)

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
