"""Tests of file patterns, on real files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.errors import PatternInvalid, PlateUnreadable
from nuke_plugin.contract.frame_pattern import FramePattern


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("plate.%04d.exr", "plate.0042.exr"),
        ("plate.####.exr", "plate.0042.exr"),
        ("plate.#.exr", "plate.42.exr"),
        ("plate.%d.exr", "plate.42.exr"),
        ("plate_######_v2.exr", "plate_000042_v2.exr"),
        ("take#2.%03d.exr", "take#2.042.exr"),
        ("50%.####.exr", "50%.0042.exr"),
        ("Bäume im Wald %04d.exr", "Bäume im Wald 0042.exr"),
        ("絵.%04d.exr", "絵.0042.exr"),
        ("still.exr", "still.exr"),
        ("100%.png", "100%.png"),
    ],
)
def test_name(text: str, name: str) -> None:
    """The frame number goes where the pattern says, in at least that many digits."""
    assert FramePattern.parse(text).name(42) == name
    assert FramePattern.parse(text).is_sequence == ("42" in name)


def test_folder_is_left_as_it_is() -> None:
    """A # or a %04d in a folder's name is part of the name."""
    pattern = FramePattern.parse("shot #12/%04d/plate.%04d.exr")
    assert pattern.path(7) == Path("shot #12/%04d/plate.0007.exr")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it names no file"),
        ("   ", "it names no file"),
        ("shot/", "it names no file"),
        ("/", "it names no file"),
        ("a\0.exr", "it holds a zero character"),
        ("plate.%04d.%04d.exr", "the frame number stands in it more than once"),
        ("plate.##.##.exr", "the frame number stands in it more than once"),
        ("plate.%V.%04d.exr", "it stands for several views; name one view's files"),
    ],
)
def test_parse_refuses(text: str, reason: str) -> None:
    """A text that names no files, or not clearly, is refused with the reason."""
    with pytest.raises(PatternInvalid) as caught:
        FramePattern.parse(text)
    assert caught.value.reason == reason


def test_existing_frames(tmp_path: Path) -> None:
    """Only files that the pattern itself would name are its frames."""
    folder = tmp_path / "Schuss 12 – Bäume"
    folder.mkdir()
    ours = ["plate.1001.exr", "plate.1003.exr", "plate.10000.exr", "plate.-012.exr"]
    others = ["plate.12.exr", "plate.01001.exr", "plate.1002.png", "xplate.1002.exr", "plate..exr"]
    for name in (*ours, *others):
        (folder / name).touch()
    pattern = FramePattern.parse(str(folder / "plate.%04d.exr"))
    assert pattern.existing_frames().frames == (-12, 1001, 1003, 10000)


def test_name_with_pattern_characters(tmp_path: Path) -> None:
    """Characters that mean something in regular expressions are plain characters in a name."""
    (tmp_path / "a+(1).1001.exr").touch()
    pattern = FramePattern.parse(str(tmp_path / "a+(1).####.exr"))
    assert pattern.existing_frames().frames == (1001,)


def test_no_folder_no_frames(tmp_path: Path) -> None:
    """A folder that is not there, or is a file, has no frames."""
    assert not FramePattern.parse(str(tmp_path / "none" / "a.%04d.exr")).existing_frames()
    (tmp_path / "file").touch()
    assert not FramePattern.parse(str(tmp_path / "file" / "a.%04d.exr")).existing_frames()


@pytest.mark.skipif(
    os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root and Windows can list every folder",
)
def test_locked_folder(tmp_path: Path) -> None:
    """A folder that may not be listed is told as such, not as a folder without frames."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0)
    with pytest.raises(PlateUnreadable, match="its folder cannot be listed"):
        FramePattern.parse(str(folder / "a.%04d.exr")).existing_frames()


def test_unlistable_folder() -> None:
    """A folder whose name is longer than any name may be is told, not taken for an empty one."""
    with pytest.raises(PlateUnreadable, match="its folder cannot be listed"):
        FramePattern.parse(f"/{'x' * 5000}/a.%04d.exr").existing_frames()


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("plate.1001.exr", 1001),
        ("plate_0012.exr", 12),
        ("0007.png", 7),
        ("photo.png", 1),
        ("v2.png", 1),
    ],
)
def test_single_file(tmp_path: Path, name: str, frame: int) -> None:
    """A single file is the frame at the end of its name, or frame 1, and only if it is there."""
    pattern = FramePattern.parse(str(tmp_path / name))
    assert pattern.existing_frames().frames == ()
    (tmp_path / name).touch()
    assert pattern.existing_frames().frames == (frame,)
    assert pattern.path(1) == pattern.path(2) == tmp_path / name


@given(st.integers(-99_999, 9_999_999), st.integers(1, 9))
def test_round_trip(frame: int, digits: int) -> None:
    """The %04d and the #### form of one pattern name the same file, for any frame."""
    printf = FramePattern.parse(f"a.%0{digits}d.exr")
    hashes = FramePattern.parse(f"a.{'#' * digits}.exr")
    assert printf.name(frame) == hashes.name(frame) == "a." + f"%0{digits}d" % frame + ".exr"
