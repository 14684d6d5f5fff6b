"""Holds the command `export`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from model_training.cli.options import ConfigOption, DataOption
from model_training.cli.run_folder import read_effect_run, read_run, trains_effect
from model_training.cli.running import require_writable
from model_training.release.effect_publish import publish_effect
from model_training.release.publish import ExportOptions, publish
from nuke_plugin.contract.library import SEARCH_PATH_VARIABLE, ModelLibrary


def export_run(
    run: Annotated[Path, typer.Option(help="Folder of a run, finished or stopped.")],
    config: ConfigOption = None,
    data: DataOption = None,
    models: Annotated[
        Path | None,
        typer.Option(
            help="Folder that takes the model folder; by default the first that "
            "`impasto styles` looks in: of IMPASTO_MODELS, or the shipped models'."
        ),
    ] = None,
    torchscript: Annotated[
        bool, typer.Option(help="Write model.pt too, for Nuke's CatFileCreator.")
    ] = False,
    twin: Annotated[
        Path | None,
        typer.Option(
            help="Run measured beside it for the card: the same styles with instance norm, or the "
            "same effect with plain L1."
        ),
    ] = None,
    keep_gates: Annotated[
        bool,
        typer.Option(help="Keep the gates that the card of these very weights has already."),
    ] = False,
) -> None:
    """Export a run to a model folder, with its gates measured and its previews drawn."""
    options = ExportOptions(torchscript, twin, keep_gates)
    is_effect = trains_effect(run)
    places = ModelLibrary.from_environment(os.environ).places
    target = models or places[0]
    require_writable(target, "Models folder")
    if is_effect:
        effect, where = read_effect_run(run, config, data)
        folder = publish_effect(effect, where, run, target, say, options)
        names = effect.model.id
    else:
        settings, where = read_run(run, config, data)
        folder = publish(settings, where, run, target, say, options)
        names = ", ".join(style.id for style in settings.styles)
    print(f"wrote {folder}")
    if target.resolve() not in [place.resolve() for place in places]:
        print(f"`impasto styles` shows it once {SEARCH_PATH_VARIABLE} names '{target.resolve()}'")
    else:
        print(f"`impasto styles` and the panel show it: {names}")


def say(text: str) -> None:
    """Tell how far the export is."""
    print(text, flush=True)
