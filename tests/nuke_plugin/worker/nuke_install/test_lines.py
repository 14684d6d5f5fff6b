"""The lines in Nuke's init.py: they come and go, and a person's bytes stay as they are."""

from __future__ import annotations

import ast
import os
import secrets
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract.errors import (
    InstallLinesEdited,
    StartupFileBroken,
    StartupFileUnreadable,
    StartupFileUnwritable,
)
from nuke_plugin.worker.nuke_install.lines import (
    FIRST_MARK,
    LAST_MARK,
    InstallLines,
    StartupFile,
)

LINES = InstallLines("/opt/impasto", "/opt/impasto/.venv/bin/python")
MOVED = InstallLines("/studio/Größe 映/im'pas\"to", "/studio/py thon/bin/python")
PATH = Path("/home/a/.nuke/init.py")

CONTENTS = {
    "no file": None,
    "an empty file": b"",
    "a usual file": b"import nuke\nnuke.pluginAddPath('./gizmos')\n",
    "no final newline": b"import nuke\nx = 1",
    "one line without an end": b"x = 1",
    "Windows": b"import nuke\r\nx = 1\r\n",
    "Windows, no final newline": b"import nuke\r\nx = 1",
    "old Macintosh": b"import nuke\rx = 1\r",
    "mixed endings": b"import nuke\r\nx = 1\n\ny = 2\r\n",
    "empty lines at the end": b"x = 1\n\n\n",
    "UTF-8 with a mark": b"\xef\xbb\xbfx = '\xc3\xa9'\n",
    "Latin-1": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "an indented end": b"if True:\n    x = 1",
    "a future import": b'"""Mine."""\nfrom __future__ import annotations\nx = 1\n',
    "a form feed": b"x = 1\n\x0c\ny = 2\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_taken_out_again_nothing_is_left(content: bytes | None) -> None:
    """What stood in the file before stands there again, byte for byte, after in and out."""
    installed = StartupFile(PATH, StartupFile(PATH, content).with_lines(LINES))
    assert installed.placed is not None
    assert installed.placed.lines == LINES
    assert installed.without_lines() == content


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_persons_lines_stay_in_front(content: bytes | None) -> None:
    """The lines follow what was there, with its line endings and its end."""
    installed = StartupFile(PATH, content).with_lines(LINES)
    before = content or b""
    assert installed.startswith(before)
    added = installed[len(before) :]
    last = before.splitlines(keepends=True)[-1:]
    if b"\r\n" in before and b"\r\n" in (last or [b""])[0]:
        assert added.count(b"\n") == added.count(b"\r\n")
    is_ended = content is None or before.endswith((b"\r", b"\n"))
    assert installed.endswith((b"\r", b"\n")) == is_ended
    assert ast.unparse(ast.parse(installed).body[-1]) == "nuke.pluginAddPath('/opt/impasto')"


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_the_second_time_changes_nothing(content: bytes | None) -> None:
    """Installing twice gives the same bytes as once."""
    once = StartupFile(PATH, content).with_lines(LINES)
    assert StartupFile(PATH, once).with_lines(LINES) == once


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_new_paths_take_the_old_ones_place(content: bytes | None) -> None:
    """Installing from another folder changes the paths only, and still goes without a trace."""
    once = StartupFile(PATH, content).with_lines(LINES)
    moved = StartupFile(PATH, StartupFile(PATH, once).with_lines(MOVED))
    assert moved.placed is not None
    assert moved.placed.lines == MOVED
    assert moved.content is not None
    assert moved.content.count(FIRST_MARK.encode()) == 1
    assert moved.without_lines() == content


def test_lines_added_behind_stay() -> None:
    """What a person writes behind the lines later stays where it is, in and out."""
    installed = StartupFile(PATH, b"x = 1").with_lines(LINES)
    edited = StartupFile(PATH, installed + b"\ny = 2\n")
    moved = StartupFile(PATH, edited.with_lines(MOVED))
    assert moved.content is not None
    assert moved.content.endswith(LAST_MARK.encode() + b"\ny = 2\n")
    assert moved.without_lines() == b"x = 1\ny = 2\n"


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_path_is_written_so_that_python_reads_it(folder: str, python: str) -> None:
    """Quotes, backslashes, other scripts: the lines are ASCII, and Python and we read the paths."""
    lines = InstallLines(folder, python)
    content = StartupFile(PATH, None).with_lines(lines)
    assert content.isascii()
    found = StartupFile(PATH, content).placed
    assert found is not None
    assert found.lines == lines
    strings = [
        node.value for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Constant)
    ]
    assert {folder, python} <= set(strings)


