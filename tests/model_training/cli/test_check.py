"""The promises of `impasto-train check`: a table or JSON, and an exit code for scripts."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from model_training.cli import main


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run impasto-train in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["impasto-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_usable_folder_ends_with_0(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    config_file: Path,
    training_data: Path,
) -> None:
    """Warnings are shown and do not fail."""
    assert run(monkeypatch, "check", training_data, "--config", config_file) == 0
    said = capsys.readouterr().out
    assert "warning" in said
    assert "0 would stop a run" in said


def test_a_broken_picture_ends_with_1_and_stands_in_the_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """`--json` is one object that names the file and says whether the data is usable."""
    broken = tmp_path / "[red] broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 cut off")
    assert run(monkeypatch, "check", tmp_path, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["usable"]
    (finding,) = answer["findings"]
    assert (finding["severity"], finding["kind"]) == ("stops", "corrupt")
    assert Path(finding["place"]).name == broken.name
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "check", tmp_path) == 1
    assert "[red] broken.jpg" in capsys.readouterr().out


def test_a_folder_that_is_not_there_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A typo in the folder's name is a user's error, told in one sentence."""
    assert run(monkeypatch, "check", tmp_path / "nothing") == 2
    assert "There is no data folder" in capsys.readouterr().err
