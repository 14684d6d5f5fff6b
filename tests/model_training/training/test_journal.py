"""A full disk's promises: it costs curves and sheets, never the state that was saved before."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from model_training.training import loop
from model_training.training.checkpoint import RunUnsaved, saved_step
from model_training.training.config import (
    DistilConfig,
    SizeConfig,
    TrainingConfig,
    read_config,
)
from model_training.training.journal import Journal
from model_training.training.loop import Progress, train

LARGEST_FILE_BYTES = 64


@contextmanager
def full_disk() -> Iterator[None]:
    """Every file that grows beyond a few bytes meets a real error of the system."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, training_data: Path) -> Path:
    """A folder with the finished run `teacher`."""
    from tests.model_training.conftest import CONFIG

    folder = tmp_path_factory.mktemp("runs")
    (folder / "teacher.toml").write_text(CONFIG, encoding="utf-8")
    config = read_config(folder / "teacher.toml")
    train(config, training_data, folder / "teacher", resume=False, report=lambda p: None, until=1)
    return folder


@pytest.fixture
def config(config_file: Path, monkeypatch: pytest.MonkeyPatch) -> TrainingConfig:
    """A cheap run of six steps that saves, and draws a sheet, after every second one."""
    settings = read_config(config_file)
    monkeypatch.setattr(loop, "LOG_EVERY", 1)
    size = {"kind": "fast", "trunk": 16, "half": 8, "full": 0, "blocks": 2}
    schedule = {"steps": 6, "sheet_every": 2, "save_every": 2}
    return settings.model_copy(
        update={
            "distil": DistilConfig(teacher="teacher"),
            "generator": SizeConfig.model_validate(size),
            "schedule": settings.schedule.model_copy(update=schedule),
        }
    )


class FullBetween:
    """Reports steps, and fills the disk after one of them and empties it after another."""

    def __init__(self, first: int, last: int) -> None:
        self.first = first
        self.last = last
        self._full = full_disk()

    def __call__(self, progress: Progress) -> None:
        """One step was made."""
        if progress.step == self.first:
            self._full.__enter__()
        if progress.step == self.last:
            self._full.__exit__(None, None, None)


def test_a_disk_that_was_full_for_a_while_costs_curves_and_a_sheet(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """The run ends with its state; each thing that could not be written is one warning."""
    warnings: list[str] = []
    run = runs / "a while"
    train(
        config,
        training_data,
        run,
        resume=False,
        report=FullBetween(1, 3),
        warn=warnings.append,
    )
    assert saved_step(run) == 6
    assert sorted(p.name for p in run.glob("*.png")) == ["sheet_000004.png", "sheet_000006.png"]
    steps = [json.loads(line)["step"] for line in (run / "losses.jsonl").open(encoding="utf-8")]
    assert steps == [3, 4, 5, 6]
    for what in ("the sheets", "losses.jsonl", "TensorBoard's curves", "The state of step 2"):
        assert len([text for text in warnings if what in text]) == 1, what
    assert not [p for p in run.iterdir() if p.name.startswith(".")]


def test_a_disk_that_stays_full_keeps_the_last_state(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """The run ends with one sentence, and goes on to the same weights once there is room."""
    run, whole = runs / "full", runs / "whole"
    filled = FullBetween(3, 0)
    try:
        with pytest.raises(RunUnsaved, match="The state of step 2 is kept; make room"):
            train(config, training_data, run, resume=False, report=filled, warn=lambda text: None)
    finally:
        filled._full.__exit__(None, None, None)
    assert saved_step(run) == 2
    train(config, training_data, run, resume=True, report=lambda p: None)
    train(config, training_data, whole, resume=False, report=lambda p: None)
    expected, found = (load_file(str(r / "state.safetensors")) for r in (whole, run))
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[k], found[k]) for k in expected)
    board = EventAccumulator(str(whole / "tensorboard")).Reload()
    assert [event.step for event in board.Scalars("loss/pixels")] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in board.Images("sheet")] == [2, 4, 6]


def test_a_run_that_cannot_begin_to_write_says_so(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """A folder that takes nothing is found before the first step."""
    seen: list[int] = []
    with full_disk(), pytest.raises(RunUnsaved, match="cannot be written"):
        train(
            config,
            training_data,
            runs / "never",
            resume=False,
            report=lambda progress: seen.append(progress.step),
        )
    assert not seen


def test_lines_of_a_killed_run_are_dropped_on_resume(tmp_path: Path) -> None:
    """losses.jsonl has each step once, also where the run was killed after its last save."""
    log = tmp_path / "losses.jsonl"
    log.write_text('{"step": 25}\n{"step": 50}\n{"step": 75}\n', encoding="utf-8")
    warnings: list[str] = []
    journal = Journal(tmp_path, 50, warnings.append)
    journal.write_losses(75, 0.5, {"style": float(np.float32(1.5))})
    journal.close()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"step": 25}, {"step": 50}, {"step": 75, "seconds": 0.5, "style": 1.5}]
    assert not warnings
