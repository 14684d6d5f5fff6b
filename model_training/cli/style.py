"""Holds the command `style`: paintings in, a run that paints like them out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from model_training.cli.device import choose_device
from model_training.cli.from_folder import NOT_STATED, folder_config
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
from model_training.cli.run_folder import read_run
from model_training.cli.running import run_recipe
from model_training.training.config import TrainingConfig, read_config

Given = TypeVar("Given")


class CommandIncomplete(ValueError):
    """Options are missing, or do not go together; the sentence says which."""


def train_style(
    run: RunOption,
    paintings: Annotated[
        Path | None,
        typer.Option(help="Folder of paintings: each image, or each subfolder, is one style."),
    ] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of photos to learn on.")] = None,
    features: Annotated[
        Path | None, typer.Option(help="VGG16's convolutions as safetensors.")
    ] = None,
    model_id: Annotated[
        str | None, typer.Option("--id", help="Id of the model: a-z, 0-9, _ and -.")
    ] = None,
    licence: Annotated[
        str, typer.Option(help="Licence of the paintings and the model, for the card.")
    ] = NOT_STATED,
    size: Annotated[str, typer.Option(help="full, or fast: a seventh of the work.")] = "full",
    steps: Annotated[
        int | None, typer.Option(help="Steps; by default what suits styles and machine.", min=1)
    ] = None,
    batch: Annotated[
        int | None, typer.Option(help="Photos a step; by default what suits the machine.", min=2)
    ] = None,
    crop_px: Annotated[
        int | None, typer.Option(help="Side of a crop; by default what suits the machine.", min=64)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 1,
    config: ConfigOption = None,
    data: DataOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    until: UntilOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = 0,
) -> None:
    """Train one generator for the styles in a folder of paintings, or of a configuration."""
    settings: TrainingConfig
    folder = {"--paintings": paintings, "--photos": photos, "--features": features}
    named = [name for name, value in {**folder, "--id": model_id}.items() if value is not None]
    if config is not None and named:
        raise CommandIncomplete(
            f"--config and {named[0]} do not go together: the configuration names its pictures "
            "itself. Leave one of them out."
        )
    if config is not None:
        settings, where = read_config(config), _given(data, "--data, the folder of its paths")
    elif resume and not named:
        settings, where = read_run(run, data=data)
    else:
        settings, where = folder_config(
            _given(paintings, "--paintings (or --config)"),
            _given(photos, "--photos"),
            _given(features, "--features"),
            _given(model_id, "--id"),
            device=choose_device(device).type,
            size=size,
            licence=licence,
            steps=steps,
            crop_px=crop_px,
            batch=batch,
            seed=seed,
        )
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


def _given(value: Given | None, option: str) -> Given:
    if value is None:
        raise CommandIncomplete(
            f"{option} is missing. Name a folder of paintings with --paintings, --photos, "
            "--features and --id, or a configuration with --config and --data."
        )
    return value
