"""Holds the task that looks at every frame of a job when all others are done.

A farm reports tasks, not pictures: a drive that lost a file, a host that wrote to another place or
an old frame that was kept show only here. What killed tasks left beside the frames goes too.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.errors import FramesNotRight, PlateError, PlateUnreadable
from nuke_plugin.contract.farm_job import FarmJob, FarmOutput, FarmPainting
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.effects.effect_file import windows_of
from nuke_plugin.worker.effects.matte import header_of
from nuke_plugin.worker.farm.task_lines import TaskLines
from nuke_plugin.worker.finished_frames import fingerprint_of
from nuke_plugin.worker.frame_claims import FrameClaims, LocksMissing
from nuke_plugin.worker.image_file import PlateImage, read_plate
from nuke_plugin.worker.movie import count_frames

MISSING = "missing"
UNREADABLE = "not readable to its end"
OTHER_SETTINGS = "painted with other settings or from another plate"
OTHER_SIZE = "of another size than its plate"
NOT_FINITE = "NaN or infinite where its plate is not"
NOT_PAINTED = "not painted, because the plate is missing or cannot be read"
NOT_COUNTED = "there, and its length cannot be read here"

LEFT_BEHIND_SECONDS = 15 * 60
"""A file that is being written is younger: what is older was left by a task that was killed."""

_NO_FAULT = (NOT_COUNTED, NOT_PAINTED)

_READERS = 4


def verify(job: FarmJob, cancellation: Cancellation, lines: TaskLines) -> None:
    """Read every frame of a job back; raise ``FramesNotRight`` with all that are not as they must.

    A painted frame must be there, readable, of the job's settings (and plate, where the job knows
    it), of its plate's size, and finite where its plate is. What Nuke wrote must be there and
    readable, and a movie as long as its frames are many. A movie that cannot be read here is told,
    and with ``keep_going`` so are frames that have no plate. Raises ``RenderCancelled``.
    """
    to_look_at: list[tuple[str, int, FarmPainting | FarmOutput]] = [
        (painting.request.results, frame, painting)
        for painting in job.paintings
        for frame in painting.frames
    ]
    for output in job.outputs:
        frames = FrameRange.parse(output.frames).frames
        looked_at = frames if output.is_sequence else frames[:1]
        to_look_at += [(output.pattern, frame, output) for frame in looked_at]
    wrong: dict[str, dict[str, list[int]]] = {}
    with ThreadPoolExecutor(_READERS, "impasto-verify") as readers:
        looks = readers.map(lambda look: _problem(look[2], look[1], job.keep_going), to_look_at)
        for done, ((pattern, frame, _), problem) in enumerate(
            zip(to_look_at, looks, strict=True), start=1
        ):
            if cancellation.is_requested:
                readers.shutdown(cancel_futures=True)
            cancellation.check()
            lines.progress(done, len(to_look_at))
            if problem:
                wrong.setdefault(problem, {}).setdefault(pattern, []).append(frame)
    for pattern in {painting.request.results for painting in job.paintings}:
        _tidy(FramePattern.parse(pattern))
    told = 0
    for note in _NO_FAULT:
        if note in wrong:
            found = wrong.pop(note)
            told += sum(map(len, found.values()))
            lines.warn(None, f"{_text(found)}: {note}")
    if wrong:
        raise FramesNotRight({problem: _text(found) for problem, found in wrong.items()})
    lines.status(f"{len(to_look_at) - told} frames read back, all as they must be")


def _text(found: dict[str, list[int]]) -> str:
    return ", ".join(
        f"{FrameRange.from_frames(frames).to_text()} of {pattern}"
        for pattern, frames in found.items()
    )


def _problem(what: FarmPainting | FarmOutput, frame: int, keep_going: bool) -> str:
    """Return what is wrong with one frame, empty for nothing."""
    if isinstance(what, FarmOutput):
        file = FramePattern.parse(what.pattern).path(frame)
        length = None if what.is_sequence else len(FrameRange.parse(what.frames))
        return _problem_of_output(file, length)
    problem = _problem_of_result(what, frame)
    # Paint has told of the plate and gone on; to run it again would change nothing.
    if problem == MISSING and keep_going and _input(what, frame) is None:
        return NOT_PAINTED
    return problem


def _problem_of_output(file: Path, length: int | None) -> str:
    """Return what is wrong with a file of Nuke's; ``length`` is a movie's, in frames."""
    try:
        if not file.stat().st_size:
            return UNREADABLE
    except OSError:
        return MISSING
    picture = oiio.ImageInput.open(str(file))
    if picture is None:
        oiio.geterror()
        # A movie, or what only Nuke reads.
        return "" if length is None else _problem_of_movie(file, length)
    try:
        is_read = picture.read_image(0, 0, 0, -1, oiio.UNKNOWN) is not None
    finally:
        picture.close()
    return "" if is_read else UNREADABLE


def _problem_of_movie(file: Path, length: int) -> str:
    found = count_frames(file)
    if not found:
        return NOT_COUNTED
    return "" if found == length else f"a movie of {found} frames in place of {length}"


def _problem_of_result(painting: FarmPainting, frame: int) -> str:
    result = FramePattern.parse(painting.request.results).path(frame)
    if not result.exists():
        return MISSING
    known = fingerprint_of(result)
    wanted = painting.request.fingerprints.get(str(frame), painting.settings_digest)
    if known is None:
        return UNREADABLE
    if not known.startswith(wanted):
        return OTHER_SETTINGS
    try:
        picture = read_plate(result)
    except PlateUnreadable:
        return UNREADABLE
    given = _input(painting, frame)
    if given is not None and _windows(picture.painted.spec) != given.windows:
        return OTHER_SIZE
    is_broken = ~np.isfinite(picture.colours())
    plate = None if given is None else given.plate
    if is_broken.any() and (plate is None or (is_broken & np.isfinite(plate.colours())).any()):
        return NOT_FINITE
    return ""


@dataclass(frozen=True)
class _Input:
    """What a frame was painted from, as far as its result is compared with it."""

    windows: tuple[int, ...]
    """What the result's must be."""

    plate: PlateImage | None
    """The plate; None for a matte, whose effect is finite whatever it holds."""


