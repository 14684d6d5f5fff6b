"""Holds the place a render writes to, checked before the first frame is painted."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nuke_plugin.contract.errors import (
    PatternInvalid,
    ResultFolderUnwritable,
    ResultOverPlate,
    ResultsExist,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.plate_sequence import PlateSequence


@dataclass(frozen=True)
class ResultSequence:
    """The results of one render."""

    pattern: FramePattern
    """Where they go."""

    @classmethod
    def prepare(cls, results: str, plates: PlateSequence, overwrite: bool) -> ResultSequence:
        """Return the place for the results of these plates, its folder made.

        Raises ``PatternInvalid``, ``ResultOverPlate``, ``ResultsExist`` (unless ``overwrite``) or
        ``ResultFolderUnwritable``.
        """
        pattern = FramePattern.parse(results)
        if not results.lower().endswith(".exr"):
            raise PatternInvalid(results, "results are EXR files and it does not end in .exr")
        if not pattern.is_sequence and len(plates.frames) > 1:
            reason = f"it names one file for {len(plates.frames)} frames"
            raise PatternInvalid(results, reason)
        _check_not_over_plates(pattern, plates)
        existing = [frame for frame in plates.frames if pattern.path(frame).exists()]
        if existing and not overwrite:
            raise ResultsExist(results, FrameRange.from_frames(existing).to_text())
        _make_writable(pattern.folder)
        return cls(pattern)


def _check_not_over_plates(pattern: FramePattern, plates: PlateSequence) -> None:
    """Raise ``ResultOverPlate`` when any result is any plate, however the names are spelt."""
    on_disk = plates.pattern.existing_frames()
    plate_files = {_identity(plates.pattern.path(frame)) for frame in (*on_disk, *plates.frames)}
    for frame in plates.frames:
        if _identity(pattern.path(frame)) in plate_files:
            raise ResultOverPlate(pattern.path(frame))


def _identity(path: Path) -> str:
    """Return what two names of one file share: links followed, case as the system has it."""
    return os.path.normcase(os.path.realpath(path))


def _make_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder, prefix=".impasto-"):
            pass
    except OSError as error:
        raise ResultFolderUnwritable(folder, error.strerror or str(error)) from error
