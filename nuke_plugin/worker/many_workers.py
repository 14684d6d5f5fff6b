"""Holds the render of one range by several workers on this machine, with the promises of one.

Frames are independent, so who paints which makes no difference to a pixel. Each worker is a process
that speaks the wire (``contract/messages.py``), with a share of the processor's threads and, where
there are several, a graphics card of its own. It is given a few frames at a time, fewer towards the
end, so that all of them stop at about the same time.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import IO

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.errors import (
    ImpastoError,
    RenderCancelled,
    WorkerDied,
    WorkerNotInstalled,
)
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import (
    Failure,
    FrameFailure,
    Message,
    Progress,
    Render,
    Rendering,
    Result,
    Shutdown,
    Warning,
    decode,
    encode,
)
from nuke_plugin.contract.worker_start import (
    PLUGIN_ROOT,
    WORKER_ARGUMENTS,
    cleaned_environment,
    install_command,
)
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.display_hint import is_display_hint
from nuke_plugin.worker.finished_frames import (
    FINISHED,
    painting_digest,
    plates_digest,
    result_state,
)
from nuke_plugin.worker.gpu_devices import DEVICES_VARIABLE, gpu_devices
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import FrameDone, RenderReport, RenderSettings, Studio
from nuke_plugin.worker.plate_sequence import PlateSequence
from nuke_plugin.worker.providers import (
    CARD_SHARE_VARIABLE,
    CUDA,
    THREADS_VARIABLE,
    usable_threads,
    working_providers,
)
from nuke_plugin.worker.result_sequence import ResultSequence
from nuke_plugin.worker.wire_settings import request_of

_LOOK_SECONDS = 0.1
_LEAVE_SECONDS = 10.0
_KEPT_CHARACTERS = 4000


def render_by_many(
    settings: RenderSettings,
    count: int,
    studio: Studio,
    *,
    cancellation: Cancellation,
    on_progress: Callable[[FrameDone], None] = lambda done: None,
    on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
) -> RenderReport:
    """Render as ``pipeline.render`` does, by ``count`` workers; return what came of it all.

    Raises what one worker would raise, and ``WorkerDied``; then no worker is left, and the frames
    that were written stay.
    """
    plates = PlateSequence.find(settings.plates, settings.frames)
    if not settings.keep_going:
        plates.check_complete()
    may_exist = settings.overwrite or settings.resume
    results = ResultSequence.prepare(settings.results, plates, may_exist)
    fingerprints = _fingerprints(settings, plates, studio)
    return paint_by_many(
        _request(settings, fingerprints),
        plates.frames,
        finished(results, fingerprints) if settings.resume else (),
        count,
        cancellation=cancellation,
        on_progress=on_progress,
        on_warning=on_warning,
    )


def paint_by_many(
    request: Rendering,
    frames: FrameRange,
    kept: tuple[int, ...],
    count: int,
    *,
    cancellation: Cancellation,
    on_progress: Callable[[FrameDone], None] = lambda done: None,
    on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
) -> RenderReport:
    """Have ``count`` workers make what a request asks for at these frames but those ``kept``."""
    started = time.perf_counter()
    crew = _Crew(request, frames, kept, count)
    with crew.at_work():
        crew.paint(cancellation, on_progress, on_warning)
    return RenderReport(
        tuple(sorted(crew.written)),
        tuple(sorted(crew.failed, key=lambda failure: failure.frame)),
        crew.broken_pixels,
        ", ".join(sorted(crew.providers)),
        crew.stages,
        time.perf_counter() - started,
        tuple(sorted(crew.kept)),
    )


def graphics_cards(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the graphics cards that CUDA may use, as ``CUDA_VISIBLE_DEVICES`` has it.

    Empty where none works, and where the driver's own tool does not tell.
    """
    if CUDA not in working_providers():
        return ()
    if DEVICES_VARIABLE in environ:
        return tuple(name for name in environ[DEVICES_VARIABLE].split(",") if name.strip())
    return tuple(card.uuid for card in gpu_devices())


