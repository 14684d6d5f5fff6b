"""Promises of the self-check without a GUI: what it prints, writes, and returns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from nuke_plugin.self_check import in_terminal
from nuke_plugin.self_check.table import TABLE

ROOT = Path(__file__).resolve().parents[3]
HOST_FOLDER = ROOT / "tests" / "standin" / "host"


def test_it_prints_and_writes_what_it_found(
    terminal_nuke: ModuleType, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report is printed and written, where it went is said, and nothing broken is code 0."""
    asked = ["--only", "frame-ranges", "--only", "qt-binding", "--out", str(tmp_path / "out")]
    code = in_terminal.main(asked)
    said = capsys.readouterr().out
    files = sorted(path.suffix for path in (tmp_path / "out").iterdir())

    assert code == in_terminal.DONE
    assert files == [".json", ".txt"]
    assert "1 held, 0 broken, 1 not applicable" in said
    assert str(tmp_path / "out") in said
    assert "panel's Log tab" in said


def test_what_is_broken_is_code_1(
    terminal_nuke: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A farm's or a TD's script learns that this Nuke differs."""
    monkeypatch.setattr(terminal_nuke.FrameRanges, "toFrameList", lambda self: [])

    assert in_terminal.main(["--only", "frame-ranges", "--out", str(tmp_path)]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "frame-rangs"], "There is no assumption frame-rangs; --list names them all."),
        (["--only", "frame-ranges", "--out", "{taken}"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_code_2(
    terminal_nuke: ModuleType,
    tmp_path: Path,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An unknown name, or a place that cannot be written, is one sentence."""
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    code = in_terminal.main([text.format(taken=taken) for text in arguments])

    assert code == in_terminal.CANNOT
    assert said in capsys.readouterr().out


def test_in_a_gui_it_refuses(nuke: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a user's script may be open it closes none."""
    nuke.nodes.Grade(name="Mine")

    assert in_terminal.main([]) == in_terminal.CANNOT
    assert "panel's Log" in capsys.readouterr().out
    assert nuke.toNode("Mine") is not None


def test_the_list_names_all(terminal_nuke: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Every assumption is named with its sentence, and none is tried."""
    assert in_terminal.main(["--list"]) == in_terminal.DONE
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{one.id} ({one.where}): {one.sentence}" for one in TABLE]


def test_as_nuke_runs_it(tmp_path: Path) -> None:
    """Run by its path in a Nuke that knows no plugin, it finds the plugin and its arguments."""
    command = [sys.executable, "-S", str(ROOT / "tests/nuke_plugin/terminal_run.py")]
    file = ROOT / "nuke_plugin" / "self_check" / "in_terminal.py"
    asked = ["--out", str(tmp_path), "--only", "raw-arguments", "--only", "frame-ranges"]
    done = subprocess.run(
        [*command, str(HOST_FOLDER), str(file), *asked],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == in_terminal.DONE, done.stdout + done.stderr
    (written,) = tmp_path.glob("*.json")
    report = json.loads(written.read_text(encoding="utf-8"))
    assert [one["state"] for one in report["findings"]] == ["held", "held"]
    assert report["environment"]["Mode"] == "terminal"
