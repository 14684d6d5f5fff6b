"""Holds the one training loop: it knows a configuration and folders, and no command line."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch

from model_training.effects.config import EffectConfig
from model_training.effects.effect_step import EffectTraining
from model_training.training.checkpoint import (
    RunUnsaved,
    check_run_folder,
    load_state,
    save_config,
    save_state,
    saved_step,
    what_is_kept,
)
from model_training.training.config import TrainingConfig
from model_training.training.distil_step import DistilTraining
from model_training.training.diverged import TrainingDiverged
from model_training.training.journal import Journal
from model_training.training.processes import ALONE, Processes, joined_processes
from model_training.training.run_config import RunConfig
from model_training.training.step import Training
from model_training.training.style_step import StyleTraining

LOG_EVERY = 25
"""Steps between two points of the curves."""


@dataclass(frozen=True)
class Progress:
    """One reported step: number, of how many, seconds a step, and each weighted loss term."""

    step: int
    steps: int
    seconds_per_step: float
    terms: dict[str, float]


def make_training(
    config: RunConfig,
    data: Path,
    runs: Path,
    device: torch.device,
    processes: Processes = ALONE,
) -> Training:
    """The recipe that a configuration asks for; `runs` holds the runs it starts or learns from."""
    if isinstance(config, EffectConfig):
        return EffectTraining(config, data, device, processes)
    assert isinstance(config, TrainingConfig)
    recipe = StyleTraining if config.distil is None else DistilTraining
    return recipe(config, data, runs, device, processes)


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def train(
    config: RunConfig,
    data: Path,
    run: Path,
    *,
    resume: bool,
    report: Callable[[Progress], None],
    warn: Callable[[str], None] = _to_stderr,
    until: int | None = None,
    device: torch.device | None = None,
) -> None:
    """Trains a run to its end, to step `until`, or to SIGINT or SIGTERM; it can be resumed.

    Started by torchrun, all processes train together; the first one alone writes, reports and
    warns. What a run can do without, a curve or a sheet on a full disk, is a warning; RunUnsaved
    where its last state cannot be written, TrainingDiverged where a loss is no number any more.
    """
    with joined_processes(device or torch.device("cpu")) as (processes, own_device):
        check_run_folder(run, resume)
        training = make_training(config, data, run.parent, own_device, processes)
        first = load_state(run, training.state, config.deciding()) if resume else 0
        processes.take_leaders(training.state.modules.values())
        steps = range(first, min(until or config.schedule.steps, config.schedule.steps))
        with _stop_signals() as stopping, _denormals_flushed():
            try:
                if processes.leads:
                    save_config(run, config)
                    _lead(training, run, steps, report, warn, stopping)
                else:
                    _follow(training, steps, stopping)
            except TrainingDiverged as error:
                raise error.with_remedy(_after_divergence(config, run)) from error


def _after_divergence(config: RunConfig, run: Path) -> str:
    """What is kept, and the way on: a run with other weights or rates is another run."""
    may_start = isinstance(config, TrainingConfig) and saved_step(run) is not None
    there = f" that starts from this one (start = '{run.name}')" if may_start else ""
    return (
        f"{what_is_kept(run)}; lower learning_rate or that term's weight in a new run{there}, "
        "with a folder of its own."
    )


def _lead(
    training: Training,
    run: Path,
    steps: range,
    report: Callable[[Progress], None],
    warn: Callable[[str], None],
    stopping: list[int],
) -> None:
    schedule, text = training.config.schedule, training.config.deciding()
    journal = Journal(run, steps.start, warn)
    last = steps.start
    try:
        for number in steps:
            started = time.perf_counter()
            terms = training.step(number)
            last = number + 1
            seconds = time.perf_counter() - started
            report(Progress(last, schedule.steps, seconds, terms))
            if last % LOG_EVERY == 0:
                journal.write_losses(last, seconds, terms)
            if last % schedule.sheet_every == 0:
                journal.write_sheet(last, training.sheet())
            if last % schedule.save_every == 0 and last < steps.stop:
                try:
                    save_state(run, training.state, last, text)
                except RunUnsaved as error:
                    warn(f"{error} It is tried again every {schedule.save_every} steps.")
            if _all_stop(training, stopping):
                break
        save_state(run, training.state, last, text)
    finally:
        journal.close()


def _follow(training: Training, steps: range, stopping: list[int]) -> None:
    for number in steps:
        training.step(number)
        if _all_stop(training, stopping):
            break


def _all_stop(training: Training, stopping: list[int]) -> bool:
    """Whether any process was told to stop; all must stop after the same step."""
    return training.processes.mean(float(bool(stopping)), training.device) > 0.0


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """A list that SIGINT and SIGTERM are noted in, instead of ending the process."""
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    previous = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for kind, handler in previous.items():
            signal.signal(kind, handler)


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Saturated pixels' tiny gradients make a step four times as long on a CPU."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
