"""Holds what is measured before a style ships: stability under exact motion, locality, strength.

Motion comes from sampling a still at each time, so it is known exactly and no frame is ever warped
twice. `e_stab` is the root mean square of O_t - W(O_{t+1}); *boil* is e_stab over sqrt(2) times the
standard deviation of the output's high-pass (*texture*): 0 when strokes move with the picture, 1
when every frame's strokes are unrelated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from model_training.losses import perceptual
from model_training.networks.features import VggFeatures

Frame = NDArray[np.float32]
"""(H, W, 3) display-encoded RGB in [0, 1]."""

Painter = Callable[[Frame, str, float], Frame]
"""Paints a frame in a style at a strength."""

FRAME_SIZE = (960, 540)
FRAMES = 4
BORDER_PX = 16
"""Pixels at the frame's edge that are left out of the comparison."""

GRAIN_SIGMA = 0.02


@dataclass(frozen=True)
class Move:
    """A camera move: per frame shift in pixels, zoom factor and roll in degrees."""

    shift_px: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    roll_degrees: float = 0.0

    def matrix(self, time: int, still_size: tuple[int, int]) -> NDArray[np.float64]:
        """The 3x3 map from the pixels of frame `time` to the still's."""
        width, height = FRAME_SIZE
        angle, scale = np.radians(self.roll_degrees * time), self.zoom**-time
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        middle = np.array([still_size[0] / 2, still_size[1] / 2])
        middle += np.array(self.shift_px) * (time - (FRAMES - 1) / 2)
        turn = np.array([[cos, -sin], [sin, cos]])
        offset = middle - turn @ np.array([width / 2, height / 2])
        return np.array([[*turn[0], offset[0]], [*turn[1], offset[1]], [0.0, 0.0, 1.0]])


MOVES = {
    "pan": Move(shift_px=(3.3, 0.7)),
    "push": Move(zoom=1.008),
    "roll": Move(roll_degrees=0.5),
}


def sample(image: Frame, matrix: NDArray[np.float64]) -> Frame:
    """`image` seen through a 3x3 pixel map, bicubic, at FRAME_SIZE."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REFLECT_101
    seen = cv2.warpAffine(image, matrix[:2], FRAME_SIZE, flags=flags, borderMode=border)
    return np.clip(seen, 0.0, 1.0).astype(np.float32)


def shrink(still: Frame, size: tuple[int, int] = FRAME_SIZE) -> Frame:
    """The whole still at (width, height), averaged over areas."""
    return cv2.resize(still, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def texture(frame: Frame) -> float:
    """Standard deviation of the high-pass, frame - Gaussian(frame, sigma 4 px)."""
    return float((frame - cv2.GaussianBlur(frame, (0, 0), 4.0)).std())


@dataclass(frozen=True)
class Stability:
    """e_stab and texture in display units; boil is their ratio over sqrt(2)."""

    e_stab: float
    boil: float
    texture: float


def stability(frames: Sequence[Frame], matrices: Sequence[NDArray[np.float64]]) -> Stability:
    """Compares each frame with the next one moved back onto it."""
    squares = []
    inside = slice(BORDER_PX, -BORDER_PX)
    ones = np.ones((*frames[0].shape[:2], 1), np.float32)
    for now, then, here, there in zip(
        frames[:-1], frames[1:], matrices[:-1], matrices[1:], strict=True
    ):
        back = np.linalg.inv(there) @ here
        moved = sample(then, back)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        visible = cv2.warpAffine(ones, back[:2], FRAME_SIZE, flags=flags) > 0
        difference = (now - moved)[inside, inside][visible[inside, inside]]
        squares.append(float(np.square(difference).mean()))
    e_stab = float(np.sqrt(np.mean(squares)))
    rich = float(np.mean([texture(frame) for frame in frames]))
    return Stability(e_stab, e_stab / (np.sqrt(2.0) * rich), rich)


def measure_stability(
    stills: Sequence[Frame], styles: Sequence[str], paint: Painter
) -> dict[str, dict[str, dict[str, float]]]:
    """gates[style or 'plate'][e_stab | boil | texture][move], averaged over the stills."""
    gates: dict[str, dict[str, dict[str, float]]] = {
        name: {"e_stab": {}, "boil": {}, "texture": {}} for name in ("plate", *styles)
    }
    for name, move in MOVES.items():
        found: dict[str, list[Stability]] = {style: [] for style in gates}
        for still in stills:
            size = (still.shape[1], still.shape[0])
            matrices = [move.matrix(time, size) for time in range(FRAMES)]
            plates = [sample(still, matrix) for matrix in matrices]
            found["plate"].append(stability(plates, matrices))
            for style in styles:
                painted = [paint(plate, style, 1.0) for plate in plates]
                found[style].append(stability(painted, matrices))
        for style, values in found.items():
            for key in ("e_stab", "boil", "texture"):
                gates[style][key][name] = float(np.mean([getattr(v, key) for v in values]))
    return gates


def grain_gain(still: Frame, style: str, paint: Painter) -> float:
    """How a static shot's grain comes out: deviation over time, out / in."""
    random = np.random.default_rng(3)
    frame = shrink(still)
    seen = [
        np.clip(frame + random.normal(0, GRAIN_SIGMA, frame.shape), 0, 1).astype(np.float32)
        for _ in range(FRAMES)
    ]
    painted = [paint(plate, style, 1.0) for plate in seen]
    return float(np.std(painted, axis=0).mean() / np.std(seen, axis=0).mean())


