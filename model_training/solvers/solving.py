"""Holds the making of a set of runs: what each draws from its seed, the loop over frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from model_training.solvers.domain import Domain
from model_training.solvers.effects import EFFECTS, FPS, SolvedEffect
from model_training.solvers.fire import Fire, FireSettings
from model_training.solvers.mattes import KINDS, Matte, random_matte
from model_training.solvers.run_files import RUN_FORMAT, RunRecord, is_written, new_run
from model_training.solvers.seen_through import SeenThrough
from model_training.solvers.smoke import Smoke, SmokeSettings
from model_training.solvers.solver import Solver
from model_training.solvers.water import Water, WaterSettings
from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.version import VERSION

LEAST_SIDE_PX = 16
SMOKE_SLICES = 3
"""Solved side by side and seen through: one slice of smoke has the edges of ink in water, a plume
that light goes through has not."""
WARM_UP_FRAMES = {FIRE: 48, SMOKE: 96, WATER: 48}
"""Solved and not kept: a gas that starts from nothing rises as one puff, a shore echoes late."""


class SolveInvalid(ValueError):
    """A set of runs that cannot be solved was asked for."""


@dataclass(frozen=True)
class SolveOrder:
    """A set of runs to solve."""

    effect: str
    """A name of EFFECTS."""
    runs: int
    frames: int
    """Of each run."""
    width: int
    height: int
    seed: int
    """Two sets of one seed are equal, however many runs each has."""

    def __post_init__(self) -> None:
        if self.effect not in EFFECTS:
            raise SolveInvalid(
                f"There is no solver for '{self.effect}'. Use one of {', '.join(EFFECTS)}."
            )
        if min(self.width, self.height) < LEAST_SIDE_PX:
            raise SolveInvalid(
                f"A size of {self.width}x{self.height} is too small to solve: use at least "
                f"{LEAST_SIDE_PX} px a side."
            )

    def draw(self, index: int) -> Drawn:
        """Run number `index`: its matte, its controls, its random numbers."""
        effect = EFFECTS[self.effect]
        random = np.random.default_rng((self.seed, index))
        controls = {control.name: control.drawn(random) for control in effect.controls}
        kind = KINDS[index % len(KINDS)]
        matte = random_matte(random, kind, self.width, self.height, effect.is_rising)
        return Drawn(effect, index, controls, matte, random)


@dataclass(frozen=True)
class Drawn:
    """What one run is solved with."""

    effect: SolvedEffect
    index: int
    controls: dict[str, float]
    matte: Matte
    random: np.random.Generator

    def solver(self) -> tuple[Solver, NumberTree]:
        """The solver at its start, and its settings."""
        domain = Domain(self.matte.width, self.matte.height)
        if self.effect.name == FIRE:
            fire = FireSettings.of(**self.controls)
            return Fire(domain, fire, self.random), _tree(fire)
        if self.effect.name == SMOKE:
            smoke = SmokeSettings.of(**self.controls)
            depth = [Smoke(domain, smoke, own) for own in self.random.spawn(SMOKE_SLICES)]
            return SeenThrough(depth), _tree(smoke)
        water = WaterSettings.of(**self.controls, level=self.matte.level)
        return Water(domain, water, self.random), _tree(water)


def solve_set(order: SolveOrder, folder: Path, say: Callable[[str], None]) -> list[Path]:
    """Solve what is not there yet; the folders of all runs, in order.

    Raises RunExists where other runs are in the way, RunUnreadable, OSError.
    """
    folders = []
    flushed = torch.set_flush_denormal(True)  # soot fades to numbers that are slow to reckon with
    try:
        for index in range(order.runs):
            drawn = order.draw(index)
            solver, settings = drawn.solver()
            record = _record(order, drawn, settings)
            folders.append(folder / record.folder_name)
            said = ", ".join(f"{name} {value:g}" for name, value in drawn.controls.items())
            if is_written(folder, record):
                say(f"{record.folder_name}: there already")
                continue
            _solve_run(solver, drawn.matte, record, folder)
            say(f"{record.folder_name}: {drawn.matte.kind}, {said}")
    finally:
        if flushed:
            torch.set_flush_denormal(False)
    return folders


def _solve_run(solver: Solver, matte: Matte, record: RunRecord, folder: Path) -> None:
    warm_up = WARM_UP_FRAMES[record.effect]
    with new_run(folder, record) as array:
        for frame in range(warm_up + record.frames):
            now = matte.at(frame)
            solver.advance(frame, now)
            if frame >= warm_up:
                array[frame - warm_up] = np.concatenate(
                    [now[None], solver.channels(), solver.velocity()]
                )


def _tree(settings: FireSettings | SmokeSettings | WaterSettings) -> NumberTree:
    return NumberTree(dataclasses.asdict(settings))


def _record(order: SolveOrder, drawn: Drawn, settings: NumberTree) -> RunRecord:
    return RunRecord(
        format=RUN_FORMAT,
        effect=order.effect,
        source="solver",
        index=drawn.index,
        seed=order.seed,
        width=order.width,
        height=order.height,
        fps=FPS,
        frames=order.frames,
        channels=drawn.effect.stored,
        controls=drawn.controls,
        matte=drawn.matte.kind,
        settings=settings,
        made_by=VERSION,
    )
