"""Holds the options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[Path, typer.Option(help="TOML configuration of the run.")]
DataOption = Annotated[Path, typer.Option(help="Folder that the configuration's paths start from.")]
RunOption = Annotated[Path, typer.Option(help="Folder that takes state, sheets and curves.")]
DeviceOption = Annotated[str, typer.Option(help="cpu, cuda, or auto: CUDA where torch finds it.")]
ThreadsOption = Annotated[int, typer.Option(help="CPU threads; 0 lets torch choose.", min=0)]
