"""Holds the picture that an effect's training leaves beside its curves: made beside solved."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.effects.config import EffectConfig
from model_training.effects.making import FrameMaker, by_hand, by_network
from model_training.effects.picture import display, grey, joined
from model_training.effects.windows import control_values
from model_training.networks.effect_generator import EffectGenerator
from model_training.solvers.run_files import SolvedRun
from model_training.training.step import SHEET_ROWS
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.worker.effects.fields import Moment

PICTURE_SIZE = (240, 180)
"""Width and height of each picture in a sheet."""

FRAMES_APART = (0, 2, 4)
"""Made frames that are shown beside each other, so that motion can be seen."""

COLUMNS = 3 + len(FRAMES_APART) + 1
"""The matte, solved, by hand, made frames, and another seed."""


def sheet_size(config: EffectConfig) -> tuple[int, int]:
    """Width and height of a sheet."""
    return COLUMNS * PICTURE_SIZE[0], SHEET_ROWS * PICTURE_SIZE[1]


def make_effect_sheet(
    config: EffectConfig, generator: EffectGenerator, runs: Sequence[SolvedRun], rows: int
) -> np.ndarray:
    """Rows: held-out runs; columns: matte, solved, hand-made, made in motion, another seed."""
    effect, recipe = config.effect.kind, config.effect.recipe
    hand = FrameMaker(recipe, by_hand(effect, recipe))
    made = FrameMaker(recipe, by_network(generator))
    lines = []
    for row in range(rows):
        run = runs[row % len(runs)]
        middle = run.record.frames // 2
        matte = run.matte(slice(middle, middle + 1))[0]
        solved = run.channels(slice(middle, middle + 1))[0]
        wind = run.controls.get(WIND, 0.0)
        controls = control_values(config, run.controls)
        seeds = [(made, t, 1) for t in FRAMES_APART] + [(made, 0, 2)]
        frames = [
            maker.frame(matte, controls, Moment(t, wind * t, seed), wind)
            for maker, t, seed in ((hand, 0, 1), *seeds)
        ]
        pictures = [display(effect, channels, matte) for channels in (solved, *frames)]
        lines.append([_fitted(picture) for picture in (grey(matte), *pictures)])
    return joined(lines)


def _fitted(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture in a sheet's size, its shape kept, on black."""
    width, height = PICTURE_SIZE
    scale = min(width / picture.shape[1], height / picture.shape[0])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    fitted = np.zeros((height, width, 3), np.uint8)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    fitted[top : top + size[1], left : left + size[0]] = small
    return fitted
