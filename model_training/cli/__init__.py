"""Holds the `impasto-train` command: one module for each of its commands, gathered here.

A new command is a function with typer's annotations in a module of its own, and one line in
`COMMANDS`; what a user can do wrong in it stands in `USER_ERRORS`.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

import torch
import typer
from safetensors import SafetensorError

from model_training.cli.add_style import add_one_style
from model_training.cli.check import FolderMissing, check_data
from model_training.cli.device import DeviceMissing
from model_training.cli.distil import distil_run
from model_training.cli.effect import train_effect
from model_training.cli.estimate import MachineTooSmall
from model_training.cli.evaluate import EvaluationInvalid, evaluate_model
from model_training.cli.export import export_run
from model_training.cli.features import make_features
from model_training.cli.from_folder import PaintingsInvalid
from model_training.cli.running import FolderUnwritable
from model_training.cli.solve import solve_runs
from model_training.cli.style import CommandIncomplete, train_style
from model_training.data.checker import DataUnusable
from model_training.data.photos import PictureUnreadable
from model_training.data.picture_table import PictureTableInvalid
from model_training.effects.runs import RunsUnfit
from model_training.evaluation.command_painter import CommandFailed, CommandInvalid
from model_training.evaluation.graph_cost import GraphUncountable
from model_training.networks.features import FeaturesUnreadable
from model_training.release.export import ExportFailed, RunMissing
from model_training.solvers.run_files import RunExists, RunsMissing, RunUnreadable
from model_training.solvers.solving import SolveInvalid
from model_training.solvers.stock_plates import PlatesUnusable
from model_training.training.checkpoint import RunMismatch, RunUnsaved
from model_training.training.config_file import ConfigInvalid
from model_training.training.diverged import TrainingDiverged
from nuke_plugin.contract.errors import ImpastoError

COMMANDS: dict[str, Callable[..., None]] = {
    "features": make_features,
    "style": train_style,
    "add-style": add_one_style,
    "distil": distil_run,
    "effect": train_effect,
    "check": check_data,
    "evaluate": evaluate_model,
    "export": export_run,
    "solve": solve_runs,
}
"""Every command by its name, in the order of the help."""

USER_ERRORS = (
    CommandFailed,
    CommandIncomplete,
    CommandInvalid,
    ConfigInvalid,
    DataUnusable,
    DeviceMissing,
    EvaluationInvalid,
    ExportFailed,
    FeaturesUnreadable,
    FolderMissing,
    FolderUnwritable,
    GraphUncountable,
    ImpastoError,
    MachineTooSmall,
    PaintingsInvalid,
    PictureTableInvalid,
    PictureUnreadable,
    PlatesUnusable,
    RunExists,
    RunMismatch,
    RunUnreadable,
    RunUnsaved,
    RunMissing,
    RunsMissing,
    RunsUnfit,
    SolveInvalid,
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


DISK_FAULTS = {
    errno.ENOSPC: "Make room and go on with --resume",
    errno.EDQUOT: "Make room and go on with --resume",
    errno.EROFS: "Name a folder where you may write",
    errno.EACCES: "Ask for the rights to it, or name another",
}
"""What a user can do where the system refuses a file while a command runs."""


def main() -> None:
    """The console script: a user's error is one sentence and exit code 2."""
    try:
        app()
    except USER_ERRORS as error:
        stop(str(error))
    except (OSError, SafetensorError, RuntimeError, MemoryError) as error:
        said = told(error)
        if said is None:
            raise
        stop(said)


def told(error: Exception) -> str | None:
    """The sentence for a full disk, a closed folder or memory that ran out; None for a fault."""
    if isinstance(error, OSError) and error.errno in DISK_FAULTS:
        place = f" '{error.filename}'" if error.filename else ""
        remedy = DISK_FAULTS[error.errno]
        return f"A file{place} could not be written or read: {error.strerror}. {remedy}."
    if isinstance(error, SafetensorError) and "os error 28" in str(error):
        remedy = DISK_FAULTS[errno.ENOSPC]
        return f"The state could not be saved: {os.strerror(errno.ENOSPC)}. {remedy}."
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate memory" in str(error):
        return f"Memory ran out: {error}. Lower schedule.batch or data.crop_px."
    return None


def stop(said: str) -> None:
    """End with a sentence and exit code 2."""
    print(f"impasto-train: {said}", file=sys.stderr)
    sys.exit(2)
