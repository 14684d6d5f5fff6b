"""The promises of a run's start: what stops it is told before it starts, and nothing is left."""

from __future__ import annotations

import errno
import io
import json
import sys
from pathlib import Path

import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file

from model_training.cli import estimate, main, running, told
from model_training.cli.estimate import MachineTooSmall
from model_training.cli.machine import _left_in_container
from model_training.cli.reporter import Reporter, duration
from model_training.training.config import TrainingConfig, read_config
from model_training.training.loop import Progress


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run impasto-train in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["impasto-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def from_folder(training_data: Path) -> list[str | Path]:
    """The options of a small run from a folder of paintings."""
    return [
        *("--paintings", training_data / "paintings"),
        *("--photos", training_data / "photos"),
        *("--features", training_data / "features.safetensors"),
        *("--id", "my_show", "--size", "fast"),
        *("--steps", "2", "--batch", "2", "--crop-px", "64", "--threads", "1"),
    ]


def test_a_td_needs_paintings_and_then_the_run_folder_only(
    monkeypatch: pytest.MonkeyPatch,
    from_folder: list[str | Path],
    training_data: Path,
    tmp_path: Path,
) -> None:
    """A run from a folder knows its configuration and data; --resume asks for nothing more."""
    folder = tmp_path / "run"
    assert run(monkeypatch, "style", *from_folder, "--run", folder, "--until", "1") == 0
    saved = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert [style["id"] for style in saved["styles"]] == ["first", "second"]
    data = json.loads((folder / "run.json").read_text(encoding="utf-8"))["data"]
    assert Path(data) == training_data.resolve()
    state = folder / "state.safetensors"
    expected = running.expected_bytes(TrainingConfig.model_validate(saved))
    assert state.stat().st_size <= expected <= 4 * state.stat().st_size
    before = load_file(str(state))
    assert run(monkeypatch, "style", "--run", folder, "--resume") == 0
    after = load_file(str(state))
    assert any(not torch.equal(before[key], after[key]) for key in before)


def test_a_dry_run_says_what_it_will_take_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    from_folder: list[str | Path],
    tmp_path: Path,
) -> None:
    """The configuration is printed, then steps, time, memory and disk; no run folder appears."""
    for count in ("WARM_UP", "TIMED_EARLY", "TIMED_LATE"):
        monkeypatch.setattr(estimate, count, 1)
    assert run(monkeypatch, "style", *from_folder, "--run", tmp_path / "run", "--dry-run") == 0
    said = capsys.readouterr().out
    config, _, figures = said.partition("\n}\n")
    assert json.loads(config + "\n}")["model"]["id"] == "my_show"
    assert [line.split()[0] for line in figures.splitlines()] == ["steps", "time", "memory", "disk"]
    assert not list(tmp_path.iterdir())


def test_memory_that_does_not_hold_the_run_is_told_before_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    from_folder: list[str | Path],
    tmp_path: Path,
) -> None:
    """Both figures and the remedy stand in the sentence, and nothing was written."""
    monkeypatch.setattr(estimate, "memory_for_us_bytes", lambda device: 2**20)
    assert run(monkeypatch, "style", *from_folder, "--run", tmp_path / "run") == 2
    assert "GiB are left. Lower schedule.batch" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_memory_of_a_large_batch_is_known_from_a_small_one(
    config_file: Path, training_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of 256 is refused after a batch of two was tried, before it is tried itself."""
    config = read_config(config_file)
    schedule = config.schedule.model_copy(update={"batch": 256})
    config = config.model_copy(update={"schedule": schedule})
    cpu = torch.device("cpu")
    room = estimate.held_bytes(cpu) + 2**30
    monkeypatch.setattr(estimate, "memory_for_us_bytes", lambda device: room)
    monkeypatch.setattr(estimate, "_seconds_a_step", None)
    with pytest.raises(MachineTooSmall, match="batch 256"):
        estimate.estimate(config, training_data, tmp_path / "run", cpu)


def test_a_disk_that_does_not_hold_the_run_is_told_before_it(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    from_folder: list[str | Path],
    tmp_path: Path,
) -> None:
    """A full disk is found before the first step."""
    monkeypatch.setattr(estimate, "free_disk_bytes", lambda folder: 1000)
    assert run(monkeypatch, "style", *from_folder, "--run", tmp_path / "run") == 2
    assert "GiB are free. Make room" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_folder_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    from_folder: list[str | Path],
    tmp_path: Path,
) -> None:
    """A file in the way of the folder is found before anything is read."""
    (tmp_path / "file").touch()
    assert run(monkeypatch, "style", *from_folder, "--run", tmp_path / "file" / "run") == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told_so"),
    [
        (["style"], "--paintings (or --config) is missing"),
        (["style", "--config", "c.toml", "--paintings", "p"], "do not go together"),
        (["style", "--config", "c.toml"], "'c.toml' cannot be read"),
        (["style", "--resume"], "holds no config.json"),
        (["distil", "--config", "c.toml"], "'c.toml' cannot be read"),
        (["add-style", "--onto", "other/r", "--painting", "p.png", "--id", "a"], "side by side"),
        (["export"], "holds no config.json"),
    ],
)
def test_options_that_do_not_make_a_run_are_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    told_so: str,
) -> None:
    """One sentence each, exit code 2, and nothing written."""
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, *arguments, "--run", "run") == 2
    assert told_so in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_is_told_without_a_traceback() -> None:
    """A full or closed disk and memory that ran out are sentences; a fault of ours is none."""
    full = told(OSError(errno.ENOSPC, "No space left on device", "losses.jsonl"))
    assert full is not None
    assert "losses.jsonl" in full
    assert "--resume" in full
    closed = told(PermissionError(errno.EACCES, "Permission denied", "run"))
    assert closed is not None
    assert "rights" in closed
    assert "batch" in str(told(MemoryError("16 GiB")))
    assert "batch" in str(told(RuntimeError("DefaultCPUAllocator: can't allocate memory")))
    assert told(RuntimeError("shapes differ")) is None


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    """What a container may still take is its limit less what it has; without one, no limit."""
    assert _left_in_container(tmp_path) > 2**60
    (tmp_path / "memory.max").write_text("max\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("300\n", encoding="ascii")
    assert _left_in_container(tmp_path) > 2**60
    (tmp_path / "memory.max").write_text("1000\n", encoding="ascii")
    assert _left_in_container(tmp_path) == 700


def test_lines_say_how_long_is_to_go(capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere than on a terminal a line comes every 50 steps, with pace and ETA."""
    reporter = Reporter(Console(file=io.StringIO()), 200)
    for step in range(1, 101):
        reporter(Progress(step, 200, 3.0, {"style": 1.5}))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["1/200", "50/200", "100/200"]
    assert "3.00 s a step, 5 min to go  style 1.500" in lines[-1]


@pytest.mark.parametrize(
    ("seconds", "said"), [(40, "40 s"), (300, "5 min"), (7500, "2 h 05 min"), (3599, "1 h 00 min")]
)
def test_durations_read_well(seconds: float, said: str) -> None:
    """Seconds, minutes and hours, never 60 minutes."""
    assert duration(seconds) == said
