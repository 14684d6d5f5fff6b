"""Holds the command `solve`: runs of fire, smoke or water to train an effect on."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated

import cv2
import torch
import typer

from model_training.cli.options import ThreadsOption
from model_training.solvers.clip import write_clip, write_sheet
from model_training.solvers.run_files import SolvedRun
from model_training.solvers.solving import SolveInvalid, SolveOrder, solve_set
from model_training.solvers.stock_plates import PlatesOrder, write_plates

SIZE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})")


def solve_runs(
    effect: Annotated[str, typer.Option(help="fire, smoke or water.")],
    out: Annotated[Path, typer.Option(help="Folder that takes one folder a run.")],
    runs: Annotated[int, typer.Option(help="How many; every sixth is held out.", min=1)] = 48,
    frames: Annotated[int, typer.Option(help="Frames of each run.", min=1)] = 160,
    size: Annotated[str, typer.Option(help="Width x height in pixels.")] = "256x320",
    seed: Annotated[int, typer.Option(help="Another seed, another set.", min=0)] = 0,
    plates: Annotated[
        Path | None,
        typer.Option(help="Folder of fire or smoke on black to make the runs of, in its place."),
    ] = None,
    clip: Annotated[bool, typer.Option("--clip", help="Pictures of each run to look at.")] = False,
    threads: ThreadsOption = 0,
) -> None:
    """Solve fire, smoke or water on random mattes; runs that are there already are kept."""
    width, height = read_size(size)
    order = SolveOrder(effect, runs, frames, width, height, seed)
    if threads:
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
    started = time.perf_counter()
    if plates is None:
        folders = solve_set(order, out, print)
    else:
        taken = PlatesOrder(effect, plates, runs, frames, width, height)
        folders = write_plates(taken, out, print)
    print(f"{len(folders)} runs in '{out}', {time.perf_counter() - started:.0f} s")
    if clip:
        for folder in folders:
            run = SolvedRun.open(folder)
            print(f"wrote {write_sheet(run)} and {write_clip(run).name}")


def read_size(text: str) -> tuple[int, int]:
    """Width and height of a text such as 256x320; SolveInvalid for any other text."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise SolveInvalid(f"A size is written as 256x320, and not '{text}'.")
    return int(match[1]), int(match[2])
