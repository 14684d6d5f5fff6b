"""Measures what --steady takes from boil and from texture, on the exact-motion set.

    python -m benchmarks.steady_gain [--model ID] [--styles A,B] [--reach 1,2] [--stills 2]
                                     [--size 640x360] [--moves pan,push,roll] [--picture OUT.png]

Each still is seen by each camera, painted, and the frames in the middle, which have all their
neighbours, are compared with the next one under the motion that is exactly known. Boil and texture
are means over stills and moves; "less boil" and "less texture" are shares of what there was.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.measure.exact_motion import MOVES, CameraShot, Frame, Mask
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.measure.stability import Stability, stability
from nuke_plugin.worker.measure.stills import shipped_stills
from nuke_plugin.worker.steady import PaintedFrame, steadied

MIDDLE_FRAMES = 3
"""Frames that are compared; there are as many more on each side as neighbours count."""


@dataclass(frozen=True)
class _Middle:
    """The middle of a shot, whose first frame is at ``start``."""

    shot: CameraShot
    start: int

    @property
    def plates(self) -> tuple[Frame, ...]:
        return self.shot.plates[self.start : self.start + MIDDLE_FRAMES]

    def moved_back(self, then: Frame, time: int) -> tuple[Frame, Mask]:
        return self.shot.moved_back(then, time + self.start)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each style and reach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="gallery")
    parser.add_argument("--styles", default="")
    parser.add_argument("--reach", default="1,2")
    parser.add_argument("--stills", type=int, default=2)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--moves", default="pan,push,roll")
    parser.add_argument("--picture", type=Path)
    given = parser.parse_args(arguments)
    reaches = [int(reach) for reach in given.reach.split(",")]
    width, height = (int(side) for side in given.size.split("x"))
    painter = ModelPainter.open(ModelLibrary.from_environment(os.environ).find(given.model).folder)
    stills = list(shipped_stills().values())[: given.stills]
    shots = [
        CameraShot.of(still, MOVES[move], MIDDLE_FRAMES + 2 * max(reaches), (width, height))
        for still in stills
        for move in given.moves.split(",")
    ]
    print(f"{'style':18s} steady   boil texture  less boil  less texture")
    for style in given.styles.split(",") if given.styles else painter.styles:
        by_reach = measure(painter, style, shots, reaches, given.picture)
        plain = by_reach[0]
        for reach, found in by_reach.items():
            print(
                f"{style:18s} {reach:6d} {found.boil:6.3f} {found.texture:7.4f}  "
                f"{1 - found.boil / plain.boil:9.0%}  {1 - found.texture / plain.texture:12.0%}",
                flush=True,
            )


def measure(
    painter: ModelPainter,
    style: str,
    shots: Sequence[CameraShot],
    reaches: Sequence[int],
    picture: Path | None = None,
) -> dict[int, Stability]:
    """Return the means over the shots by reach, 0 without steadying."""
    found: dict[int, list[Stability]] = {reach: [] for reach in (0, *reaches)}
    start = max(reaches)
    for shot in shots:
        painted = [painter(plate, style, 1.0) for plate in shot.plates]
        kept = [
            PaintedFrame.of(_planes(plate), _planes(frame))
            for plate, frame in zip(shot.plates, painted, strict=True)
        ]
        for reach, measured in found.items():
            frames = [
                _frame(steadied(kept[at], _round(kept, at, reach)))
                for at in range(start, start + MIDDLE_FRAMES)
            ]
            measured.append(stability(frames, _Middle(shot, start)))
        if picture is not None:
            beside = np.hstack([shot.plates[start], painted[start], frames[0]])
            cv2.imwrite(str(picture), (beside[..., ::-1] * 255 + 0.5).astype(np.uint8))
    return {reach: _mean(measured) for reach, measured in found.items()}


def _round(kept: Sequence[PaintedFrame], at: int, reach: int) -> list[tuple[int, PaintedFrame]]:
    return [(off, kept[at + off]) for off in range(-reach, reach + 1) if off]


def _mean(measured: Sequence[Stability]) -> Stability:
    rows = np.mean([[one.e_stab, one.boil, one.texture] for one in measured], axis=0)
    return Stability(*(float(value) for value in rows))


def _planes(frame: Frame) -> Frame:
    return np.ascontiguousarray(frame.transpose(2, 0, 1))


def _frame(planes: Frame) -> Frame:
    return np.ascontiguousarray(planes.transpose(1, 2, 0))


if __name__ == "__main__":
    main()
