"""Holds the command `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from model_training.cli.options import ConfigOption, DataOption, RunOption
from model_training.release.publish import publish
from model_training.training.config import read_config


def export_run(
    config: ConfigOption,
    data: DataOption,
    run: RunOption,
    models: Annotated[Path, typer.Option(help="Folder that takes the model folder.")] = Path(
        "onnx_models"
    ),
) -> None:
    """Export a run to a model folder, with its gates measured and its previews drawn."""
    folder = publish(read_config(config), data, run, models, lambda text: print(text, flush=True))
    print(f"wrote {folder}")
