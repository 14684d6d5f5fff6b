"""A file is there whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import DiskFull, ResultFolderUnwritable
from nuke_plugin.worker.whole_file import whole_file


def test_file_appears_only_when_it_is_finished(tmp_path: Path) -> None:
    """Under the final name stands nothing until the block has ended, then everything."""
    path = tmp_path / "new folder" / "page.png"
    with whole_file(path) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        assert temporary.suffix == ".png"
    assert path.read_text() == "half"
    assert [file.name for file in path.parent.iterdir()] == ["page.png"]


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """When writing fails the earlier file stays and nothing else is left."""
    path = tmp_path / "page.png"
    path.write_text("old")

    def fail_half_way() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_full_disk_is_told_as_such(tmp_path: Path) -> None:
    """ENOSPC becomes ``DiskFull``, any other system error names the folder."""
    path = tmp_path / "page.png"
    with pytest.raises(DiskFull, match=r"page\.png"), whole_file(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(ResultFolderUnwritable, match="Read-only"), whole_file(path):
        raise OSError(errno.EROFS, "Read-only file system")
