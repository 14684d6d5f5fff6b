"""Tests of frame ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.errors import FrameRangeInvalid
from nuke_plugin.contract.frame_range import FrameRange


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001", [1001]),
        ("1001-1004", [1001, 1002, 1003, 1004]),
        ("1001-1006x2", [1001, 1003, 1005]),
        ("1001-1003,1030", [1001, 1002, 1003, 1030]),
        ("1030, 1001-1003", [1001, 1002, 1003, 1030]),
        ("1-3 2-4", [1, 2, 3, 4]),
        ("-5--3", [-5, -4, -3]),
        ("-1-1", [-1, 0, 1]),
        ("7-7", [7]),
        (" 0008-0010 ", [8, 9, 10]),
    ],
)
def test_parse(text: str, frames: list[int]) -> None:
    """A text means these frames, rising, each once."""
    assert list(FrameRange.parse(text)) == frames


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("1001-", "'1001-' is neither a frame nor two joined by a dash"),
        ("a-b", "'a-b' is neither a frame nor two joined by a dash"),
        ("1001-1024x", "'1001-1024x' is neither a frame nor two joined by a dash"),
        ("1.5", "'1.5' is neither a frame nor two joined by a dash"),
        ("1,,2,", "a part is empty"),
        ("1001-1024x0", "the step of '1001-1024x0' is 0"),
        ("1024-1001", "'1024-1001' runs backwards"),
        ("0-999999999", "'0-999999999' has more than 1000000 frames"),
        ("0-900000,1000000-1900000", "it has more than 1000000 frames"),
        ("9999999999", "'9999999999' is neither a frame nor two joined by a dash"),
    ],
)
def test_parse_refuses(text: str, reason: str) -> None:
    """A text that is no frame range is refused with the part that is wrong."""
    with pytest.raises(FrameRangeInvalid) as caught:
        FrameRange.parse(text)
    assert caught.value.reason == reason
    assert caught.value.text == text


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        ([], ""),
        ([1001], "1001"),
        ([1001, 1002], "1001-1002"),
        ([1001, 1003], "1001,1003"),
        ([1001, 1003, 1005], "1001-1005x2"),
        ([1001, 1002, 1003, 1010, 1020, 1030], "1001-1003,1010-1030x10"),
        ([1, 10, 11, 12], "1,10-12"),
        ([-3, -2, -1, 0], "-3-0"),
    ],
)
def test_to_text(frames: list[int], text: str) -> None:
    """Frames are told in the usual short form."""
    assert FrameRange.from_frames(frames).to_text() == text


@given(st.sets(st.integers(-99_999, 99_999), min_size=1, max_size=60))
def test_round_trip(frames: set[int]) -> None:
    """Any frames written as text are read back as the same frames."""
    frame_range = FrameRange.from_frames(frames)
    assert FrameRange.parse(frame_range.to_text()) == frame_range


def test_unordered_frames_are_refused() -> None:
    """A range cannot be built with frames out of order or twice, so its order can be relied on."""
    with pytest.raises(ValueError, match="from_frames"):
        FrameRange((2, 1))
    with pytest.raises(ValueError, match="from_frames"):
        FrameRange((1, 1))


def test_reads_as_a_collection() -> None:
    """A range has a length and members."""
    frame_range = FrameRange.parse("1001-1010x3")
    assert len(frame_range) == 4
    assert 1004 in frame_range
    assert 1005 not in frame_range
