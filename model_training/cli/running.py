"""Holds what every recipe's command does: look, check, estimate or train.

Whatever can be known to stop a run is known before its first step: the run folder, every picture,
the memory and the disk.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import torch
from rich.console import Console

from model_training.cli.check import show_report
from model_training.cli.device import choose_device
from model_training.cli.estimate import (
    GIB,
    Estimate,
    estimate,
    least_memory,
    require_disk,
    require_memory,
)
from model_training.cli.reporter import Reporter, duration
from model_training.cli.run_data import check_run_data, expected_bytes
from model_training.cli.run_folder import DATA_FILE, saved_step, write_data_folder
from model_training.data.checker_sets import require_usable
from model_training.training.checkpoint import check_run_folder
from model_training.training.loop import Progress, train
from model_training.training.run_config import RunConfig


class FolderUnwritable(OSError):
    """A folder that a command must write into cannot be written."""


def run_recipe(
    config: RunConfig,
    data: Path,
    run: Path,
    *,
    resume: bool,
    dry_run: bool,
    until: int | None,
    device: str,
    threads: int,
) -> None:
    """Trains a configuration, or with `dry_run` says what that will take."""
    chosen = choose_device(device)
    if threads:
        torch.set_num_threads(threads)
    leads = os.environ.get("RANK", "0") == "0"  # of the processes that torchrun started
    if leads:
        print(config.model_dump_json(indent=1))
        prepare(config, data, run, resume, chosen)
    if dry_run:
        if not leads:
            return
        found = estimate(config, data, run, chosen, saved_step(run) if resume else 0)
        show_estimate(found)
        require_memory(found.memory_bytes, chosen, config.schedule.batch, config.crop_px)
        require_disk(found.disk_bytes, run)
        return
    if leads and resume:
        write_data_folder(run, data)  # it may have moved
    last = min(until or config.schedule.steps, config.schedule.steps)
    reporter = Reporter(Console(), last)

    def report(progress: Progress) -> None:
        if leads:
            if not (run / DATA_FILE).exists():
                write_data_folder(run, data)
            reporter(progress)

    with reporter.bar:
        train(config, data, run, resume=resume, report=report, until=until, device=chosen)


def prepare(config: RunConfig, data: Path, run: Path, resume: bool, device: torch.device) -> None:
    """Finds what would stop the run, before anything is trained or written."""
    check_run_folder(run, resume)
    require_writable(run, "Run folder")
    report = check_run_data(config, data)
    if report.findings:
        show_report(report, Console(stderr=True))
    require_usable(report)
    least = least_memory(config, report.bytes_in_memory, device)
    require_memory(least, device, config.schedule.batch, config.crop_px)
    require_disk(expected_bytes(config), run)


def require_writable(folder: Path, what: str) -> None:
    """FolderUnwritable where a file cannot be made where a folder is or will be."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise FolderUnwritable(
            f"{what} '{folder}' cannot be written: {error.strerror} ('{existing}'). Name one "
            "where you may write."
        ) from error


def show_estimate(found: Estimate) -> None:
    """The estimate as four lines."""
    print(
        f"steps   {found.steps}, {found.seconds_a_step:.2f} s each (timed just now)\n"
        f"time    about {duration(found.seconds)}\n"
        f"memory  about {found.memory_bytes / GIB:.2f} GiB of "
        f"{found.memory_for_us_bytes / GIB:.2f} GiB\n"
        f"disk    about {found.disk_bytes / GIB:.2f} GiB of {found.disk_free_bytes / GIB:.2f} GiB"
    )
    sys.stdout.flush()
