"""Holds the progress of a training: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from model_training.training.loop import Progress


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
