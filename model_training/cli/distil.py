"""Holds the command `distil`: a finished run teaches a smaller generator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from model_training.cli.options import (
    DataOption,
    DeviceOption,
    DryRunOption,
    ResumeOption,
    RunOption,
    ThreadsOption,
    UntilOption,
)
from model_training.cli.run_folder import read_data_folder
from model_training.cli.running import run_recipe
from model_training.training.config import read_config
from model_training.training.config_file import ConfigInvalid


def distil_run(
    config: Annotated[Path, typer.Option(help="TOML configuration with a [distil] section.")],
    run: RunOption,
    data: DataOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    until: UntilOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = 0,
) -> None:
    """Train a generator to paint as a finished run does; by default on the data of that run."""
    settings = read_config(config)
    if settings.distil is None:
        raise ConfigInvalid(
            f"Configuration '{config}' has no [distil] section, which names the teacher. Add one, "
            "or train it with impasto-train style."
        )
    run_recipe(
        settings,
        read_data_folder(run.parent / settings.distil.teacher) if data is None else data,
        run,
        resume=resume,
        dry_run=dry_run,
        until=until,
        device=device,
        threads=threads,
    )