def _input(painting: FarmPainting, frame: int) -> _Input | None:
    """Return a frame's plate or matte, None where it cannot be read: it may be gone by now."""
    file = FramePattern.parse(painting.request.plates).path(frame)
    if isinstance(painting.request, RenderEffect):
        spec = header_of(file)
        return None if spec is None else _Input(windows_of(spec), None)
    with contextlib.suppress(PlateError):
        plate = read_plate(file)
        return _Input(_windows(plate.painted.spec), plate)
    return None


def _windows(spec: Any) -> tuple[int, ...]:
    return (spec.x, spec.y, spec.width, spec.height, spec.full_width, spec.full_height)


def _tidy(results: FramePattern) -> None:
    """Take away what tasks that were killed have left beside the results."""
    for left in _left_behind(results):
        with contextlib.suppress(OSError):
            left.unlink()
    claims = FrameClaims(results)
    for frame in results.existing_frames():
        file = results.path(frame)
        if file.with_name(f".{file.name}.claim").exists():
            with contextlib.suppress(OSError, LocksMissing):
                claims.take(frame)  # nobody holds it: the file alone means nothing
    claims.release_all()


def _left_behind(results: FramePattern) -> Iterator[Path]:
    now = time.time()
    with contextlib.suppress(OSError):
        for file in results.folder.iterdir():
            is_part = file.name.startswith(f".{results.before}") and ".part" in file.name
            if is_part and now - file.stat().st_mtime > LEFT_BEHIND_SECONDS:
                yield file
