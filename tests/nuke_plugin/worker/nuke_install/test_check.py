"""The check of an installation: every way in which it can be wrong is named."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nuke_plugin.contract.version import VERSION
from nuke_plugin.contract.worker_start import PLUGIN_ROOT
from nuke_plugin.worker.nuke_install import check as module
from nuke_plugin.worker.nuke_install.change import Change
from nuke_plugin.worker.nuke_install.check import check_installation, worker_problems
from nuke_plugin.worker.nuke_install.folders import this_installation
from nuke_plugin.worker.nuke_install.lines import FIRST_MARK, InstallLines
from nuke_plugin.worker.nuke_install.paths import NukePaths, version_of


def install(home: Path, lines: InstallLines | None = None) -> Path:
    """Write the lines into a home's .nuke, and return that folder."""
    folder = home / ".nuke"
    Change.install(folder, lines or this_installation()).apply()
    return folder


def another_impasto(folder: Path, version: str = "0.0.9") -> Path:
    """Make a folder that Nuke would load as Impasto, and return it."""
    for part in ("init.py", "menu.py", "nuke_plugin/nuke_menu.py"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).write_text("", encoding="utf-8")
    (folder / "nuke_plugin" / "contract").mkdir()
    text = f'VERSION = "{version}"\n'
    (folder / "nuke_plugin" / "contract" / "version.py").write_text(text, encoding="utf-8")
    return folder


def names(problems: tuple[Exception, ...] | list[Exception]) -> list[str]:
    """Return the classes of what is wrong."""
    return [type(problem).__name__ for problem in problems]


def path_problems(folder: Path) -> list[str]:
    """Return what is wrong with the way to the plugin."""
    return names(NukePaths.read(folder, os.environ).problems)


# --- the way to the plugin --------------------------------------------------------------------


def test_installed_is_found(home: Path) -> None:
    """After the command Nuke finds this Impasto, by the line that was written."""
    folder = install(home)
    paths = NukePaths.read(folder, os.environ)
    assert paths.problems == ()
    assert [entry.folder for entry in paths.plugins] == [PLUGIN_ROOT]
    assert paths.plugins[0].told_by == f"{folder / 'init.py'}, line 5"
    assert paths.lines == this_installation()


def test_nothing_installed_is_told(home: Path) -> None:
    """Without line or NUKE_PATH the plugin is not on the path; the folders looked at are named."""
    paths = NukePaths.read(home / ".nuke", os.environ)
    assert names(paths.problems) == ["PluginNotOnPath"]
    assert str(home / ".nuke") in str(paths.problems[0])