def _fingerprints(
    settings: RenderSettings, plates: PlateSequence, studio: Studio
) -> Mapping[str, str]:
    """Return what each frame is to be marked with, as one worker would do it."""
    if not settings.marks_frames:
        return settings.fingerprints
    network = Studio(studio.library, studio.colours).network(
        settings.model, settings.half_precision, use_gpu=False
    )
    how = (settings.light, settings.strokes, settings.tile_px)
    painter = Painter(network, settings.styles, settings.strength, *how)
    digest = painting_digest(painter, settings.colorspace, settings.steady)
    own: dict[str, str] = {}
    for frame in plates.frames:
        with contextlib.suppress(OSError):  # the reading says what is wrong with the plate
            own[str(frame)] = digest + plates_digest(plates.pattern, frame, settings.steady)
    return {**own, **settings.fingerprints}


def finished(results: ResultSequence, fingerprints: Mapping[str, str]) -> tuple[int, ...]:
    """Return the frames that are on disk as they must be."""
    return tuple(
        int(frame)
        for frame, fingerprint in fingerprints.items()
        if result_state(results.pattern.path(int(frame)), fingerprint) == FINISHED
    )


def _request(settings: RenderSettings, fingerprints: Mapping[str, str]) -> Render:
    """Return the worker's request for all frames; paths are absolute, for it runs elsewhere."""
    return request_of(replace(settings, fingerprints=fingerprints))


