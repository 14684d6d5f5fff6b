"""Holds the progress of a training: a bar on a terminal, plain lines elsewhere, both with ETA."""

from __future__ import annotations

from collections import deque

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as ProgressBar

from model_training.training.loop import Progress

LINE_EVERY = 50
RECENT_STEPS = 100
"""Steps whose mean time the ETA is made of."""


class Reporter:
    """Shows each step on a terminal, and a line every 50 steps elsewhere."""

    def __init__(self, console: Console, last: int) -> None:
        self.console = console
        self.last = last
        self.seconds: deque[float] = deque(maxlen=RECENT_STEPS)
        self.bar = ProgressBar(
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("training", total=last, said="")

    def __call__(self, progress: Progress) -> None:
        """Show one step."""
        self.seconds.append(progress.seconds_per_step)
        pace = sum(self.seconds) / len(self.seconds)
        said = f"{pace:.2f} s a step, {duration(pace * (self.last - progress.step))} to go"
        terms = " ".join(f"{name} {value:.3f}" for name, value in progress.terms.items())
        self.bar.update(self.task, completed=progress.step, said=f"{said}  {terms}")
        is_due = progress.step % LINE_EVERY == 0 or progress.step in (1, self.last)
        if not self.console.is_terminal and is_due:
            print(f"step {progress.step}/{self.last}  {said}  {terms}", flush=True)


def duration(seconds: float) -> str:
    """Seconds as people say them: `2 h 05 min`, `7 min`, `40 s`."""
    if seconds < 90.0:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60.0)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
