"""Holds the `impasto-train` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from model_training.data.photos import PictureUnreadable
from model_training.data.picture_table import PictureTableInvalid
from model_training.networks.features import FeaturesUnreadable
from model_training.release.export import ExportFailed, RunMissing
from model_training.release.publish import publish
from model_training.training.checkpoint import RunMismatch
from model_training.training.config import ConfigInvalid, read_config
from model_training.training.loop import Progress, TrainingDiverged, train

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trains Impasto's generators and exports them to model folders.",
)


ConfigOption = Annotated[Path, typer.Option(help="TOML configuration of the run.")]
DataOption = Annotated[Path, typer.Option(help="Folder that the configuration's paths start from.")]
RunOption = Annotated[Path, typer.Option(help="Folder that takes state, sheets and curves.")]


def choose_device(name: str) -> torch.device:
    """The device to train on; DeviceMissing where it is not there."""
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if has_cuda else "cpu")
    if name not in ("cpu", "cuda") or (name == "cuda" and not has_cuda):
        raise DeviceMissing(
            f"There is no device '{name}' here. Use cpu{', or cuda' if has_cuda else ''}."
        )
    return torch.device(name)


class DeviceMissing(ValueError):
    """Training was asked for on a device that torch does not find."""


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


class Reporter:
    """A progress bar on a terminal, a line every 50 steps elsewhere."""

    def __init__(self, console: Console, steps: int) -> None:
        self.console = console
        self.bar = ProgressBar(
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[terms]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("training", total=steps, terms="")

    def __call__(self, progress: Progress) -> None:
        """Show one step."""
        terms = " ".join(f"{name} {value:.3f}" for name, value in progress.terms.items())
        self.bar.update(self.task, completed=progress.step, terms=terms)
        if not self.console.is_terminal and (progress.step % 50 == 0 or progress.step == 1):
            print(
                f"step {progress.step}/{progress.steps} {progress.seconds_per_step:.2f} s {terms}",
                flush=True,
            )


@app.command()
def style(
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
    device: Annotated[
        str, typer.Option(help="cpu, cuda, or auto: CUDA where torch finds it.")
    ] = "auto",
    threads: Annotated[int, typer.Option(help="CPU threads; 0 lets torch choose.", min=0)] = 0,
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


@app.command()
def export(
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


def main() -> None:
    """The console script: a user's error is one sentence and exit code 2."""
    try:
        app()
    except USER_ERRORS as error:
        print(f"impasto-train: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