class _Worker:
    """One worker's process and the thread that hears it."""

    def __init__(self, number: int, environ: Mapping[str, str], heard: _Heard) -> None:
        self.number = number
        self.frames: FrameRange | None = None
        """What it paints now."""
        self.requests = 0
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        command = [sys.executable, *WORKER_ARGUMENTS]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                env=dict(environ),
                cwd=PLUGIN_ROOT,
            )
        except OSError as error:
            self._errors.close()
            found = f"{command[0]} ({error.strerror})"
            raise WorkerNotInstalled([found], install_command()) from error
        self._thread = threading.Thread(target=self._hear, args=(heard,), daemon=True)
        self._thread.start()

    def paint(self, request: Rendering, frames: FrameRange) -> None:
        """Ask for frames; a dead process is heard of by its end."""
        self.requests += 1
        self.frames = frames
        wanted = {str(frame) for frame in frames}
        asked = replace(
            request,
            id=self.requests,
            frames=frames.to_text(),
            fingerprints={f: d for f, d in request.fingerprints.items() if f in wanted},
        )
        if isinstance(asked, RenderEffect):
            moments = {f: moment for f, moment in asked.moments.items() if f in wanted}
            asked = replace(asked, moments=moments)
        self._send(asked)

    def leave(self) -> None:
        """Ask it to stop what it does and go."""
        self._send(Shutdown(self.requests + 1))
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait until it has gone; end it when it does not."""
        try:
            self._process.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def death(self) -> WorkerDied:
        """Return the error of a process that has ended by itself."""
        exit_code = self._process.wait()
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - _KEPT_CHARACTERS))
        lines = self._errors.read().decode("utf-8", "replace").splitlines()
        return WorkerDied(exit_code, lines[-12:])

    def _send(self, message: Message) -> None:
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(encode(message).encode("ascii") + b"\n")
            self._process.stdin.flush()

    def _hear(self, heard: _Heard) -> None:
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                heard.put((self, decode(line.decode("utf-8", "replace"))))
        except ImpastoError as error:  # a line that is no message
            heard.put((self, error))
        heard.put((self, None))


_Heard = queue.SimpleQueue["tuple[_Worker, Message | ImpastoError | None]"]
"""What the workers said; None when one said its last."""


class _Crew:
    """Some workers, what they have still to paint, and what they have painted."""

    def __init__(
        self, request: Rendering, frames: FrameRange, kept: tuple[int, ...], count: int
    ) -> None:
        self._request = request
        self.kept = list(kept)
        self._left = deque(frame for frame in frames if frame not in set(kept))
        self._count = min(count, len(self._left))
        self._first = next(iter(self._left), None)
        self._total = len(frames)
        self._heard: _Heard = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._started = time.perf_counter()
        self._told: set[str] = set()
        self.written: list[int] = []
        self.failed: list[FrameFailure] = []
        self.broken_pixels = 0
        self.providers: set[str] = set()
        self.stages: dict[str, float] = {}

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Have the workers there while the block runs; none is left behind it."""
        try:
            cards = graphics_cards(os.environ) if self._request.execution.use_gpu else ()
            for number in range(self._count):
                environ = _environment(number, self._count, cards)
                self._workers.append(_Worker(number, environ, self._heard))
            yield
        finally:
            for worker in self._workers:
                worker.leave()
            until = time.monotonic() + _LEAVE_SECONDS
            for worker in self._workers:
                worker.wait(until - time.monotonic())

    def paint(
        self,
        cancellation: Cancellation,
        on_progress: Callable[[FrameDone], None],
        on_warning: Callable[[int | None, str], None],
    ) -> None:
        """Paint all frames; raise the first error of any worker."""
        found, self.kept = self.kept, []
        for frame in found:
            self._keep(frame, on_progress)
        for worker in self._workers:
            self._give_next(worker)
        while any(worker.frames is not None for worker in self._workers):
            if cancellation.is_requested:
                raise RenderCancelled(len(self.written))
            try:
                worker, said = self._heard.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if said is None:
                raise worker.death()
            if isinstance(said, ImpastoError):
                raise said
            if isinstance(said, Failure):
                raise said.to_error()
            if isinstance(said, Warning):
                self._pass_on(said, on_warning)
            elif isinstance(said, Progress):
                self.written.append(said.frame)
                on_progress(self._done(said.frame, is_written=True))
            elif isinstance(said, Result):
                self._take(said, on_progress)
                self._give_next(worker)

    def _take(self, result: Result, on_progress: Callable[[FrameDone], None]) -> None:
        self.providers.add(result.provider)
        self.broken_pixels += result.broken_pixels
        for stage, seconds in result.stages.items():
            self.stages[stage] = self.stages.get(stage, 0.0) + seconds
        for failure in result.failed:
            self.failed.append(failure)
            on_progress(self._done(failure.frame, is_written=False))
        for frame in result.kept:
            self._keep(frame, on_progress)

    def _keep(self, frame: int, on_progress: Callable[[FrameDone], None]) -> None:
        self.kept.append(frame)
        on_progress(self._done(frame, is_written=False, was_there=True))

    def _pass_on(self, said: Warning, on_warning: Callable[[int | None, str], None]) -> None:
        """Warn as one worker would, which is given the range once: these are given many slices."""
        if said.frame is None:
            if said.text in self._told:
                return
            self._told.add(said.text)
        # Each slice has a first frame that is looked at; one worker looks at the range's.
        if not is_display_hint(said.text) or said.frame == self._first:
            on_warning(said.frame, said.text)

    def _give_next(self, worker: _Worker) -> None:
        """Give a worker its next frames: half of an equal share of what is left."""
        worker.frames = None
        if self._left:
            size = max(1, len(self._left) // (2 * self._count))
            frames = FrameRange(tuple(self._left.popleft() for _ in range(size)))
            worker.paint(self._request, frames)

    def _done(self, frame: int, is_written: bool, was_there: bool = False) -> FrameDone:
        done = len(self.kept) + len(self.written) + len(self.failed)
        seconds = time.perf_counter() - self._started
        return FrameDone(frame, is_written, done, self._total, seconds, was_there)


def _environment(number: int, count: int, cards: tuple[str, ...]) -> dict[str, str]:
    """Return what one worker of several may use: some threads, and of one graphics card a share."""
    environ = cleaned_environment(os.environ)
    environ[THREADS_VARIABLE] = str(max(1, usable_threads() // count))
    if cards:
        environ[DEVICES_VARIABLE] = cards[number % len(cards)]
    sharing = len(range(number % len(cards), count, len(cards))) if cards else count
    environ[CARD_SHARE_VARIABLE] = str(max(1, sharing))
    return environ
