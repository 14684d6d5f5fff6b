"""Holds the estimate of a run: timed steps on its real data, its memory, its files.

Steps are timed at both ends of the schedule, because the adversary joins on the way; the last eight
hold one step with the R1 penalty, which costs most. Memory is known before the first whole batch:
what a batch of two keeps for its backward pass grows with the batch (every loss is a mean over it).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch

from model_training.cli.machine import (
    MemoryWatch,
    free_disk_bytes,
    held_bytes,
    memory_for_us_bytes,
)
from model_training.training.checkpoint import FILE_NAME, save_state
from model_training.training.loop import make_training
from model_training.training.run_config import PaceConfig, RunConfig
from model_training.training.sheet import write_picture
from model_training.training.step import SHEET_ROWS, Training

TIMED_EARLY = 3
TIMED_LATE = 8
WARM_UP = 2
BACKWARD = 1.6
"""What a step takes beside the tensors kept for the backward pass: gradients, work space."""

CURVE_BYTES_A_STEP = 60
"""TensorBoard's and losses.jsonl's share, on average."""

LEAST_BYTES_A_PIXEL = 3000
"""Of one photo in a batch: what even the smallest recipe keeps (measured: 5,500 for size full with
an adversary, bf16, CPU)."""

GIB = 2**30


class MachineTooSmall(RuntimeError):
    """Memory or disk does not hold the run; the sentence gives both figures and what to lower."""


@dataclass(frozen=True)
class Estimate:
    """What a run, or the rest of one, will take."""

    steps: int
    """Steps to go."""
    seconds_a_step: float
    """Mean over those steps, without sheets and saving."""
    seconds: float
    """The whole."""
    memory_bytes: int
    memory_for_us_bytes: int
    disk_bytes: int
    disk_free_bytes: int


def estimate(
    config: RunConfig, data: Path, run: Path, device: torch.device, first: int = 0
) -> Estimate:
    """Trains a few steps that are thrown away; MachineTooSmall before a batch that does not fit."""
    schedule = config.schedule
    two = config.model_copy(update={"schedule": schedule.model_copy(update={"batch": 2})})
    flushed = torch.set_flush_denormal(True)  # as the loop does
    try:
        with MemoryWatch(device) as watch:
            training = make_training(two, data, run.parent, device)
            memory = held_bytes(device) + _kept_bytes(training, schedule.batch)
            require_memory(memory, device, schedule.batch, config.crop_px)
            training.config = config
            early = _seconds_a_step(training, range(WARM_UP + TIMED_EARLY), WARM_UP, device)
            late = early
            if config.adversary_joins:
                last = range(max(0, schedule.steps - TIMED_LATE), schedule.steps)
                late = _seconds_a_step(training, last, 0, device)
            files = _measure_files(training, config)
    finally:
        if flushed:
            torch.set_flush_denormal(False)
    to_go = range(first, schedule.steps)
    joined = round(schedule.adversarial_from * schedule.steps)
    plain = len(range(first, min(joined, schedule.steps)))
    stepping = plain * early + (len(to_go) - plain) * late
    sheets, saves = (_times(to_go, every) for every in (schedule.sheet_every, schedule.save_every))
    return Estimate(
        steps=len(to_go),
        seconds_a_step=stepping / max(1, len(to_go)),
        seconds=stepping + sheets * files.sheet_seconds + (saves + 1) * files.state_seconds,
        memory_bytes=max(memory, watch.peak_bytes),
        memory_for_us_bytes=memory_for_us_bytes(device),
        disk_bytes=run_bytes(schedule, files.state_bytes, files.sheet_bytes),
        disk_free_bytes=free_disk_bytes(run),
    )


def run_bytes(schedule: PaceConfig, state_bytes: int, sheet_bytes: int) -> int:
    """Disk of a whole run: two states, as the new one is written beside the old one, and sheets."""
    sheets = schedule.steps // schedule.sheet_every
    return 2 * state_bytes + sheets * sheet_bytes + schedule.steps * CURVE_BYTES_A_STEP


def require_memory(memory: int, device: torch.device, batch: int, crop_px: int) -> None:
    """MachineTooSmall where a run takes more memory than this process may hold."""
    left = memory_for_us_bytes(device)
    if memory > left:
        raise MachineTooSmall(
            f"The run needs about {memory / GIB:.1f} GiB of memory ({device.type}, batch {batch}, "
            f"crop {crop_px} px) and {left / GIB:.1f} GiB are left. Lower schedule.batch or "
            "data.crop_px, or close other programs."
        )


def require_disk(disk: int, run: Path) -> None:
    """MachineTooSmall where a run's files do not fit."""
    free = free_disk_bytes(run)
    if disk > free:
        raise MachineTooSmall(
            f"The run needs about {disk / GIB:.2f} GiB on the disk of '{run}' and "
            f"{free / GIB:.2f} GiB are free. Make room, or name a run folder elsewhere."
        )


def least_memory(config: RunConfig, photo_bytes: int, device: torch.device) -> int:
    """What a run takes at the very least, without a step being tried."""
    batch = config.schedule.batch * config.crop_px**2 * LEAST_BYTES_A_PIXEL
    return batch if device.type == "cuda" else held_bytes(device) + photo_bytes + batch


@dataclass(frozen=True)
class _Files:
    state_bytes: int
    state_seconds: float
    sheet_bytes: int
    sheet_seconds: float


def _measure_files(training: Training, config: RunConfig) -> _Files:
    """A state, and one row of a sheet, written once and thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        saving = _seconds(lambda: save_state(folder, training.state, 0, config.deciding()))
        sheet = folder / "sheet.png"
        painting = _seconds(lambda: write_picture(sheet, training.sheet(rows=1)))
        return _Files(
            (folder / FILE_NAME).stat().st_size,
            saving,
            SHEET_ROWS * sheet.stat().st_size,
            SHEET_ROWS * painting,
        )


def _kept_bytes(training: Training, batch: int) -> int:
    """What a step with a whole batch takes, from one with the training's own batch."""
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        training.step(training.config.schedule.steps - 1)
    return round(BACKWARD * sum(kept.values()) * batch / training.config.schedule.batch)


def _seconds_a_step(
    training: Training, numbers: Iterable[int], warm_up: int, device: torch.device
) -> float:
    """Mean seconds of some steps, the first few not counted."""
    times = [_seconds(partial(_finish, training, number, device)) for number in numbers]
    counted = times[warm_up:] or times
    return sum(counted) / len(counted)


def _finish(training: Training, number: int, device: torch.device) -> None:
    training.step(number % training.config.schedule.steps)
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _times(steps: range, every: int) -> int:
    """How often a multiple of `every` is reached on the way."""
    return steps.stop // every - steps.start // every
