"""Holds how steady a style is: e_stab, boil and texture under exact motion, and the gain of grain.

``e_stab`` is the root mean square of O_t - W(O_{t+1}); *texture* the standard deviation of the
output's high-pass; *boil* is e_stab over sqrt(2) times the texture: 0 when strokes move with the
picture, 1 when every frame's strokes are unrelated. The three are read together: e_stab alone
rewards a flat style and punishes a rich one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from nuke_plugin.worker.measure.exact_motion import (
    FRAMES,
    MOVES,
    CameraShot,
    Frame,
    Painter,
    Shot,
    painted_shot,
    shrink,
)
from nuke_plugin.worker.measure.layers import LayerShot, occlusion

BORDER_PX = 16
"""Pixels at the frame's edge that are left out of the comparison."""

HIGH_PASS_SIGMA_PX = 4.0
"""What is finer than this blur counts as texture."""

GRAIN_SIGMA = 0.02
"""Standard deviation of the grain that is laid over a static shot, in display units."""


def texture(frame: Frame) -> float:
    """Standard deviation of the high-pass, frame - Gaussian(frame, sigma 4 px)."""
    return float((frame - cv2.GaussianBlur(frame, (0, 0), HIGH_PASS_SIGMA_PX)).std())


@dataclass(frozen=True)
class Stability:
    """e_stab and texture in display units; boil is their ratio over sqrt(2)."""

    e_stab: float
    boil: float
    texture: float


def stability(painted: Sequence[Frame], shot: Shot) -> Stability:
    """Compares each painted frame with the next one moved back onto it, where it is still seen.

    A style without any texture (a flat colour) has a boil of 0.
    """
    squares = []
    inside = slice(BORDER_PX, -BORDER_PX)
    for time, (now, then) in enumerate(pairwise(painted)):
        moved, visible = shot.moved_back(then, time)
        difference = (now - moved)[inside, inside][visible[inside, inside]]
        squares.append(float(np.square(difference).mean()))
    e_stab = float(np.sqrt(np.mean(squares)))
    rich = float(np.mean([texture(frame) for frame in painted]))
    return Stability(e_stab, e_stab / (np.sqrt(2.0) * rich) if rich > 0 else 0.0, rich)


def measured_shots(stills: Sequence[Frame], frames: int = FRAMES) -> dict[str, list[Shot]]:
    """The shots of every move: each still seen by each camera, and cut-outs over two of them."""
    shots: dict[str, list[Shot]] = {
        name: [CameraShot.of(still, move, frames) for still in stills]
        for name, move in MOVES.items()
    }
    shots["occlusion"] = [LayerShot.of(occlusion(stills), frames)]
    return shots


def grain_gain(still: Frame, style: str, paint: Painter, frames: int = FRAMES) -> float:
    """How a static shot's grain comes out: deviation over time, out / in."""
    random = np.random.default_rng(3)
    frame = shrink(still)
    seen = [
        np.clip(frame + random.normal(0, GRAIN_SIGMA, frame.shape), 0, 1).astype(np.float32)
        for _ in range(frames)
    ]
    painted = painted_shot(paint, seen, style)
    return float(np.std(painted, axis=0).mean() / np.std(seen, axis=0).mean())