def identity_difference(still: Frame, style: str, paint: Painter) -> float:
    """Mean |painted - plate| at strength 0, which should be nothing."""
    frame = shrink(still)
    return float(np.abs(paint(frame, style, 0.0) - frame).mean())


def far_field(still: Frame, style: str, paint: Painter, halo_px: int) -> float:
    """Largest change beyond the halo when one corner of the frame turns white."""
    frame = shrink(still)
    corner = 128
    changed = frame.copy()
    changed[:corner, :corner] = 1.0
    difference = np.abs(paint(frame, style, 1.0) - paint(changed, style, 1.0))
    difference[: corner + halo_px, : corner + halo_px] = 0.0
    return float(difference.max())


def tile_difference(still: Frame, style: str, paint: Painter, halo_px: int) -> float:
    """Largest difference between a frame's part and the same part painted from a crop with halo."""
    frame = shrink(still)
    whole = paint(frame, style, 1.0)
    top, left, size = 160, 240, 120
    crop = frame[top - halo_px : top + size + halo_px, left - halo_px : left + size + halo_px]
    part = paint(np.ascontiguousarray(crop), style, 1.0)
    inner = part[halo_px : halo_px + size, halo_px : halo_px + size]
    return float(np.abs(inner - whole[top : top + size, left : left + size]).max())


@torch.no_grad()
def strength_sweep(
    stills: Sequence[Frame],
    style: str,
    index: int,
    paint: Painter,
    features: VggFeatures,
    target: perceptual.StyleTarget,
) -> dict[str, dict[str, float]]:
    """Style and content distance at five strengths: style must fall, content must rise."""
    sweep: dict[str, dict[str, float]] = {"style_distance": {}, "content_distance": {}}
    which = torch.tensor([index])
    for strength in (0.0, 0.25, 0.5, 0.75, 1.0):
        style_distances, content_distances = [], []
        for still in stills:
            frame = shrink(still, (480, 270))
            images = [frame, paint(frame, style, strength)]
            plate, painted = (
                features(torch.from_numpy(image).permute(2, 0, 1)[None]) for image in images
            )
            style_distances.append(float(perceptual.style_loss(painted, target, which)))
            layer = "relu3_3"
            content_distances.append(float(perceptual.content_loss(painted[layer], plate[layer])))
        sweep["style_distance"][f"{strength:g}"] = float(np.mean(style_distances))
        sweep["content_distance"][f"{strength:g}"] = float(np.mean(content_distances))
    return sweep
