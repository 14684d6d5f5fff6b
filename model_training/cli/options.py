"""Holds the options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[Path | None, typer.Option(help="TOML configuration of the run.")]
DataOption = Annotated[
    Path | None, typer.Option(help="Folder that the configuration's paths start from.")
]
RunOption = Annotated[Path, typer.Option(help="Folder that takes state, sheets and curves.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on where the run folder stopped.")]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Check the data, time a few steps, say what the run will take, and stop.",
    ),
]
UntilOption = Annotated[
    int | None, typer.Option(help="Stop at this step, to go on another time.", min=1)
]
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda, or auto: CUDA where torch finds it.")]
ThreadsOption = Annotated[int, typer.Option(help="CPU threads; 0 lets torch choose.", min=0)]
