"""Holds what a person sees of a command at work: a bar on a terminal, warnings, nothing for JSON.

All of it goes to standard error, so that what a command answers on standard output stays clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@dataclass
class Display:
    """One command's display."""

    is_quiet: bool = False
    """Whether a program reads the command: then warnings are kept for its answer, not shown."""

    warnings: list[dict[str, object]] = field(default_factory=list)
    """Every warning so far: ``frame`` (or None) and ``text``."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    """Where a person looks."""

    def warn(self, frame: int | None, text: str) -> None:
        """Tell of something that is wrong but does not stop the work."""
        self.warnings.append({"frame": frame, "text": text})
        if not self.is_quiet:
            where = "" if frame is None else f"frame {frame}: "
            line = f"warning: {where}{text}"
            self.console.print(line, style="yellow", markup=False, soft_wrap=True)

    @contextmanager
    def bar(self, label: str, total: int | None = None) -> Iterator[Callable[[int, int], None]]:
        """Show a bar while the block runs; it is called with what is done and the total.

        Only on a terminal: in a log file a bar is noise.
        """
        shows = self.console.is_terminal and not self.is_quiet
        columns = (
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(
            *columns, console=self.console, transient=True, disable=not shows
        ) as progress:
            task = progress.add_task(label, total=total)

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            yield advance
