"""Tests that a result is written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import DiskFull, ResultFolderUnwritable
from nuke_plugin.worker.exr_output import ResultPart, write_exr
from tests.exr_files import half_rgba, read_exr

resource = pytest.importorskip("resource", reason="Windows limits no process's files")

WRITE_WITH_A_LIMIT = """
import resource, sys
from pathlib import Path
import numpy as np
from nuke_plugin.contract.errors import DiskFull
from nuke_plugin.worker.exr_output import ResultPart, write_exr

noise = np.random.default_rng(0).integers(0, 2**16, (4, 200, 300)).astype(np.uint16)
part = ResultPart.of_rgba(tuple(noise.view(np.float16)))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    write_exr(Path(sys.argv[1]), [part])
except DiskFull as error:
    sys.exit(f"DiskFull: {error}")
"""
"""Writes 480 kB of noise where no file may grow beyond the given size, as on a full disk."""


def picture() -> ResultPart:
    """Return a small picture."""
    return ResultPart.of_rgba(tuple(half_rgba(64, 48).values()))


def write_with_limit(path: Path, limit_bytes: int) -> subprocess.CompletedProcess[str]:
    """Write a picture in a process whose files may not grow beyond a limit."""
    command = [sys.executable, "-c", WRITE_WITH_A_LIMIT, str(path), str(limit_bytes)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("limit_bytes", [0, 100, 5000, 400_000])
def test_a_full_disk_leaves_nothing(tmp_path: Path, limit_bytes: int) -> None:
    """When no byte more can be written the error says so, and no file of any name is left."""
    done = write_with_limit(tmp_path / "result.exr", limit_bytes)
    assert done.returncode == 1, done.stderr
    assert "DiskFull: The disk is full" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_older_result_as_it_was(tmp_path: Path) -> None:
    """A result that cannot be replaced stays whole."""
    result = tmp_path / "result.exr"
    write_exr(result, [picture()])
    before = result.read_bytes()
    assert write_with_limit(result, 5000).returncode == 1
    assert result.read_bytes() == before
    assert list(tmp_path.iterdir()) == [result]


def test_with_room_enough_the_same_write_succeeds(tmp_path: Path) -> None:
    """The limit is what makes the other tests fail, not the picture."""
    done = write_with_limit(tmp_path / "result.exr", 10_000_000)
    assert done.returncode == 0, done.stderr
    assert read_exr(tmp_path / "result.exr").channels["R"].shape == (200, 300)


@pytest.mark.skipif(sys.platform != "linux", reason="mounting a small disk is Linux's own way")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")
def test_a_really_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """On a file system of 300 kB the error says that the disk is full, and nothing is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets nobody mount a disk")
    try:
        noise = np.random.default_rng(0).integers(0, 2**16, (4, 200, 300)).astype(np.uint16)
        part = ResultPart.of_rgba(tuple(noise.view(np.float16)))
        with pytest.raises(DiskFull, match=r"result\.exr"):
            write_exr(disk / "result.exr", [part])
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_is_a_file_is_unwritable(tmp_path: Path) -> None:
    """A result below a file raises the error with the folder's name."""
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(ResultFolderUnwritable, match="folder"):
        write_exr(tmp_path / "folder" / "result.exr", [picture()])


def test_a_result_that_is_a_folder_is_unwritable(tmp_path: Path) -> None:
    """Where a folder stands under the result's name it stays, and nothing else is left."""
    (tmp_path / "result.exr").mkdir()
    with pytest.raises(ResultFolderUnwritable, match="directory"):
        write_exr(tmp_path / "result.exr", [picture()])
    assert list(tmp_path.iterdir()) == [tmp_path / "result.exr"]


def test_the_limits_of_this_process_are_untouched() -> None:
    """The tests above limit other processes, never this one."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