DAMAGES = {
    "the last mark is missing": lambda text: text.replace(LAST_MARK, "# gone"),
    "the first mark is missing": lambda text: text.replace(FIRST_MARK, "# gone"),
    "the first mark stands there 2 times": lambda text: text + FIRST_MARK + "\n",
    "the last mark stands before the first": lambda text: (
        text.replace(LAST_MARK, "@").replace(FIRST_MARK, LAST_MARK).replace("@", FIRST_MARK)
    ),
    "what stands between the marks": lambda text: text.replace("import os", "import os, mine"),
    "not what was written": lambda text: text.replace("/opt/impasto')", "' + mine)"),
    "is not what was": lambda text: text.replace("import nuke\n", "import nuke\nmine()\n"),
}


@pytest.mark.parametrize("reason", DAMAGES)
@pytest.mark.parametrize("action", ["install", "remove"])
def test_lines_that_were_changed_are_refused(reason: str, action: str) -> None:
    """Changed lines or marks are neither replaced nor taken out, and it is said where and why."""
    whole = StartupFile(PATH, b"x = 1\n").with_lines(LINES).decode()
    damaged = DAMAGES[reason](whole)
    assert damaged != whole
    file = StartupFile(PATH, damaged.encode())
    with pytest.raises(InstallLinesEdited, match=reason) as caught:
        file.with_lines(MOVED) if action == "install" else file.without_lines()
    assert caught.value.line == (7 if reason == "the first mark is missing" else 2)
    assert str(PATH) in caught.value.message


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"import nuke\nprint 'Nuke 12'\n", 2), (b"x = '''\n", 1), ("x = 1\n".encode("utf-16"), 1)],
    ids=["Python 2", "an open string", "UTF-16"],
)
def test_a_file_that_nuke_cannot_run_is_refused(content: bytes, line: int) -> None:
    """In a file that is not Python 3 no line would take effect: that is said, with the line."""
    with pytest.raises(StartupFileBroken) as caught:
        StartupFile(PATH, content).with_lines(LINES)
    assert caught.value.line == line


# --- on the disk ------------------------------------------------------------------------------


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """An init.py that is a link into another folder is written there, permissions kept."""
    real = tmp_path / "dotfiles" / "nuke init.py"
    real.parent.mkdir()
    real.write_bytes(b"x = 1\n")
    real.chmod(0o640)
    link = tmp_path / "init.py"
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("this account may make no links")
    file = StartupFile.read(link)
    file.write(file.with_lines(LINES))
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"x = 1\n" + FIRST_MARK.encode())
    if os.name != "nt":
        assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in real.parent.iterdir()] == [real.name]


def test_what_somebody_writes_meanwhile_is_not_lost(tmp_path: Path) -> None:
    """A file that changed between reading and writing is left as it is now."""
    path = tmp_path / "init.py"
    path.write_bytes(b"x = 1\n")
    file = StartupFile.read(path)
    path.write_bytes(b"x = 2\n")
    with pytest.raises(StartupFileUnwritable, match="another program"):
        file.write(file.with_lines(LINES))
    assert path.read_bytes() == b"x = 2\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be written the sentence says so, and the file stays."""
    path = tmp_path / "init.py"
    path.write_bytes(b"x = 1\n")
    # In the way of the temporary file: refused for every user, root too.
    monkeypatch.setattr(secrets, "token_hex", lambda length: "0")
    (tmp_path / f".init.{os.getpid()}-0.part.py").mkdir()
    file = StartupFile.read(path)
    with pytest.raises(StartupFileUnwritable, match=r"init\.py cannot be written: .*--show"):
        file.write(file.with_lines(LINES))
    assert path.read_bytes() == b"x = 1\n"


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="this user is not bound by permissions"
)
@pytest.mark.parametrize("protected", ["file", "folder"])
def test_permissions_are_respected(tmp_path: Path, protected: str) -> None:
    """A write-protected file is not replaced by way of its folder, nor a folder's file."""
    path = tmp_path / "init.py"
    path.write_bytes(b"x = 1\n")
    (path if protected == "file" else tmp_path).chmod(0o500)
    file = StartupFile.read(path)
    try:
        with pytest.raises(StartupFileUnwritable):
            file.write(file.with_lines(LINES))
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == b"x = 1\n"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """An init.py that is there and cannot be read is no empty one."""
    (tmp_path / "init.py").mkdir()
    with pytest.raises(StartupFileUnreadable, match=r"init\.py cannot be read"):
        StartupFile.read(tmp_path / "init.py")
