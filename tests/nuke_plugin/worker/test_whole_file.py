"""A file is there whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from nuke_plugin.contract.errors import DiskFull, ResultFolderUnwritable, ResultInUse
from nuke_plugin.worker import whole_file as module
from nuke_plugin.worker.whole_file import whole_file


class WindowsReader:
    """A program that has a file open for some tries, as Windows then lets nobody replace it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int) -> None:
        self._tries = tries
        self._replace = Path.replace
        monkeypatch.setattr(Path, "replace", lambda source, target: self.replace(source, target))
        monkeypatch.setattr(module, "_PAUSES_SECONDS", (0.0, 0.0, 0.0))

    def replace(self, source: Path, target: Path) -> Path:
        """Replace the file, unless it is open."""
        self._tries -= 1
        if self._tries >= 0:
            raise PermissionError(errno.EACCES, "Access is denied")
        return self._replace(source, target)


def test_a_reader_that_soon_lets_go_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is open for a moment is replaced after it."""
    path = tmp_path / "page.png"
    path.write_text("old")
    WindowsReader(monkeypatch, tries=3)
    with whole_file(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_a_file_that_stays_open_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not let go is the error, not its folder, and stays as it was."""
    path = tmp_path / "page.png"
    path.write_text("old")
    WindowsReader(monkeypatch, tries=4)
    with pytest.raises(ResultInUse, match=r"page\.png cannot be replaced: Access is denied"):
        with whole_file(path) as temporary:
            temporary.write_text("new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


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
