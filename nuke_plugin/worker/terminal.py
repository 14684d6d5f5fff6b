"""Holds what a command says: its answer on standard output, everything else on standard error.

A program that reads the command (``--json``) gets one JSON object and nothing else; a person gets
lines, warnings, and a bar where there is a terminal (in a log file a bar is noise).
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Terminal:
    """One command's two streams."""

    def __init__(self, as_json: bool) -> None:
        """With ``as_json``, take standard output away from libraries that print to it."""
        self.as_json = as_json
        self.warnings: list[dict[str, object]] = []
        """Every warning so far, ``frame`` (or None) and ``text``: a part of the JSON answer."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A pipe on Windows may have no letter for what a path or a title holds.
                stream.reconfigure(errors="backslashreplace")
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._answers = sys.stdout
        if as_json:
            self._answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
            os.dup2(2, 1)

    def answer(self, lines: list[str], **fields: object) -> None:
        """Give the answer: the lines to a person, the fields to a program."""
        text = json.dumps(fields, indent=2) if self.as_json else "\n".join(lines)
        print(text, file=self._answers, flush=True)

    def fail(self, error: str, message: str) -> None:
        """Tell why there is no answer; ``error`` is the error's class."""
        if self.as_json:
            fields = {"error": error, "message": message, "warnings": self.warnings}
            self.answer([], **fields)
        else:
            self._console.print(message, style="red" if self._console.is_terminal else "")

    def tell(self, text: str) -> None:
        """Tell a person what is being done; a program hears the answer only."""
        if not self.as_json:
            self._console.print(text)

    def warn(self, frame: int | None, text: str) -> None:
        """Tell of something that is wrong but does not stop the work; once is enough."""
        warning: dict[str, object] = {"frame": frame, "text": text}
        if warning in self.warnings:
            return
        self.warnings.append(warning)
        if not self.as_json:
            where = "" if frame is None else f"frame {frame}: "
            self._console.print(f"Warning: {where}{text}", style="yellow")

    @contextmanager
    def bar(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """Show a bar while the block runs; it is called with what is done and the total."""
        columns = (
            TextColumn("{task.description:<14}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        is_off = self.as_json or not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=is_off) as progress:
            task = progress.add_task(label, total=None)

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            yield advance
