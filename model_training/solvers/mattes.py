"""Holds random mattes in motion: blobs, letters, discs, bars, thin edges, a frame's bottom edge.

A matte is closed-form in time, as a roto shape is, and its motion returns after `loop_frames`.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass

import cv2
import numpy as np

from model_training.solvers.domain import Field

KINDS = ("blob", "letters", "disc", "bar", "edge", "bottom", "several")
"""Every kind; run i gets kind i modulo 7, so that the held-out sixth has all of them in time."""

FULL_SHARE = 0.6
"""Of the mattes that are fully white; the others are as a lower intensity makes them."""
LEAST_LEVEL = 0.35
SOFT_SHARE = 0.5
"""Of the mattes with a soft edge."""
MOST_SOFT_PX = 5.0
WIDER = 1.7
"""How much larger mattes are that need no room above them."""


@dataclass(frozen=True)
class Motion:
    """A path that returns: a place, a sway, a turn."""

    x_px: float
    """Of the middle."""
    y_px: float
    """Of the middle."""
    sway_x_px: float
    """Half the way it goes to and fro; 0 stands still."""
    sway_y_px: float
    """Half the way it goes up and down; 0 stands still."""
    rounds: int
    """How often it goes there and back in a loop."""
    turns: int
    """Whole turns in a loop; 0 does not turn, negative is to the left."""
    angle: float
    """At frame 0, radians."""
    loop_frames: int
    """After how many frames it is where it was."""

    def at(self, frame: float) -> tuple[float, float, float]:
        """Place x, y in pixels and angle in radians."""
        part = 2 * math.pi * frame / self.loop_frames
        return (
            self.x_px + self.sway_x_px * math.sin(part * self.rounds),
            self.y_px + self.sway_y_px * math.cos(part * self.rounds),
            self.angle + part * self.turns,
        )


@dataclass(frozen=True)
class Shape:
    """A drawing on a square of its own, which a motion carries through the frame."""

    drawing: Field
    """(S, S) 0..1; black along its edge."""
    motion: Motion

    def on(self, frame: float, width: int, height: int) -> Field:
        """(H, W) 0..1."""
        x, y, angle = self.motion.at(frame)
        middle = (self.drawing.shape[0] - 1) / 2
        cos, sin = math.cos(angle), math.sin(angle)
        place = np.array(
            [
                [cos, -sin, x - cos * middle + sin * middle],
                [sin, cos, y - sin * middle - cos * middle],
            ]
        )
        return np.asarray(cv2.warpAffine(self.drawing, place, (width, height)), np.float32)


@dataclass(frozen=True)
class Matte:
    """What an effect burns, smokes or flows on."""

    kind: str
    """One of KINDS."""
    width: int
    height: int
    shapes: tuple[Shape, ...]
    level: float
    """Of its white, 0..1."""
    soft_px: float
    """Standard deviation of its edge; 0 is hard, but for one pixel."""

    def at(self, frame: float) -> Field:
        """(H, W) 0..1 at any frame."""
        matte = np.zeros((self.height, self.width), np.float32)
        for shape in self.shapes:
            np.maximum(matte, shape.on(frame, self.width, self.height), out=matte)
        if self.soft_px > 0:
            matte = np.asarray(cv2.GaussianBlur(matte, (0, 0), self.soft_px), np.float32)
        return np.asarray(np.clip(matte * np.float32(self.level), 0, 1), np.float32)


def random_matte(
    random: np.random.Generator, kind: str, width: int, height: int, is_rising: bool
) -> Matte:
    """A matte of a kind; one `is_rising` lies low, so that there is room above it."""
    unit = min(width, height)
    count = int(random.integers(2, 5)) if kind == "several" else 1
    size = unit * (0.45 if kind == "several" else 1.0) * (1.0 if is_rising else WIDER)
    shapes = []
    for _ in range(count):
        shown = str(random.choice(["blob", "letters", "disc"])) if kind == "several" else kind
        drawing = _DRAWINGS[shown](random, size, width)
        motion = _random_motion(random, shown, drawing.shape[0], width, height, is_rising)
        shapes.append(Shape(drawing, motion))
    level = 1.0 if random.random() < FULL_SHARE else float(random.uniform(LEAST_LEVEL, 1.0))
    # A thin edge that is made soft is hardly there.
    is_soft = random.random() < SOFT_SHARE and kind != "edge"
    soft = float(random.uniform(0.5, MOST_SOFT_PX)) * unit / 256 if is_soft else 0.0
    return Matte(kind, width, height, tuple(shapes), level, soft)


def _random_motion(
    random: np.random.Generator, kind: str, drawn_px: int, width: int, height: int, is_rising: bool
) -> Motion:
    loop = int(random.integers(96, 193))
    low, high = (0.55, 0.85) if is_rising else (0.3, 0.7)
    x, y = random.uniform(0.3, 0.7) * width, random.uniform(low, high) * height
    sway_x = sway_y = 0.0
    turns = 0
    angle = float(random.uniform(-0.3, 0.3))
    rounds = int(random.integers(1, 3))
    if kind == "bottom":
        return Motion(width / 2, height - drawn_px / 2, 0, 0, 1, 0, 0.0, loop)
    moves = kind == "disc" or random.random() < 0.5
    if moves:
        # At most about 4 px a frame at the quickest place of its path.
        most = 4.0 * loop / (2 * math.pi * rounds)
        sway_x = min(most, float(random.uniform(0.05, 0.3)) * width)
        sway_y = min(most, float(random.uniform(0.0, 0.12)) * height)
    if kind == "bar" or (kind in ("blob", "edge") and random.random() < 0.4):
        turns = int(random.choice([-2, -1, 1, 2]))
    return Motion(float(x), float(y), sway_x, sway_y, rounds, turns, angle, loop)


def _blob(random: np.random.Generator, size: float, _: int) -> Field:
    """A closed curve of a few waves round a circle."""
    square = _square(size)
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    radius = np.full_like(angle, random.uniform(0.12, 0.28) * size)
    for wave in range(2, 6):
        radius *= 1 + random.uniform(0, 0.3) / wave * np.sin(wave * angle + random.uniform(0, 6.3))
    return _filled(square, np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1))


def _disc(random: np.random.Generator, size: float, _: int) -> Field:
    """A disc, or a ring."""
    square = _square(size)
    radius = random.uniform(0.06, 0.2) * size
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    disc = _filled(square, circle * radius)
    if random.random() < 0.3:
        disc -= _filled(square, circle * radius * random.uniform(0.5, 0.8))
    return disc


def _bar(random: np.random.Generator, size: float, _: int) -> Field:
    square = _square(size)
    long, short = random.uniform(0.2, 0.36) * size, random.uniform(0.015, 0.07) * size
    return _filled(
        square, np.array([[-long, -short], [long, -short], [long, short], [-long, short]])
    )


def _edge(random: np.random.Generator, size: float, _: int) -> Field:
    """A curve a few pixels wide, open or closed: what an edge matte gives."""
    square = _square(size)
    along = np.linspace(-1, 1, 64)
    if random.random() < 0.35:
        radius = random.uniform(0.15, 0.3) * size
        points = radius * np.stack([np.cos(np.pi * along), np.sin(np.pi * along)], axis=1)
    else:
        bow = random.uniform(-0.2, 0.2) * along**2 + random.uniform(-0.12, 0.12) * along**3
        points = size * np.stack([0.4 * along, bow], axis=1)
    drawing = np.zeros((square, square), np.uint8)
    fine = np.round((points + (square - 1) / 2) * 16).astype(np.int32)
    wide = int(random.integers(2, 6))
    cv2.polylines(drawing, [fine], False, 255, wide, cv2.LINE_AA, shift=4)
    return drawing.astype(np.float32) / np.float32(255)


def _letters(random: np.random.Generator, size: float, _: int) -> Field:
    square = _square(size)
    text = "".join(
        random.choice(list(string.ascii_uppercase + string.digits), random.integers(1, 4))
    )
    font = int(random.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
    stroke = max(2, round(size * float(random.uniform(0.02, 0.06))))
    (wide, high), _below = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(0.7 * size / wide, float(random.uniform(0.3, 0.5)) * size / high)
    (wide, high), _below = cv2.getTextSize(text, font, scale, stroke)
    drawing = np.zeros((square, square), np.uint8)
    place = ((square - wide) // 2, (square + high) // 2)
    cv2.putText(drawing, text, place, font, scale, 255, stroke, cv2.LINE_AA)
    return drawing.astype(np.float32) / np.float32(255)


def _bottom(random: np.random.Generator, size: float, width: int) -> Field:
    """The whole bottom edge of the frame, its top line wavy; as wide as the frame at least."""
    square = 2 * ((width + 1) // 2 + 2)
    x = np.arange(square)
    line = random.uniform(0.02, 0.12 if size <= width else 0.4) * size * np.ones(square)
    for wave in (1, 2, 3, 5):
        line += (
            0.03
            * size
            * random.uniform(0, 1)
            / wave
            * np.sin(2 * np.pi * wave * x / square + random.uniform(0, 6.3))
        )
    from_bottom = square - np.arange(square)[:, None]
    return np.clip(np.maximum(line, 2)[None, :] - from_bottom + 1, 0, 1).astype(np.float32)


_DRAWINGS = {
    "blob": _blob,
    "letters": _letters,
    "disc": _disc,
    "bar": _bar,
    "edge": _edge,
    "bottom": _bottom,
}


def _square(size: float) -> int:
    return 2 * math.ceil(size / 2 + 2)


def _filled(square: int, points: np.ndarray) -> Field:
    """The inside of a polygon round the middle, its edge smooth."""
    drawing = np.zeros((square, square), np.uint8)
    fine = np.round((points + (square - 1) / 2) * 16).astype(np.int32)
    cv2.fillPoly(drawing, [fine], 255, cv2.LINE_AA, shift=4)
    return drawing.astype(np.float32) / np.float32(255)
