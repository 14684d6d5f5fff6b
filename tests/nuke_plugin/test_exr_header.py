"""Promises of the header reader, on files that OpenEXR's own library wrote."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import pixels

from nuke_plugin.exr_header import text_attribute, text_attributes

NAME = "impasto/fingerprint"
DIGITS = "9c56cc51b374c3ba189210d5b6d4bf57" * 2


@pytest.fixture
def exr(nuke_host: ModuleType, tmp_path: Path) -> Any:
    """Return how to write a small EXR file with attributes."""

    def write(**attributes: Any) -> Path:
        path = tmp_path / "result.exr"
        rows = {name: [[0.5, 0.25]] for name in "RGB"}
        named = {key.replace("__", "/"): value for key, value in attributes.items()}
        pixels.store_exr(str(path), rows, attributes=named)
        return path

    return write


def test_it_reads_what_a_library_wrote(exr: Any) -> None:
    """A text attribute comes back as it was written, whatever stands before and after it."""
    path = exr(aaa__note="x" * 40_000, impasto__fingerprint=DIGITS, owner="Zoë", zzz=1.5)
    assert text_attribute(path, NAME) == DIGITS
    assert text_attribute(path, "owner") == "Zoë"
    assert text_attribute(path, "aaa/note") == "x" * 40_000


def test_several_are_read_at_once(exr: Any) -> None:
    """Of several attributes those that are there come back, in whatever order they stand."""
    path = exr(aaa__note="first", zzz="last", number=1.5)
    names = ("zzz", "missing", "number", "aaa/note")
    assert text_attributes(path, names) == {"aaa/note": "first", "zzz": "last"}


def test_what_is_not_there_is_none(exr: Any, tmp_path: Path) -> None:
    """An attribute that is absent or no text, and a file that is absent, give None."""
    path = exr(number=2.5)
    assert text_attribute(path, NAME) is None
    assert text_attribute(path, "number") is None
    assert text_attribute(tmp_path / "absent.exr", NAME) is None
    assert text_attribute(tmp_path, NAME) is None


def test_a_file_cut_anywhere_is_no_fault(exr: Any) -> None:
    """However much of a file arrived, the reader gives the whole text or None."""
    path = exr(impasto__fingerprint=DIGITS)
    whole = path.read_bytes()
    found = set()
    for length in range(700):
        path.write_bytes(whole[:length])
        found.add(text_attribute(path, NAME))
    assert found == {None, DIGITS}


def test_other_files_are_none(tmp_path: Path) -> None:
    """Bytes that are no EXR, and headers that lie about their sizes, give None."""
    path = tmp_path / "result.exr"
    magic = b"\x76\x2f\x31\x01\x02\x00\x00\x00"
    for data in (
        b"",
        b"PNG and more than eight bytes",
        magic,
        magic + b"a" * 1000,
        magic + b"name\0string\0\xff\xff\xff\xff",
        magic + b"name\0string\0\xff\xff\xff\x7f",
        magic[:4] + b"\x03\x00\x00\x00" + b"\0",
    ):
        path.write_bytes(data)
        assert text_attribute(path, "name") is None
