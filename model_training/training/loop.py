"""Holds the one training loop: it knows a configuration and folders, and no command line."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch
from torch.utils.tensorboard import SummaryWriter

from model_training.training.checkpoint import check_run_folder, load_state, save_state
from model_training.training.config import TrainingConfig
from model_training.training.distil_step import DistilTraining
from model_training.training.sheet import write_sheet
from model_training.training.step import Training
from model_training.training.step import TrainingDiverged as TrainingDiverged
from model_training.training.style_step import StyleTraining


@dataclass(frozen=True)
class Progress:
    """One reported step: number, of how many, seconds a step, and each weighted loss term."""

    step: int
    steps: int
    seconds_per_step: float
    terms: dict[str, float]


def make_training(config: TrainingConfig, data: Path, runs: Path, device: torch.device) -> Training:
    """The recipe that a configuration asks for; `runs` holds the runs it starts or learns from."""
    if config.distil is not None:
        return DistilTraining(config, data, runs, device)
    return StyleTraining(config, data, runs, device)


def train(
    config: TrainingConfig,
    data: Path,
    run: Path,
    *,
    resume: bool,
    report: Callable[[Progress], None],
    until: int | None = None,
    device: torch.device | None = None,
) -> None:
    """Trains a run to its end, to step `until`, or to SIGINT or SIGTERM; it can be resumed."""
    check_run_folder(run, resume)
    run.mkdir(parents=True, exist_ok=True)
    text = config.deciding()
    training = make_training(config, data, run.parent, device or torch.device("cpu"))
    first = load_state(run, training.state, text) if resume else 0
    (run / "config.json").write_text(config.model_dump_json(indent=1), encoding="utf-8")
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    previous = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    torch.set_flush_denormal(True)  # saturated pixels' tiny gradients make a step 4 times as long
    board = SummaryWriter(str(run / "tensorboard"), purge_step=first)
    last = first
    try:
        for number in range(first, min(until or config.schedule.steps, config.schedule.steps)):
            started = time.perf_counter()
            terms = training.step(number)
            last = number + 1
            seconds = time.perf_counter() - started
            report(Progress(last, config.schedule.steps, seconds, terms))
            if last % 25 == 0:
                for name, value in terms.items():
                    board.add_scalar(f"loss/{name}", value, last)
                with (run / "losses.jsonl").open("a", encoding="utf-8") as log:
                    log.write(json.dumps({"step": last, "seconds": seconds, **terms}) + "\n")
            if last % config.schedule.sheet_every == 0:
                write_sheet(run / f"sheet_{last:06d}.png", training.average, training.photos.photos)
            if last % config.schedule.save_every == 0:
                save_state(run, training.state, last, text)
            if stopping:
                break
        save_state(run, training.state, last, text)
    finally:
        board.close()
        torch.set_flush_denormal(False)
        for kind, handler in previous.items():
            signal.signal(kind, handler)
