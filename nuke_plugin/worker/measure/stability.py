"""Holds how steady a style is: e_stab, boil and texture under exact motion, and the gain of grain.

``e_stab`` is the root mean square of O_t - W(O_{t+1}); *texture* the standard deviation of the
output's high-pass; *boil* is e_stab over sqrt(2) times the texture: 0 when strokes move with the
picture, 1 when every frame's strokes are unrelated. The three are read together: e_stab alone
rewards a flat style and punishes a rich one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from nuke_plugin.worker.measure.exact_motion import (
    FRAMES,
    MOVES,
    CameraShot,
    Frame,
    Painter,
    sample,
    shrink,
)

BORDER_PX = 16
"""Pixels at the frame's edge that are left out of the comparison."""

HIGH_PASS_SIGMA_PX = 4.0
"""What is finer than this blur counts as texture."""

GRAIN_SIGMA = 0.02
"""Standard deviation of the grain that is laid over a static shot, in display units."""

Gates = dict[str, dict[str, float]]
"""e_stab, boil and texture, each by move."""


def texture(frame: Frame) -> float:
    """Standard deviation of the high-pass, frame - Gaussian(frame, sigma 4 px)."""
    return float((frame - cv2.GaussianBlur(frame, (0, 0), HIGH_PASS_SIGMA_PX)).std())


@dataclass(frozen=True)
class Stability:
    """e_stab and texture in display units; boil is their ratio over sqrt(2)."""

    e_stab: float
    boil: float
    texture: float


def stability(painted: Sequence[Frame], shot: CameraShot) -> Stability:
    """Compares each painted frame with the next one moved back onto it.

    A style without any texture (a flat colour) has a boil of 0.
    """
    squares = []
    inside = slice(BORDER_PX, -BORDER_PX)
    size = (painted[0].shape[1], painted[0].shape[0])
    ones = np.ones((size[1], size[0], 1), np.float32)
    for now, then, back in shot.pairs(painted):
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        visible = cv2.warpAffine(ones, back[:2], size, flags=flags) > 0
        difference = (now - sample(then, back, size))[inside, inside][visible[inside, inside]]
        squares.append(float(np.square(difference).mean()))
    e_stab = float(np.sqrt(np.mean(squares)))
    rich = float(np.mean([texture(frame) for frame in painted]))
    return Stability(e_stab, e_stab / (np.sqrt(2.0) * rich) if rich > 0 else 0.0, rich)


def measure_stability(
    stills: Sequence[Frame], styles: Sequence[str], paint: Painter, frames: int = FRAMES
) -> dict[str, Gates]:
    """gates[style or 'plate'][e_stab | boil | texture][move], averaged over the stills."""
    gates: dict[str, Gates] = {
        name: {"e_stab": {}, "boil": {}, "texture": {}} for name in ("plate", *styles)
    }
    for name, move in MOVES.items():
        found: dict[str, list[Stability]] = {style: [] for style in gates}
        for still in stills:
            shot = CameraShot.of(still, move, frames)
            found["plate"].append(stability(shot.plates, shot))
            for style in styles:
                painted = [paint(plate, style, 1.0) for plate in shot.plates]
                found[style].append(stability(painted, shot))
        for style, values in found.items():
            for key in ("e_stab", "boil", "texture"):
                gates[style][key][name] = float(np.mean([getattr(v, key) for v in values]))
    return gates


def grain_gain(still: Frame, style: str, paint: Painter, frames: int = FRAMES) -> float:
    """How a static shot's grain comes out: deviation over time, out / in."""
    random = np.random.default_rng(3)
    frame = shrink(still)
    seen = [
        np.clip(frame + random.normal(0, GRAIN_SIGMA, frame.shape), 0, 1).astype(np.float32)
        for _ in range(frames)
    ]
    painted = [paint(plate, style, 1.0) for plate in seen]
    return float(np.std(painted, axis=0).mean() / np.std(seen, axis=0).mean())
