"""Holds solved runs as files: one folder a run, with `run.json` and `channels.npy`.

`channels.npy` is (frames, C, H, W) float16 and is mapped, not loaded: a training set is larger than
a batch by thousands. A run is written beside its final name and moved there whole.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_training.solvers.effects import EFFECTS, SolvedEffect
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.strict_json import NumberTree, parse_object, read_record, write_record

RUN_FORMAT = 1
"""Raised when a run of before can no longer be read."""
RUN_FILE = "run.json"
CHANNELS_FILE = "channels.npy"
HELD_OUT_EVERY = 6
"""Of these many runs the last is never trained on."""

Frames = int | slice | Sequence[int]
"""Which frames: one, a range of them or a list."""

EVERYWHERE = slice(None)


class RunUnreadable(ValueError):
    """A run's folder holds no run, or a broken one; the sentence names the file."""


class RunsMissing(ValueError):
    """A folder that was named for runs holds none, or such as do not go together."""


class RunExists(ValueError):
    """A run would be written over another one."""


@dataclass(frozen=True)
class RunRecord:
    """What `run.json` says."""

    format: int
    """RUN_FORMAT."""
    effect: str
    """A name of EFFECTS."""
    source: str
    """`solver`, or `plates`."""
    index: int
    """Of the run in its set, from 0; every sixth is held out."""
    seed: int
    """That the set was made with; 0 for plates."""
    width: int
    height: int
    fps: int
    frames: int
    """Frames in the file; those that the solver needed to warm up are not in it."""
    channels: tuple[str, ...]
    """Of the file, in order: the matte, the effect's, velocity.x and velocity.y if it has them."""
    controls: Mapping[str, float]
    """What the run was solved with, by name, in the units of ControlRange."""
    matte: str
    """Its kind, or the plate's name."""
    settings: NumberTree
    """Of the solver, for people."""
    made_by: str
    """Version of the program."""

    def __post_init__(self) -> None:
        if self.format != RUN_FORMAT:
            raise FieldInvalid("format", f"it is {self.format}; this version reads {RUN_FORMAT}")
        if self.effect not in EFFECTS:
            raise FieldInvalid("effect", f"'{self.effect}' is none of {', '.join(EFFECTS)}")
        effect = EFFECTS[self.effect]
        if self.channels != effect.stored:
            raise FieldInvalid("channels", f"they are not {', '.join(effect.stored)}")
        if tuple(self.controls) != tuple(control.name for control in effect.controls):
            raise FieldInvalid("controls", "they are not those of the effect, in order")
        if min(self.width, self.height, self.frames, self.fps) < 1 or self.index < 0:
            raise FieldInvalid("frames", "a size, a count or the index is too small")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Of the array in `channels.npy`: (frames, C, H, W)."""
        return self.frames, len(self.channels), self.height, self.width

    @property
    def folder_name(self) -> str:
        """Of the run, in its set."""
        return f"run_{self.index:03d}"


@dataclass(frozen=True)
class SolvedRun:
    """One run on the disk. Arrays it gives are float32 copies; the file stays closed to writing."""

    folder: Path
    record: RunRecord

    @classmethod
    def open(cls, folder: Path) -> SolvedRun:
        """The run in a folder; RunUnreadable where it is none or its files do not agree."""
        file = folder / RUN_FILE
        try:
            record = read_record(RunRecord, parse_object(file.read_text(encoding="utf-8")))
        except FieldInvalid as error:
            at = f" at {error.key}" if error.key else ""
            raise RunUnreadable(
                f"Run file '{file}' is wrong{at}: {error.reason}. Solve the run again."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise RunUnreadable(
                f"Run file '{file}' cannot be read: {error}. Name a folder that impasto-train "
                "solve made."
            ) from error
        run = cls(folder, record)
        run._array  # noqa: B018 - a run that opens can be read
        return run

    @property
    def effect(self) -> SolvedEffect:
        """What was solved."""
        return EFFECTS[self.record.effect]

    @property
    def is_held_out(self) -> bool:
        """Whether it is for evaluation only: every sixth run is."""
        return self.record.index % HELD_OUT_EVERY == HELD_OUT_EVERY - 1

    @property
    def controls(self) -> Mapping[str, float]:
        """By name, in their own units; see ControlRange."""
        return self.record.controls

    @property
    def normalised_controls(self) -> tuple[float, ...]:
        """What the network gets: each -1..1, in the effect's order."""
        return self.effect.normalised(self.controls)

    def matte(
        self, frames: Frames, rows: slice = EVERYWHERE, columns: slice = EVERYWHERE
    ) -> NDArray[np.float32]:
        """(T, H, W) 0..1, or (H, W) for a single frame; of a window where one is named."""
        return self._part(frames, slice(0, 1), rows, columns)[..., 0, :, :]

    def channels(
        self, frames: Frames, rows: slice = EVERYWHERE, columns: slice = EVERYWHERE
    ) -> NDArray[np.float32]:
        """(T, C, H, W) in the effect's order, or (C, H, W) for a single frame."""
        return self._part(frames, slice(1, 1 + len(self.effect.channels)), rows, columns)

    def velocity(
        self, frames: Frames, rows: slice = EVERYWHERE, columns: slice = EVERYWHERE
    ) -> NDArray[np.float32]:
        """(T, 2, H, W) px a frame, x first; no channels for an effect without."""
        return self._part(frames, slice(1 + len(self.effect.channels), None), rows, columns)

    @cached_property
    def _array(self) -> NDArray[np.float16]:
        file = self.folder / CHANNELS_FILE
        try:
            array: NDArray[np.float16] = np.load(file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise RunUnreadable(
                f"Run file '{file}' cannot be read: {error}. Solve the run again."
            ) from error
        if array.shape != self.record.shape or array.dtype != np.float16:
            raise RunUnreadable(
                f"Run file '{file}' holds {array.dtype} {array.shape} and {RUN_FILE} says float16 "
                f"{self.record.shape}. Solve the run again."
            )
        return array

    def _part(
        self, frames: Frames, channels: slice, rows: slice, columns: slice
    ) -> NDArray[np.float32]:
        which = frames if isinstance(frames, (int, slice)) else list(frames)
        return np.asarray(self._array[which][..., channels, rows, columns], np.float32)


def find_runs(folder: Path) -> list[SolvedRun]:
    """The runs in a folder, in their order; RunsMissing for none or for several effects or sizes.

    Raises RunUnreadable where one of them is broken.
    """
    if not folder.is_dir():
        raise RunsMissing(f"There is no folder of runs '{folder}'. Make one: impasto-train solve.")
    runs = [SolvedRun.open(file.parent) for file in sorted(folder.glob(f"*/{RUN_FILE}"))]
    runs.sort(key=lambda run: (run.record.index, run.folder.name))
    if not runs:
        raise RunsMissing(f"Folder '{folder}' holds no run. Make some: impasto-train solve.")
    kinds = {(run.record.effect, run.record.width, run.record.height) for run in runs}
    if len(kinds) > 1:
        found = ", ".join(f"{effect} {width}x{height}" for effect, width, height in sorted(kinds))
        raise RunsMissing(
            f"Runs in '{folder}' do not go together: {found}. Keep one effect and size a folder."
        )
    return runs


def split_runs(runs: Sequence[SolvedRun]) -> tuple[list[SolvedRun], list[SolvedRun]]:
    """Those to train on and those held out."""
    return (
        [run for run in runs if not run.is_held_out],
        [run for run in runs if run.is_held_out],
    )


def is_written(folder: Path, record: RunRecord) -> bool:
    """Whether this very run is there already; RunExists where another one is in its place."""
    final = folder / record.folder_name
    if not final.exists():
        return False
    if SolvedRun.open(final).record != record:
        raise RunExists(
            f"Folder '{final}' holds another run than the one to write. Name another --out, or "
            "remove it."
        )
    return True


@contextlib.contextmanager
def new_run(folder: Path, record: RunRecord) -> Iterator[NDArray[np.float16]]:
    """The array of a run, to fill frame by frame; the run stands in `folder` when all went well.

    What goes wrong meanwhile leaves nothing. Raises RunExists and OSError.
    """
    final = folder / record.folder_name
    if final.exists():
        raise RunExists(f"Folder '{final}' is there already. Name another --out, or remove it.")
    building = folder / f".{record.folder_name}.part"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        array: Any = np.lib.format.open_memmap(
            building / CHANNELS_FILE, mode="w+", dtype=np.float16, shape=record.shape
        )
        yield array
        array.flush()
        text = json.dumps(write_record(record), indent=1, allow_nan=False)
        (building / RUN_FILE).write_text(text + "\n", encoding="utf-8")
        building.replace(final)
    finally:
        shutil.rmtree(building, ignore_errors=True)
