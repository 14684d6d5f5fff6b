"""Holds the before/after movie: the plate, a wipe to the painted frames, the painted frames.

VP8 in WebM, because every browser plays it and the OpenCV wheels can write it: they hold no H.264
encoder, and their VP9 takes five times as long for the same quality.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.errors import DiskFull, ResultFolderUnwritable
from nuke_plugin.worker.lettering import Lettering, Picture
from nuke_plugin.worker.whole_file import whole_file

_PASSES_BEFORE = 1
_PASSES_AFTER = 2
_WIPE_LINE_PX = 2


@dataclass(frozen=True)
class Track:
    """One side of the comparison."""

    label: str
    """What is seen, drawn into each picture."""

    pictures: Sequence[Picture]
    """The pictures in order, all of one size, 2x2 or more."""


def write_movie(
    path: Path,
    before: Track,
    after: Track,
    frames_per_second: float,
    credit: str = "",
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Write a ``.webm`` that wipes from ``before`` to ``after``; return its length in frames.

    The shot runs once as the plate, once under the wipe and twice painted. ``credit`` stands small
    in a corner throughout; ``on_progress`` may raise to stop. Raises ``ResultFolderUnwritable``
    and ``DiskFull``; nothing unfinished stays under the final name.
    """
    length = (_PASSES_BEFORE + 1 + _PASSES_AFTER) * len(before.pictures)

    def pictures() -> Iterator[Picture]:
        for done, picture in enumerate(_sequence(before, after)):
            on_progress(done, length)
            _draw_credit(picture, credit)
            yield picture

    return write_pictures(path, pictures(), frames_per_second)


def write_pictures(path: Path, pictures: Iterable[Picture], frames_per_second: float) -> int:
    """Write a ``.webm`` of pictures of one size, one or more; return its length in frames.

    Raises what ``write_movie`` does.
    """
    length = 0
    with whole_file(path) as temporary:
        temporary.touch()  # the system's own reason, where it cannot be written
        coming = iter(pictures)
        first = next(coming)
        height, width = (side - side % 2 for side in first.shape[:2])  # VP8 halves colour
        with _encoder(temporary, frames_per_second, width, height) as encoder:
            for picture in itertools.chain((first,), coming):
                # OpenCV's order is BGR.
                encoder.write(np.ascontiguousarray(picture[:height, :width, ::-1]))
                length += 1
        if count_frames(temporary) != length:  # the encoder does not tell of a write that failed
            raise DiskFull(path)
    return length


def count_frames(path: Path) -> int:
    """Return how many pictures of a movie can be decoded."""
    movie = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    count = 0
    while movie.grab():
        count += 1
    movie.release()
    return count


def _sequence(before: Track, after: Track) -> Iterator[Picture]:
    """Yield the movie's pictures, new ones each time."""
    count = len(before.pictures)
    width = before.pictures[0].shape[1]
    for _ in range(_PASSES_BEFORE):
        for picture in before.pictures:
            yield _labelled(picture, before.label, at_left=False)
    for index, (plate, painted) in enumerate(zip(before.pictures, after.pictures, strict=True)):
        # Slow at both ends, so that it neither starts nor stops with a jerk.
        done = 0.5 - 0.5 * np.cos(np.pi * (index + 0.5) / count)
        edge = round(width * float(done))
        picture = _labelled(plate, before.label, at_left=False)
        picture[:, :edge] = _labelled(painted, after.label, at_left=True)[:, :edge]
        picture[:, edge : edge + _WIPE_LINE_PX] = 255
        yield picture
    for _ in range(_PASSES_AFTER):
        for picture in after.pictures:
            yield _labelled(picture, after.label, at_left=True)


def _labelled(picture: Picture, label: str, at_left: bool) -> Picture:
    """Return a copy with its label on a dark plate, in a lower corner."""
    labelled = picture.copy()
    height, width = picture.shape[:2]
    size = max(height // 27, 10)
    letters = Lettering(size, weight=600)
    text = letters.fitted(label, width - 4 * size)
    box_width = letters.width(text) + size
    left = size if at_left else width - size - box_width
    top, bottom = height - 3 * size + size // 4, height - size
    box = labelled[top:bottom, max(left, 0) : left + box_width]
    box[:] = box // 3
    letters.draw(labelled, text, left + size // 2, bottom - size // 2)
    return labelled


def _draw_credit(picture: Picture, credit: str) -> None:
    """Draw the credit small along the top, with a shadow that keeps it legible on sky."""
    size = max(picture.shape[0] // 45, 8)
    text = Lettering(size).fitted(credit, picture.shape[1] - 2 * size)
    Lettering(size, colour=(0, 0, 0)).draw(picture, text, size + 1, 2 * size + 1)
    Lettering(size).draw(picture, text, size, 2 * size)


@contextmanager
def _encoder(
    path: Path, frames_per_second: float, width: int, height: int
) -> Iterator[cv2.VideoWriter]:
    codec = cv2.VideoWriter.fourcc(*"VP80")
    with _without_notices():
        writer = cv2.VideoWriter(
            str(path), cv2.CAP_FFMPEG, codec, frames_per_second, (width, height)
        )
    try:
        if not writer.isOpened():
            raise ResultFolderUnwritable(path.parent, "OpenCV cannot start its VP8 encoder there")
        yield writer
    finally:
        writer.release()


@contextmanager
def _without_notices() -> Iterator[None]:
    """Keep FFmpeg's remark that WebM writes the codec's name its own way off standard error."""
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as hole:
        os.dup2(hole.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