@pytest.mark.parametrize("way", ["NUKE_PATH", "init.py", "menu.py", "list", "show"])
def test_ways_by_hand_count(home: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who leads Nuke to the plugin by hand has it on the path."""
    folder = home / ".nuke"
    folder.mkdir()
    if way == "NUKE_PATH":
        monkeypatch.setenv("NUKE_PATH", os.pathsep.join(["/nowhere", str(PLUGIN_ROOT)]))
    elif way == "show":
        show = home / "show"
        show.mkdir()
        Change.install(show, this_installation()).apply()
        monkeypatch.setenv("NUKE_PATH", str(show))
    elif way == "list":
        text = f"import nuke\nnuke.pluginAppendPath(['./x', {str(PLUGIN_ROOT)!r}])\n"
        (folder / "init.py").write_text(text, encoding="utf-8")
    else:
        relative = os.path.relpath(PLUGIN_ROOT, folder)
        text = f"import nuke\nif True:\n    nuke.pluginAddPath({relative!r})\n"
        (folder / way).write_text(text, encoding="utf-8")
    assert path_problems(folder) == []


def test_a_folder_that_moved_is_told(home: Path, tmp_path: Path) -> None:
    """When the line leads to nothing, the place and the line are named, and only that."""
    old = tmp_path / "old impasto"
    folder = install(home, InstallLines(old.as_posix(), sys.executable))
    paths = NukePaths.read(folder, os.environ)
    assert names(paths.problems) == ["PluginFolderMoved"]
    assert str(old) in str(paths.problems[0])
    assert "init.py, line 1" in str(paths.problems[0])


def test_two_installations_are_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An Impasto on NUKE_PATH beside the one of the line is named, with versions and origins."""
    folder = install(home)
    other = another_impasto(tmp_path / "other")
    monkeypatch.setenv("NUKE_PATH", str(other))
    paths = NukePaths.read(folder, os.environ)
    assert names(paths.problems) == ["TwoInstallations"]
    said = str(paths.problems[0])
    assert f"{other} 0.0.9 (NUKE_PATH)" in said
    assert f"{PLUGIN_ROOT} {VERSION} ({folder / 'init.py'}, line 5)" in said


def test_another_impasto_than_this_is_told(home: Path, tmp_path: Path) -> None:
    """When Nuke loads another copy than the one this command is of, both are named."""
    other = another_impasto(tmp_path / "other")
    paths = NukePaths.read(install(home, InstallLines(str(other), sys.executable)), os.environ)
    assert names(paths.problems) == ["TwoInstallations"]
    assert f"{PLUGIN_ROOT} {VERSION} (of this command)" in str(paths.problems[0])
    assert paths.root == other


def test_one_folder_found_twice_is_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same folder on NUKE_PATH and in the line is no second installation."""
    folder = install(home)
    monkeypatch.setenv("NUKE_PATH", str(PLUGIN_ROOT))
    assert path_problems(folder) == []


def test_a_file_that_does_not_run_is_told(home: Path) -> None:
    """A slip in init.py that keeps Nuke from running it is named, and so are changed marks."""
    folder = install(home)
    path = folder / "init.py"
    whole = path.read_text(encoding="utf-8")
    path.write_text(f"print 'Nuke 12'\n{whole}", encoding="utf-8")
    assert path_problems(folder) == ["StartupFileBroken"]
    path.write_text(f"{whole}{FIRST_MARK}\n", encoding="utf-8")
    assert path_problems(folder) == ["InstallLinesEdited"]


def test_a_folder_nuke_does_not_read_is_told(home: Path, tmp_path: Path) -> None:
    """A show's folder that is not on NUKE_PATH is said to be unread."""
    show = tmp_path / "show"
    show.mkdir()
    Change.install(show, this_installation()).apply()
    assert path_problems(show) == ["NukeFolderUnread"]


def test_the_version_is_read_without_running_code(tmp_path: Path) -> None:
    """A folder's version is what its code says; this one's is this one's."""
    assert version_of(PLUGIN_ROOT) == VERSION
    assert version_of(another_impasto(tmp_path / "other", "7.8.9")) == "7.8.9"


# --- the worker -------------------------------------------------------------------------------


def test_a_whole_installation_has_no_problem(home: Path) -> None:
    """With the line and this worker all is well: it was really started, to its greeting."""
    found = check_installation(install(home), os.environ)
    assert found.problems == ()
    assert found.python == Path(sys.executable)
    assert found.to_lines()[-1].startswith("All is well")
    assert json.loads(json.dumps(found.to_fields()))["is_ok"]


def test_a_missing_python_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that the line names and that is gone is told by the words of the panel's error."""
    folder = install(home, InstallLines(PLUGIN_ROOT.as_posix(), "/nowhere/python"))
    found = check_installation(folder, os.environ)
    assert names(found.problems) == ["WorkerNotInstalled"]
    assert "IMPASTO_PYTHON names" in str(found.problems[0])
    assert found.python is None
    assert found.to_lines()[-2:] == ["Problems", f"  {found.problems[0]}"]
    # A variable that is set goes before the line, as in Nuke.
    monkeypatch.setenv("IMPASTO_PYTHON", "/elsewhere/python")
    assert "elsewhere" in str(check_installation(folder, os.environ).problems[0])


def script(path: Path, *lines: str) -> Path:
    """Write a program that stands for a Python which is not as it should be."""
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


needs_sh = pytest.mark.skipif(os.name == "nt", reason="the false Pythons here are shell scripts")
PYTHON = shlex.quote(sys.executable)


@needs_sh
@pytest.mark.parametrize(
    ("lines", "error", "words"),
    [
        (["exit 0"], "WorkerNotInstalled", "it is no Python"),
        (["echo 'libpython3.11.so: not found' >&2", "exit 127"], "WorkerBroken", "libpython3"),
        (["kill -9 $$"], "WorkerBroken", "exit code -9"),
        (["echo '[[3, 9, 18], \"\"]'"], "WorkerNotInstalled", "Python 3.9.18, 3.11 or newer"),
        (
            [f'test "$1" = -m || exec {PYTHON} "$@"', "echo hello"],
            "MessageInvalid",
            "is not a message",
        ),
        (
            [
                'test "$1" = -m || { echo \'[[3, 11, 1], "0.0.9"]\'; exit 0; }',
                f'exec {PYTHON} "$@"',
            ],
            "WorkerVersionDiffers",
            "has Impasto 0.0.9, and the plugin is",
        ),
    ],
)
def test_a_wrong_python_is_told(lines: list[str], error: str, words: str, tmp_path: Path) -> None:
    """No Python, a broken one, an old one, one that says something else, another version's."""
    python = script(tmp_path / "py thon", *lines)
    found = worker_problems(python, PLUGIN_ROOT, os.environ)
    assert names(found) == [error]
    assert words in str(found[0])
    assert str(python) in str(found[0]) or error == "MessageInvalid"


def test_a_python_without_the_packages_is_told(tmp_path: Path) -> None:
    """An environment in which nothing is installed lacks packages: the first one is named."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    python = tmp_path / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    found = worker_problems(python, PLUGIN_ROOT, os.environ)
    assert names(found) == ["WorkerNotInstalled"]
    assert "ModuleNotFoundError: No module named" in str(found[0])
    assert "setup" in str(found[0]) or "pip install" in str(found[0])


@needs_sh
def test_a_python_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    """The start is waited for only so long."""
    python = script(tmp_path / "python", "exec sleep 60")
    found = worker_problems(python, PLUGIN_ROOT, os.environ, timeout_seconds=0.3)
    assert names(found) == ["WorkerTimeout"]


@needs_sh
def test_a_file_that_cannot_be_run_is_told(tmp_path: Path) -> None:
    """A Python that the system does not start is told as not installed, with the reason."""
    python = tmp_path / "python"
    python.write_text("", encoding="utf-8")
    found = worker_problems(python, PLUGIN_ROOT, os.environ)
    assert names(found) == ["WorkerNotInstalled"]
    assert "Permission denied" in str(found[0])


def test_the_record_of_an_old_build_in_the_folder_does_not_count(tmp_path: Path) -> None:
    """What a build left in the plugin's folder says nothing about the worker's Python."""
    record = tmp_path / "impasto.egg-info"
    record.mkdir()
    text = "Metadata-Version: 2.1\nName: impasto\nVersion: 0.0.1\n"
    (record / "PKG-INFO").write_text(text, encoding="utf-8")
    number, installed = module._python_facts(Path(sys.executable), tmp_path, os.environ, 60)
    assert number == sys.version_info[:3]
    assert installed != "0.0.1"
