"""Holds the `impasto-train` command: one module for each of its commands, gathered here.

A new command is a function with typer's annotations in a module of its own, and one line in
`COMMANDS`; what a user can do wrong in it stands in `USER_ERRORS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from model_training.cli.device import DeviceMissing
from model_training.cli.export import export_run
from model_training.cli.style import train_style
from model_training.data.photos import PictureUnreadable
from model_training.data.picture_table import PictureTableInvalid
from model_training.networks.features import FeaturesUnreadable
from model_training.release.export import ExportFailed, RunMissing
from model_training.training.checkpoint import RunMismatch
from model_training.training.config import ConfigInvalid
from model_training.training.loop import TrainingDiverged

COMMANDS: dict[str, Callable[..., None]] = {
    "style": train_style,
    "export": export_run,
}
"""Every command by its name, in the order of the help."""

USER_ERRORS = (
    ConfigInvalid,
    DeviceMissing,
    ExportFailed,
    FeaturesUnreadable,
    PictureTableInvalid,
    PictureUnreadable,
    RunMismatch,
    RunMissing,
    TrainingDiverged,
)
"""What a user can do wrong: told in one sentence, exit code 2."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trains Impasto's generators and exports them to model folders.",
)
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """The console script: a user's error is one sentence and exit code 2."""
    try:
        app()
    except USER_ERRORS as error:
        print(f"impasto-train: {error}", file=sys.stderr)
        sys.exit(2)
