"""The command `solve`: sizes are read, and what a user does wrong is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from model_training.cli import USER_ERRORS, app
from model_training.cli.solve import read_size
from model_training.solvers import solving
from model_training.solvers.clip import CLIP_FILE, SHEET_FILE
from model_training.solvers.run_files import find_runs
from model_training.solvers.solving import SolveInvalid


def test_sizes() -> None:
    """A size is width x height; anything else is told with an example."""
    assert read_size("256x320") == (256, 320)
    for wrong in ("256", "256*320", "0x64", "-1x4", "256x320x3", "9999999x9"):
        with pytest.raises(SolveInvalid, match="256x320"):
            read_size(wrong)


def test_command_makes_a_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line makes runs that the reader finds, with pictures where they are asked for."""
    monkeypatch.setitem(solving.WARM_UP_FRAMES, "water", 1)
    line = ["solve", "--effect", "water", "--out", str(tmp_path), "--runs", "2", "--frames", "2"]
    result = CliRunner().invoke(app, [*line, "--size", "32x24", "--seed", "5", "--clip"])
    assert result.exit_code == 0, result.output
    runs = find_runs(tmp_path)
    assert [(run.record.width, run.record.height, run.record.seed) for run in runs] == [
        (32, 24, 5),
        (32, 24, 5),
    ]
    assert (runs[1].folder / SHEET_FILE).is_file()
    assert (runs[1].folder / CLIP_FILE).is_file()


def test_wrong_orders_are_user_errors(tmp_path: Path) -> None:
    """An unknown effect, plates that are not there and other runs in the way end with code 2."""
    line = ["solve", "--out", str(tmp_path), "--frames", "1", "--runs", "1", "--size", "32x24"]
    plates = ["--effect", "fire", "--plates", str(tmp_path / "none")]
    for wrong in (["--effect", "lava"], ["--effect", "water", *plates[2:]], plates):
        result = CliRunner().invoke(app, [*line, *wrong])
        assert isinstance(result.exception, USER_ERRORS), wrong
