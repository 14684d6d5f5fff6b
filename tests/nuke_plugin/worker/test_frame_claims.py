"""Tests of the claims by which processes share one range."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import ResultFolderUnwritable
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.worker import frame_claims
from nuke_plugin.worker.frame_claims import FrameClaims, LocksMissing

ROOT = Path(__file__).resolve().parents[3]


def claims_in(folder: Path) -> FrameClaims:
    """Return a claimant of the frames of one pattern in a folder."""
    return FrameClaims(FramePattern.parse(str(folder / "painted.%04d.exr")))


def test_a_frame_is_one_claimants_until_it_is_given_free(tmp_path: Path) -> None:
    """A second claimant is refused, gets another frame, and the first one's once it is free."""
    first, second = claims_in(tmp_path), claims_in(tmp_path)
    assert first.take(7)
    assert not second.take(7)
    assert second.take(8)
    first.release(7)
    assert second.take(7)
    second.release_all()
    assert list(tmp_path.iterdir()) == []


def test_a_claim_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """What a killed process leaves of a claim keeps nobody from the frame, and goes with it."""
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from tests.nuke_plugin.worker.test_frame_claims import claims_in\n"
        f"claims = claims_in(Path({str(tmp_path)!r}))\n"
        "assert claims.take(7)\nprint('taken', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "taken\n"
    ours = claims_in(tmp_path)
    assert not ours.take(7)
    other.kill()
    other.communicate()
    assert len(list(tmp_path.iterdir())) == 1
    assert ours.take(7)
    ours.release(7)
    assert list(tmp_path.iterdir()) == []


def test_a_claim_on_a_file_that_was_just_taken_away_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opened the file just before its owner took it away starts again, with a new file."""
    ours, other = claims_in(tmp_path), claims_in(tmp_path)
    assert other.take(7)
    lock = frame_claims._locked
    turns: list[int] = []

    def locked_late(descriptor: int) -> bool:
        turns.append(descriptor)
        other.release(7)  # after our opening, before our lock
        return lock(descriptor)

    monkeypatch.setattr(frame_claims, "_locked", locked_late)
    assert ours.take(7)
    assert len(turns) == 2
    monkeypatch.undo()
    assert not other.take(7)


def test_a_folder_without_locks_and_one_that_is_none_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is an error of its own, and no file is left."""
    with pytest.raises(ResultFolderUnwritable):
        claims_in(tmp_path / "nowhere").take(7)

    def no_locks(descriptor: int) -> bool:
        raise LocksMissing

    monkeypatch.setattr(frame_claims, "_locked", no_locks)
    with pytest.raises(LocksMissing):
        claims_in(tmp_path).take(7)
    assert list(tmp_path.iterdir()) == []
