"""Promises of what tells the state of a plate's file, on every system that has it."""

from __future__ import annotations

import os
from pathlib import Path

from nuke_plugin.worker.finished_frames import file_digest

WRITTEN_NS = 1_700_000_000_123_456_789


def digest_at(file: Path, nanoseconds: int) -> str:
    """Return the digest of a file with this time."""
    os.utime(file, ns=(nanoseconds, nanoseconds))
    return file_digest(file)


def test_hosts_of_a_farm_agree_on_a_plate(tmp_path: Path) -> None:
    """A time cut to the 100 ns of Windows is the same plate; another time or size is none."""
    file, elsewhere = tmp_path / "plate.exr", tmp_path / "seen_by_windows.exr"
    for one in (file, elsewhere):
        one.write_bytes(b"a plate")
    linux = digest_at(file, WRITTEN_NS)

    assert digest_at(elsewhere, WRITTEN_NS // 100 * 100) == linux
    assert digest_at(elsewhere, WRITTEN_NS + 1000) != linux
    elsewhere.write_bytes(b"a larger plate")
    assert digest_at(elsewhere, WRITTEN_NS) != linux
