"""Holds what one training step sees: windows of solved runs, and fields for the same mattes.

Everything random comes from the random generator that is given, so a resumed run meets the same
windows. Smears are made on the whole frame, what moves on the window alone: a window has the
fields of its frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model_training.effects.config import EffectConfig
from model_training.solvers.run_files import SolvedRun
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.field_recipe import UP
from nuke_plugin.worker.effects.fields import EffectFields, Moment, StillFields

FRAMES = 3
"""Consecutive frames of a window."""

CELL_PX = 8
"""Windows are looked for where the effect is in cells of this side."""

BUSY = 0.15
"""A cell where a channel reaches this share of its usual value is busy."""

LONGEST_TIME = 20_000.0
"""Frames before and after 0 that moments are drawn from."""

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class Windows:
    """N windows of solved frames, and fields of two seeds for their mattes and controls."""

    fields: Tensor
    """(N, 3, F, h, w), three consecutive moments of one seed."""

    twin: Tensor
    """(N, F, h, w), the middle moment of another seed."""

    solved: Tensor
    """(N, 3, C, h, w), the solver's frames."""

    controls: Tensor
    """(N, A) in [-1, 1]."""

    def to(self, device: torch.device) -> Windows:
        """The same windows on another device."""
        return Windows(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})


class WindowSource:
    """Draws windows from runs."""

    def __init__(self, config: EffectConfig, runs: Sequence[SolvedRun]) -> None:
        self.config = config
        self.runs = runs
        self.crop_px = config.data.crop_px
        self.busy = config.data.busy
        self.scales = np.array(config.effect.scales, np.float32)[:, None, None]
        self.maker = EffectFields(config.effect.recipe)
        self.may_mirror = config.effect.recipe.flow == UP

    def batch(self, count: int, random: np.random.Generator) -> Windows:
        """`count` windows, each of a random run, moment and place."""
        drawn = [self._window(random) for _ in range(count)]
        return Windows(*(torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True)))

    def _window(self, random: np.random.Generator) -> tuple[Planes, Planes, Planes, Planes]:
        run = self.runs[int(random.integers(len(self.runs)))]
        first = int(random.integers(run.record.frames - FRAMES + 1))
        span = slice(first, first + FRAMES)
        mattes, solved = run.matte(span), run.channels(span)
        mirrored = self.may_mirror and bool(random.random() < 0.5)
        wind = run.controls.get(WIND, 0.0)
        if mirrored:
            mattes, solved, wind = mattes[..., ::-1], solved[..., ::-1], -wind
        left, top = self._place(solved[FRAMES // 2], random)
        inside = slice(top, top + self.crop_px), slice(left, left + self.crop_px)
        seeds = random.integers(2**31, size=2)
        times = random.uniform(-LONGEST_TIME, LONGEST_TIME, 2)
        still = self._still(mattes, wind, inside)
        moments = [
            Moment(time, wind * time, int(seeds[0])) for time in times[0] + np.arange(FRAMES)
        ]
        made = [
            self.maker.of(part, moment, (left, top))
            for part, moment in zip(still, moments, strict=True)
        ]
        twin = Moment(times[1], wind * times[1], int(seeds[1]))
        return (
            np.stack(made),
            self.maker.of(still[FRAMES // 2], twin, (left, top)),
            np.ascontiguousarray(solved[:, :, *inside]),
            control_values(self.config, run.controls, mirrored),
        )

    def _still(self, mattes: Planes, wind: float, inside: tuple[slice, slice]) -> list[StillFields]:
        """What needs no time of each of (T, H, W) mattes in a window, made as rarely as can be."""
        rows, columns = inside
        left, top, right, bottom = self.maker.recipe.margins_px(wind)
        first_x, first_y = max(0, columns.start - left), max(0, rows.start - top)
        seen = mattes[:, first_y : rows.stop + bottom, first_x : columns.stop + right]
        tall = slice(rows.start - first_y, rows.stop - first_y)
        wide = slice(columns.start - first_x, columns.stop - first_x)
        made: list[StillFields] = []
        for at, matte in enumerate(seen):
            if at and np.array_equal(matte, seen[at - 1]):
                made.append(made[-1])
            else:
                made.append(self.maker.still(matte, wind).part(tall, wide))
        return made

    def _place(self, solved: Planes, random: np.random.Generator) -> tuple[int, int]:
        """Left and top of a window, in a share of cases round a busy cell."""
        height, width = solved.shape[1:]
        free_x, free_y = width - self.crop_px, height - self.crop_px
        left, top = int(random.integers(free_x + 1)), int(random.integers(free_y + 1))
        lookout = random.random() < self.busy
        pick, aside = random.random(), random.uniform(-0.25, 0.25, 2) * self.crop_px
        if lookout:
            coarse = (np.abs(solved) / self.scales).max(0)[CELL_PX // 2 :: CELL_PX]
            rows, columns = np.nonzero(coarse[:, CELL_PX // 2 :: CELL_PX] > BUSY)
            if len(rows):
                cell = int(pick * len(rows))
                half = self.crop_px // 2
                left = int(np.clip(columns[cell] * CELL_PX - half + aside[0], 0, free_x))
                top = int(np.clip(rows[cell] * CELL_PX - half + aside[1], 0, free_y))
        return left, top


def control_values(
    config: EffectConfig, values: Mapping[str, float], mirrored: bool = False
) -> Planes:
    """A run's controls as the network takes them, (A,); `mirrored` turns the wind round."""
    signs = {WIND: -1.0 if mirrored else 1.0}
    controls = config.effect.controls
    found = [c.normalised(signs.get(c.id, 1.0) * values[c.id]) for c in controls]
    return np.array(found, np.float32)
