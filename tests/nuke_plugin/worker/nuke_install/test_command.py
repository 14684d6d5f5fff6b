"""The command `impasto nuke-install`: what it writes where, what it says, its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.errors import NukeFolderInvalid, PluginFolderInvalid
from nuke_plugin.contract.worker_start import PLUGIN_ROOT
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.nuke_install.folders import (
    nuke_folder,
    nuke_user_folder,
    this_installation,
)
from nuke_plugin.worker.nuke_install.lines import FIRST_MARK


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["nuke-install", *arguments])


def _answer(*arguments: str) -> Any:
    """Return the JSON answer of the command in a process of its own, whose output is all its."""
    command = [sys.executable, "-m", "nuke_plugin.worker.cli", "nuke-install", *arguments]
    done = subprocess.run(
        [*command, "--json"], cwd=PLUGIN_ROOT, capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout)


def test_in_and_out_of_the_users_folder(home: Path) -> None:
    """The lines go into ~/.nuke/init.py, once, and --remove leaves no file that it made."""
    first = _call()
    path = home / ".nuke" / "init.py"
    assert (first.exit_code, first.stderr) == (0, "")
    assert str(path) in first.stdout
    written = path.read_bytes()
    assert PLUGIN_ROOT.as_posix().encode() in written

    again = _call()
    assert again.exit_code == 0
    assert "nothing to write" in again.stdout
    assert path.read_bytes() == written

    removed = _call("--remove")
    assert removed.exit_code == 0
    assert not path.exists()
    assert "nothing to take out" in _call("--remove").stdout


def test_show_writes_nothing(home: Path) -> None:
    """--show prints the lines that would come, or go, and no file is made or changed."""
    shown = _call("--show")
    assert shown.exit_code == 0
    assert f"+{FIRST_MARK}" in shown.stdout
    assert "Would change" in shown.stdout
    assert list(home.iterdir()) == []

    _call()
    path = home / ".nuke" / "init.py"
    written = path.read_bytes()
    shown = _call("--show", "--remove")
    assert f"-{FIRST_MARK}" in shown.stdout
    assert path.read_bytes() == written


def test_a_shows_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--nuke-dir writes into a show's init.py, behind what is there, and nowhere else."""
    show = tmp_path / "show 010" / "nuke"
    show.mkdir(parents=True)
    (show / "init.py").write_bytes(b"import nuke\r\n")
    monkeypatch.setenv("NUKE_PATH", str(show))
    answer = _answer("--nuke-dir", str(show))
    assert answer["file"] == str(show / "init.py")
    assert answer["is_written"]
    assert answer["warnings"] == []
    assert (show / "init.py").read_bytes().startswith(b"import nuke\r\n" + FIRST_MARK.encode())
    assert list(home.iterdir()) == []


def test_a_folder_that_nuke_will_not_read_is_told(home: Path, tmp_path: Path) -> None:
    """A show's folder that is not on NUKE_PATH is written, with a warning."""
    show = tmp_path / "show"
    show.mkdir()
    done = _call("--nuke-dir", str(show))
    assert done.exit_code == 0
    assert "NUKE_PATH" in done.stderr
    assert (show / "init.py").is_file()


def test_a_slip_in_the_folders_name_makes_no_folder(home: Path, tmp_path: Path) -> None:
    """A named folder must be there: the error names it, with exit code 2."""
    done = _call("--nuke-dir", str(tmp_path / "shwo"))
    assert done.exit_code == 2
    assert "there is no such folder" in done.stderr
    assert not (tmp_path / "shwo").exists()
    assert _call("--nuke-dir", str(PLUGIN_ROOT)).exit_code == 2
    assert FIRST_MARK not in (PLUGIN_ROOT / "init.py").read_text(encoding="utf-8")


def test_an_error_is_one_sentence_and_changes_nothing(home: Path) -> None:
    """Changed marks end in exit code 2, in words and as JSON, and the file stays."""
    path = home / ".nuke" / "init.py"
    path.parent.mkdir()
    path.write_text(f"{FIRST_MARK}\n", encoding="utf-8")
    for arguments in ([], ["--remove"], ["--show"]):
        done = _call(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "the last mark is missing" in done.stderr
    assert _answer()["error"] == "InstallLinesEdited"
    assert path.read_text(encoding="utf-8") == f"{FIRST_MARK}\n"


def test_check_goes_alone(home: Path) -> None:
    """--check with --show or --remove is refused rather than guessed at."""
    for other in ("--show", "--remove"):
        assert _call("--check", other).exit_code == 2


def test_nukes_folder_is_where_nuke_looks(tmp_path: Path) -> None:
    """It is below HOME on every system, else below the user's profile."""
    assert nuke_user_folder({"HOME": str(tmp_path)}) == tmp_path / ".nuke"
    assert nuke_user_folder({}) == Path.home() / ".nuke"
    (tmp_path / ".nuke").write_text("", encoding="utf-8")
    with pytest.raises(NukeFolderInvalid, match="it is a file"):
        nuke_folder(None, {"HOME": str(tmp_path)})


def test_a_relative_folder_is_meant_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder named from here is told by its whole path."""
    (tmp_path / "nuke").mkdir()
    monkeypatch.chdir(tmp_path)
    assert nuke_folder(Path("nuke"), {}) == tmp_path / "nuke"


def test_site_packages_is_no_plugin_folder(tmp_path: Path) -> None:
    """An Impasto without Nuke's entries, as from a wheel, is not put on Nuke's path."""
    (tmp_path / "nuke_plugin").mkdir()
    with pytest.raises(PluginFolderInvalid, match=r"it has no init\.py"):
        this_installation(tmp_path)


def test_the_python_is_told_by_its_place(tmp_path: Path) -> None:
    """The Python of a virtual environment is written as the link that it is."""
    link = tmp_path / "bin" / "python"
    link.parent.mkdir()
    try:
        link.symlink_to(os.__file__)
    except OSError:
        pytest.skip("this account may make no links")
    assert this_installation(python=str(link)).python == link.as_posix()
