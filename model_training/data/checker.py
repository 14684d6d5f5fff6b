"""Holds the check of a data folder: what would stop a run after hours is told before it starts.

Every picture is decoded whole, as training does. What would stop a run has the severity STOPS;
what a run survives and a person should know is a WARNING; how a picture is handled is a NOTE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

import cv2

from model_training.data.checker_facts import (
    FileBroken,
    PictureFacts,
    alike,
    is_left_out,
    read_facts,
)
from model_training.data.photos import SUFFIXES

FEW_PHOTOS = 50
DWARFS = 8.0
"""A folder or style with this many times the mean of the others dwarfs them."""


class Severity(StrEnum):
    """What a finding means for a run."""

    STOPS = "stops"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found: how bad, what kind, in which file or folder, and a sentence."""

    severity: Severity
    kind: str
    """corrupt, missing, empty, tiny, small, few, duplicate, near-duplicate, unbalanced, grey,
    alpha, 16-bit or left-out."""
    place: Path
    says: str


@dataclass(frozen=True)
class PictureSet:
    """Pictures that training reads in one way: a style's paintings, or a folder of photos."""

    name: str
    paths: tuple[Path, ...]
    least_px: int
    """A shorter side stops the run; 1 where any size will do."""
    stored_px: int
    """Short side that a picture is scaled down to."""
    wanted_px: int = 1
    """A shorter side is a warning."""


@dataclass(frozen=True)
class CheckReport:
    """All that was found, and what the pictures take."""

    pictures: int
    """Readable ones."""
    bytes_in_memory: int
    """Of all pictures, scaled as they are stored."""
    findings: tuple[Finding, ...]

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """What would stop a run."""
        return tuple(f for f in self.findings if f.severity is Severity.STOPS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What a run survives and a person should know."""
        return tuple(f for f in self.findings if f.severity is Severity.WARNING)


class DataUnusable(ValueError):
    """A run's data holds what would stop it; the sentence names the first file and the command."""


def pictures_in(folder: Path) -> tuple[Path, ...]:
    """Every picture that training would read in a folder and below it, by name."""
    return tuple(sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES))


def check_pictures(sets: Sequence[PictureSet], workers: int = 2) -> CheckReport:
    """Reads every picture of the sets and tells what is wrong with them, the worst first."""
    paths = sorted({path.resolve() for group in sets for path in group.paths})
    findings: list[Finding] = []
    facts: dict[Path, PictureFacts] = {}
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # the findings tell
    try:
        with ThreadPoolExecutor(max(1, workers)) as pool:
            for path, found in zip(paths, pool.map(_facts_or_finding, paths), strict=True):
                if isinstance(found, Finding):
                    findings.append(found)
                else:
                    facts[path] = found
    finally:
        cv2.utils.logging.setLogLevel(level)
    size = 0
    for group in sets:
        own = [facts[path.resolve()] for path in group.paths if path.resolve() in facts]
        size += sum(picture.bytes_at(group.stored_px) for picture in own)
        findings += [finding for picture in own for finding in _sizes(group, picture)]
    findings += [finding for picture in facts.values() for finding in _handling(picture)]
    findings += _twins(list(facts.values()))
    order = list(Severity)
    findings.sort(key=lambda f: (order.index(f.severity), f.kind, f.place))
    return CheckReport(len(facts), size, tuple(dict.fromkeys(findings)))


def _facts_or_finding(path: Path) -> PictureFacts | Finding:
    if not path.is_file():
        says = "there is no such file"
        return Finding(Severity.STOPS, "missing", path, says)
    try:
        return read_facts(path)
    except FileBroken as error:
        says = f"{error}; replace the file or take it out"
        return Finding(Severity.STOPS, "corrupt", path, says)


def _sizes(group: PictureSet, picture: PictureFacts) -> Iterable[Finding]:
    size = f"{picture.width}x{picture.height}"
    stored = min(picture.short_side_px, group.stored_px)
    if stored < group.least_px:
        says = (
            f"{size} is smaller than the crop of {group.least_px} px; use a larger picture, take "
            "it out, or lower crop_px"
        )
        yield Finding(Severity.STOPS, "tiny", picture.path, says)
    elif picture.short_side_px < group.wanted_px:
        says = (
            f"{size} is smaller than the training scale of {group.wanted_px} px and is not "
            "enlarged, so its strokes come out smaller"
        )
        yield Finding(Severity.WARNING, "small", picture.path, says)


def _handling(picture: PictureFacts) -> Iterable[Finding]:
    if picture.is_grey:
        says = "greyscale; read as three equal channels, it teaches no colour"
        yield Finding(Severity.NOTE, "grey", picture.path, says)
    if picture.has_alpha:
        says = "its alpha is dropped; transparent places show the colour stored under them"
        yield Finding(Severity.NOTE, "alpha", picture.path, says)
    if picture.bits > 8:
        says = f"its {picture.bits} bits are read as 8, as display values"
        yield Finding(Severity.NOTE, "16-bit", picture.path, says)


def _twins(pictures: list[PictureFacts]) -> list[Finding]:
    found = []
    singles = []
    by_digest = sorted(pictures, key=lambda p: (p.digest, p.path))
    for _, same in groupby(by_digest, key=lambda p: p.digest):
        first, *others = same
        singles.append(first)
        for other in others:
            says = f"the same bytes as '{first.path}'; it counts twice"
            found.append(Finding(Severity.WARNING, "duplicate", other.path, says))
    singles.sort(key=lambda p: p.path)
    for first, other in alike(singles):
        says = f"looks like '{first.path}'; one of them is enough"
        found.append(Finding(Severity.WARNING, "near-duplicate", other.path, says))
    return found


def unbalanced(counts: dict[Path, int], what: str) -> list[Finding]:
    """A warning where one of several groups holds far more pictures than the others."""
    if len(counts) < 2:
        return []
    place, most = max(counts.items(), key=lambda item: item[1])
    mean = (sum(counts.values()) - most) / (len(counts) - 1)
    if most <= DWARFS * mean:
        return []
    says = (
        f"{most} of {sum(counts.values())} pictures are in this {what}; it dwarfs the others, so "
        "where all are used alike it decides what is learned"
    )
    return [Finding(Severity.WARNING, "unbalanced", place, says)]


def left_out(folder: Path) -> list[Finding]:
    """A note for each kind of picture in a folder that training does not read."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if is_left_out(path) and path.is_file():
            found.setdefault(path.suffix.lower(), []).append(path)
    return [
        Finding(
            Severity.NOTE,
            "left-out",
            paths[0],
            f"{len(paths)} {suffix} not read; convert to PNG or JPEG what should be trained on",
        )
        for suffix, paths in found.items()
    ]
