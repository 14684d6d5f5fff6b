"""Holds the command `style`."""

from __future__ import annotations

from typing import Annotated

import torch
import typer
from rich.console import Console

from model_training.cli.device import choose_device
from model_training.cli.options import (
    ConfigOption,
    DataOption,
    DeviceOption,
    RunOption,
    ThreadsOption,
)
from model_training.cli.reporter import Reporter
from model_training.training.config import read_config
from model_training.training.loop import train


def train_style(
    config: ConfigOption,
    data: DataOption,
    run: RunOption,
    resume: Annotated[bool, typer.Option(help="Go on where the run folder stopped.")] = False,
    dry_run: Annotated[
        bool, typer.Option(help="Print the resolved configuration and stop.")
    ] = False,
    until: Annotated[
        int | None, typer.Option(help="Stop at this step, to go on another time.", min=1)
    ] = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = 0,
) -> None:
    """Train one generator for the styles of a configuration."""
    settings = read_config(config)
    console = Console()
    print(settings.model_dump_json(indent=1))
    if dry_run:
        return
    if threads:
        torch.set_num_threads(threads)
    reporter = Reporter(console, settings.schedule.steps)
    with reporter.bar:
        train(
            settings,
            data,
            run,
            resume=resume,
            report=reporter,
            until=until,
            device=choose_device(device),
        )
