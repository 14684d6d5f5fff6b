"""Holds one evaluation: what is measured, on which set, beside which twin, and what came out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from model_training.evaluation.painting_distance import PaintingRuler
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.measure.exact_motion import (
    FRAME_SIZE,
    MOVES,
    CameraShot,
    Frame,
    Painter,
    painted_shot,
    shrink,
)
from nuke_plugin.worker.measure.gates import (
    MeasuredSet,
    measure_motion,
    measure_plate,
    measure_style,
)
from nuke_plugin.worker.measure.stills import shipped_stills

SHOWN_STILLS = ("mountains", "dandelions")
"""What a report shows painted: a smooth sky, and an out-of-focus ground."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Subject:
    """What is measured."""

    title: str
    """What to call it."""

    paint: Painter
    """How it paints."""

    styles: Mapping[str, str]
    """Title by style id; a command has one."""

    halo_px: int | None = None
    """How far an input pixel matters; None where nothing is declared."""

    has_strength: bool = True
    """Whether it can paint at strength 0."""

    facts: Mapping[str, float] = field(default_factory=dict)
    """What is known of the whole, by the names of a card's gates."""


@dataclass(frozen=True)
class View:
    """One still in one style."""

    plate: Frame
    painted: Frame
    drift: Frame
    """|O_t - W(O_{t+1})| under the pan: what does not move with the picture; (H, W, 3)."""


@dataclass(frozen=True)
class StyleResult:
    """What was found of one style."""

    id: str
    title: str
    numbers: NumberTree
    """By the names of a card's gates; the twin's own under ``twin``."""

    views: tuple[View, ...]


@dataclass(frozen=True)
class Measurement:
    """What was found of all styles."""

    subject: Subject
    measured: MeasuredSet
    is_quick: bool
    plate: NumberTree
    plate_drifts: tuple[Frame, ...]
    """The untouched plates' own drift, in the order of the views."""

    styles: tuple[StyleResult, ...]

    def to_json(self) -> dict[str, Any]:
        """What a program reads; ``gates`` is laid out as on a card."""
        return {
            "impasto_version": VERSION,
            "subject": self.subject.title,
            "set": {
                "frame_size": list(FRAME_SIZE),
                "stills": len(self.measured.stills),
                "frames_of_a_shot": self.measured.frames,
                "is_quick": self.is_quick,
            },
            "gates": {
                **self.subject.facts,
                "plate": self.plate,
                **{style.id: style.numbers for style in self.styles},
            },
        }


def evaluate(
    subject: Subject,
    *,
    is_quick: bool = False,
    twin: Subject | None = None,
    ruler: PaintingRuler | None = None,
    say: Say = lambda text: None,
) -> Measurement:
    """Measure every style of a subject on the shipped set, and of its twin those it shares."""
    measured = MeasuredSet.quick() if is_quick else MeasuredSet.shipped()
    plate = measure_plate(measured)
    stills = shipped_stills()
    shown = [CameraShot.of(stills[name], MOVES["pan"], 2) for name in SHOWN_STILLS]
    styles = []
    for name, title in subject.styles.items():
        say(f"measuring {name}")
        numbers = measure_style(
            subject.paint, name, subject.halo_px, measured, subject.has_strength
        )
        if ruler is not None and name in ruler.styles:
            numbers.update(ruler.measure(subject.paint, name, measured.stills))
            if "flat_texture" in numbers:
                numbers["flat_richness"] = numbers["flat_texture"] / ruler.calm_texture(name)
        if twin is not None and name in twin.styles:
            say(f"measuring {name}'s twin")
            own = measure_motion(twin.paint, name, measured)
            if ruler is not None and name in ruler.styles:
                own["style_distance"] = ruler.distance(twin.paint, name, measured.stills)
            numbers["twin"] = own
        views = tuple(_view(shot, painted_shot(subject.paint, shot.plates, name)) for shot in shown)
        styles.append(StyleResult(name, title, numbers, views))
    drifts = tuple(_view(shot, shot.plates).drift for shot in shown)
    return Measurement(subject, measured, is_quick, plate, drifts, tuple(styles))


def milliseconds_per_megapixel(paint: Painter, style: str, still: Frame) -> float:
    """Milliseconds to paint a million pixels in memory: the median of three frames after one."""
    frame = shrink(still)
    paint(frame, style, 1.0)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        paint(frame, style, 1.0)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) * 1e9 / (FRAME_SIZE[0] * FRAME_SIZE[1])


def _view(shot: CameraShot, painted: Sequence[Frame]) -> View:
    moved, seen = shot.moved_back(painted[1], 0)
    drift = np.abs(painted[0] - moved) * seen[..., None]
    return View(shot.plates[0], painted[0], drift.astype(np.float32))
