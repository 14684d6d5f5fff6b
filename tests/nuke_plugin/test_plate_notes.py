"""Promises of the notes on plates: a plate is used again only if there is no doubt about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nuke_plugin import plate_notes
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.plate_notes import PlateNotes


@pytest.fixture
def pattern(tmp_path: Path) -> FramePattern:
    """Return the pattern of two plates on disk, noted."""
    found = FramePattern.parse(f"{tmp_path.as_posix()}/plate.%04d.exr")
    for frame in (1, 2):
        found.path(frame).write_bytes(b"a plate")
    PlateNotes(found).note({1: "aa", 2: "bb"})
    return found


def test_notes_are_kept(pattern: FramePattern) -> None:
    """What was noted is known the next time, by frame and fingerprint, and more is added to it."""
    notes = PlateNotes(pattern)
    assert notes.is_current(1, "aa")
    assert notes.is_current(2, "bb")
    assert not notes.is_current(1, "bb")
    assert not notes.is_current(3, "aa")
    pattern.path(3).write_bytes(b"a plate")
    notes.note({3: "cc"})
    assert PlateNotes(pattern).is_current(1, "aa")
    assert PlateNotes(pattern).is_current(3, "cc")


def test_hosts_keep_each_other_s_notes(pattern: FramePattern) -> None:
    """What another host noted since the file was read stays, and a plate it wrote again is its."""
    one, other = PlateNotes(pattern), PlateNotes(pattern)
    for frame in (3, 4):
        pattern.path(frame).write_bytes(b"a plate")
    other.note({3: "cc", 2: "new"})
    one.note({4: "dd"})
    now = PlateNotes(pattern)
    assert all(now.is_current(*noted) for noted in ((1, "aa"), (2, "new"), (3, "cc"), (4, "dd")))
    assert not list(pattern.folder.glob(".*.part"))


def test_another_file_is_not_the_plate(pattern: FramePattern) -> None:
    """A plate that was written again by anyone, or is gone, is not the one that was noted."""
    later = pattern.path(1).stat().st_mtime_ns + 1_000_000
    os.utime(pattern.path(1), ns=(later, later))
    pattern.path(2).unlink()
    notes = PlateNotes(pattern)
    assert not notes.is_current(1, "aa")
    assert not notes.is_current(2, "bb")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"plates_as": 1}', '{"plates_as": 1, "plates": 3}', "é"]
)
def test_notes_that_cannot_be_read_are_none(pattern: FramePattern, text: str) -> None:
    """Whatever stands in the file, nothing raises and no plate is used again."""
    plate_notes.notes_path(pattern).write_text(text, encoding="utf-8")
    assert not PlateNotes(pattern).is_current(1, "aa")


def test_plates_of_another_kind_are_none(
    pattern: FramePattern, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the node writes plates another way, those of before are not used."""
    monkeypatch.setattr(plate_notes, "PLATES_AS", plate_notes.PLATES_AS + 1)
    assert not PlateNotes(pattern).is_current(1, "aa")


def test_a_folder_that_cannot_be_written_costs_only_plates(tmp_path: Path) -> None:
    """Notes that cannot be kept raise nothing and leave nothing."""
    pattern = FramePattern.parse(f"{tmp_path.as_posix()}/absent/plate.%04d.exr")
    PlateNotes(pattern).note({1: "aa"})
    assert list(tmp_path.iterdir()) == []


def test_the_file_says_what_it_is(pattern: FramePattern) -> None:
    """The notes are JSON that a person can read, and hide from a list of frames."""
    path = plate_notes.notes_path(pattern)
    assert path.name == ".plate.impasto.json"
    assert list(json.loads(path.read_text(encoding="ascii"))["plates"]) == ["1", "2"]
