"""Holds the command `effect`: solved runs or stock plates in, a generator of an effect out."""

from __future__ import annotations

from model_training.cli.options import (
    ConfigOption,
    DataOption,
    DeviceOption,
    DryRunOption,
    ResumeOption,
    RunOption,
    ThreadsOption,
    UntilOption,
)
from model_training.cli.run_folder import read_effect_run
from model_training.cli.running import run_recipe
from model_training.cli.style import CommandIncomplete


def train_effect(
    run: RunOption,
    config: ConfigOption = None,
    data: DataOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    until: UntilOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = 0,
) -> None:
    """Train a generator of fire, smoke or water on solved runs; --resume needs --run alone."""
    missing = [n for n, value in (("--config", config), ("--data", data)) if value is None]
    if missing and not resume:
        raise CommandIncomplete(
            f"{missing[0]} is missing. Name a configuration of an effect with --config, and the "
            "folder that its runs lie in with --data."
        )
    settings, where = read_effect_run(run, config, data)
    run_recipe(
        settings,
        where,
        run,
        resume=resume,
        dry_run=dry_run,
        until=until,
        device=device,
        threads=threads,
    )
