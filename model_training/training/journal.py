"""Holds what a run tells about itself: curves for TensorBoard, losses.jsonl, and sheets.

None of it is needed to go on, so a full disk costs a line or a picture and never the run.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from torch.utils.tensorboard import SummaryWriter

from model_training.training.sheet import write_picture

LOSSES_FILE = "losses.jsonl"


class Journal:
    """Writes a run's curves and sheets; what cannot be written is told once a kind and left out."""

    def __init__(self, run: Path, first: int, warn: Callable[[str], None]) -> None:
        self.run = run
        self.warn = warn
        self._told: set[str] = set()
        self._board: SummaryWriter | None = None
        self._thread_hook = threading.excepthook
        threading.excepthook = self._end_thread
        with self._spared("TensorBoard's curves"):
            self._board = SummaryWriter(str(run / "tensorboard"), purge_step=first)
        with self._spared(LOSSES_FILE):
            _forget_after(run / LOSSES_FILE, first)

    def write_losses(self, step: int, seconds: float, terms: dict[str, float]) -> None:
        """One point of every curve."""
        with self._spared(LOSSES_FILE):
            line = json.dumps({"step": step, "seconds": seconds, **terms})
            _append_line(self.run / LOSSES_FILE, line)
        with self._on_board() as board:
            if board is not None:
                for name, value in terms.items():
                    board.add_scalar(f"loss/{name}", value, step)

    def write_sheet(self, step: int, sheet: np.ndarray) -> None:
        """The sheet, (H, W, 3) uint8 RGB, as a file and on TensorBoard."""
        with self._spared("the sheets"):
            write_picture(self.run / f"sheet_{step:06d}.png", sheet)
        with self._on_board() as board:
            if board is not None:
                half = (sheet.shape[1] // 2, sheet.shape[0] // 2)
                small = cv2.resize(sheet, half, interpolation=cv2.INTER_AREA)
                board.add_image("sheet", small, step, dataformats="HWC")

    def close(self) -> None:
        """Writes out what TensorBoard still holds."""
        with self._on_board() as board:
            if board is not None:
                board.close()
        self._board = None
        threading.excepthook = self._thread_hook

    def _end_thread(self, ended: threading.ExceptHookArgs) -> None:
        """Says nothing of a full disk in TensorBoard's own thread: its next call raises it here."""
        theirs = type(ended.thread).__module__.startswith("tensorboard.")
        if not (theirs and isinstance(ended.exc_value, OSError)):
            self._thread_hook(ended)

    @contextmanager
    def _on_board(self) -> Iterator[SummaryWriter | None]:
        board = self._board
        self._board = None  # a writer that failed once fails for ever
        with self._spared("TensorBoard's curves"):
            yield board
            self._board = board

    @contextmanager
    def _spared(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if what not in self._told:
                self._told.add(what)
                reason = error.strerror or error
                self.warn(
                    f"Cannot write {what} in '{self.run}': {reason}. Training goes on without; "
                    "make room there."
                )


def _append_line(path: Path, line: str) -> None:
    """Adds a whole line or nothing."""
    rest = line.encode() + b"\n"
    with path.open("ab", buffering=0) as log:  # a buffer would write its rest after all on closing
        before = log.seek(0, os.SEEK_END)
        try:
            while rest:
                rest = rest[log.write(rest) :]
        except OSError:
            os.truncate(path, before)
            raise


def _forget_after(path: Path, step: int) -> None:
    """Drops the lines that a killed run wrote after the state it is resumed from."""
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["step"] <= step]
    if len(kept) < len(lines):
        building = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            building.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            os.replace(building, path)
        finally:
            building.unlink(missing_ok=True)
