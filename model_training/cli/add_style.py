"""Holds the command `add-style`: one painting onto a finished run, in minutes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from model_training.cli.from_folder import NOT_STATED, title_of
from model_training.cli.options import (
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
from model_training.training.add_style import STEPS, with_added_styles
from model_training.training.checkpoint import RunMismatch
from model_training.training.config import ModelConfig, StyleConfig, TrainingConfig
from model_training.training.config_errors import wrong_keys
from model_training.training.config_file import ConfigInvalid


def add_one_style(
    onto: Annotated[Path, typer.Option(help="Run folder whose styles are kept as they are.")],
    painting: Annotated[Path, typer.Option(help="Image file of the new style.")],
    style: Annotated[str, typer.Option("--id", help="Id of the new style: a-z, 0-9 and _.")],
    run: RunOption,
    model_id: Annotated[
        str | None, typer.Option("--model", help="Id of the new model; by default the trunk's.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the painting.")] = None,
    artist: Annotated[str, typer.Option(help="Who made it.")] = "",
    year: Annotated[str, typer.Option(help="When.")] = "",
    origin: Annotated[str, typer.Option(help="Where the image came from.")] = NOT_STATED,
    licence: Annotated[str, typer.Option(help="Licence of the painting, for the card.")] = (
        NOT_STATED
    ),
    weight: Annotated[
        float, typer.Option(help="How strongly it is painted; 1 is neutral, up to 10.")
    ] = 0.8,
    steps: Annotated[int, typer.Option(help="Steps to train.", min=1)] = STEPS,
    data: DataOption = None,
    resume: ResumeOption = False,
    dry_run: DryRunOption = False,
    until: UntilOption = None,
    device: DeviceOption = "auto",
    threads: ThreadsOption = 0,
) -> None:
    """Train one painting onto a finished run: only its own rows change, the other styles do not."""
    if onto.resolve().parent != run.resolve().parent:
        raise RunMismatch(
            f"Runs '{onto}' and '{run}' do not lie side by side, and a run names the one it "
            f"starts from by its folder's name. Use --run {onto.parent / run.name}."
        )
    trunk, where = read_run(onto, data=data)
    values = {
        "id": style,
        "title": title or title_of(style),
        "artist": artist,
        "year": year,
        "painting": painting.resolve(),
        "weight": weight,
        "origin": origin,
        "licence": licence,
    }
    model = trunk.model if model_id is None else _renamed(trunk.model, model_id)
    try:
        added = StyleConfig.model_validate(values)
        settings = TrainingConfig.model_validate(
            with_added_styles(trunk, onto.name, [added], model, steps).model_dump()
        )
    except ValidationError as error:
        wrong = wrong_keys(StyleConfig, error)
        raise ConfigInvalid(f"The new style is wrong at {wrong}.") from error
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


def _renamed(model: ModelConfig, model_id: str) -> ModelConfig:
    return model.model_copy(update={"id": model_id, "title": title_of(model_id)})
