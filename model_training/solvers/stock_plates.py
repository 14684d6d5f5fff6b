"""Holds the making of runs from a studio's stock plates: fire or smoke filmed on black.

Nothing says what a plate's gas was, only how bright it is, so channels are what the neutral shading
would have made that light from: temperature by Wien's law, density by absorption. Soot and lift
are not to be seen and stay 0. A plate has no matte either: it is a band along the lower end of
where the plate burns about that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.effects.flow import flows
from model_training.solvers.domain import Field
from model_training.solvers.effects import EFFECTS, FPS
from model_training.solvers.run_files import RUN_FORMAT, RunRecord, is_written, new_run
from nuke_plugin.contract.effect_card import FIRE, SMOKE
from nuke_plugin.contract.effect_shading import FireShading, SmokeShading
from nuke_plugin.contract.errors import PlateUnreadable
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.image_file import read_plate

MOVIES = {".mov", ".mp4", ".m4v", ".mkv", ".webm", ".avi", ".mxf"}
IMAGES = {".exr", ".dpx", ".png", ".tif", ".tiff", ".jpg", ".jpeg"}

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
"""Of linear Rec.709."""
WIEN_KELVIN = 14388.0 / 0.56
"""c2 / 560 nm, where the eye sees best: how light falls as a body cools, exp(-this / K)."""
BLACK = 0.002
"""Share of the brightest light below which a plate is black."""
SHINING = 0.02
"""Share of the brightest light from which gas counts as dense."""
BURNING = 0.05
"""Share of the brightest light that marks the effect, for the matte."""
MOST_ALPHA = 0.98
"""Of the brightest smoke."""
LASTING = 0.25
"""Share of the frames about a moment that a place must burn in to be part of the source."""
ABOUT_FRAMES = 12
BASE = 0.06
"""Height of the band that is the matte, in frame heights."""


class PlatesUnusable(ValueError):
    """A folder holds no plates, or one that nothing can be learned from."""


@dataclass(frozen=True)
class PlatesOrder:
    """Runs to make from the plates of a folder."""

    effect: str
    plates: Path
    runs: int
    """At most."""
    frames: int
    """Of each run, at most."""
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.effect not in (FIRE, SMOKE):
            raise PlatesUnusable(
                f"Plates of {self.effect} cannot be used: their light does not say how high the "
                f"waves are. Use plates of {FIRE} or {SMOKE}, or the solver."
            )


def find_plates(folder: Path) -> list[Path]:
    """Movies, and folders with numbered frames, in a folder, by name; PlatesUnusable for none."""
    if not folder.is_dir():
        raise PlatesUnusable(f"There is no folder of plates '{folder}'. Name an existing one.")
    found = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    plates = [p for p in found if p.suffix.lower() in MOVIES or (p.is_dir() and _images(p))]
    if not plates:
        raise PlatesUnusable(
            f"Folder '{folder}' holds no plates. Put one movie, or one folder of frames "
            f"({', '.join(sorted(IMAGES))}), in it for each plate."
        )
    return plates


def write_plates(order: PlatesOrder, folder: Path, say: Callable[[str], None]) -> list[Path]:
    """Make a run of every plate that has none yet; the folders of all runs, in order.

    Raises PlatesUnusable, PlateUnreadable, RunExists, RunUnreadable, OSError.
    """
    folders = []
    for index, plate in enumerate(find_plates(order.plates)[: order.runs]):
        light = np.stack(list(_light(plate, order)))  # (T, H, W)
        peak = float(np.percentile(light.max(axis=0), 99.5))
        if not np.isfinite(peak) or peak <= 0:
            raise PlatesUnusable(f"Plate '{plate}' is black, or not a number. Take it out.")
        light = np.clip(light / np.float32(peak), 0, 1)
        record = _record(order, index, plate, len(light), peak)
        folders.append(folder / record.folder_name)
        if is_written(folder, record):
            say(f"{record.folder_name}: there already")
            continue
        with new_run(folder, record) as array:
            array[:, 0] = mattes(light)
            array[:, 1:-2] = gas_of(order.effect, light)
            array[:, -2:] = _velocities(light)
        say(f"{record.folder_name}: {plate.name}, {len(light)} frames")
    return folders


def gas_of(effect: str, light: Field) -> Field:
    """(T, C, H, W) channels that the neutral shading makes light (T, H, W), 0..1, of."""
    nothing = np.zeros_like(light)
    if effect == SMOKE:
        density = -np.log1p(-MOST_ALPHA * light) / SmokeShading().density
        return np.stack([density, nothing], axis=1).astype(np.float32)
    neutral = FireShading()
    kelvin = 1 / (1 / neutral.temperature - np.log(np.maximum(light, BLACK)) / WIEN_KELVIN)
    span = neutral.temperature - neutral.coolest
    temperature = np.clip((kelvin - neutral.coolest) / span, 0, 1) * (light > BLACK)
    dense = np.clip((light - BLACK) / (SHINING - BLACK), 0, 1)
    return np.stack([temperature, nothing, dense], axis=1).astype(np.float32)


def mattes(light: Field) -> Field:
    """(T, H, W) 0..1: the lower end of what burns in most frames about each moment."""
    count, height, _ = light.shape
    summed = np.cumsum(np.pad(light > BURNING, ((1, 0), (0, 0), (0, 0))), axis=0, dtype=np.int32)
    band = max(2, round(BASE * height))
    made = []
    for frame in range(count):
        first, last = max(0, frame - ABOUT_FRAMES), min(count, frame + ABOUT_FRAMES + 1)
        lasts = (summed[last] - summed[first]) > LASTING * (last - first)
        from_below = np.cumsum(lasts[::-1], axis=0)[::-1]  # 1 at the lowest place of a column
        base = (lasts & (from_below <= band)).astype(np.float32)
        made.append(cv2.GaussianBlur(base, (0, 0), 1.0))
    return np.stack(made).astype(np.float32)


def _velocities(light: Field) -> Field:
    """(T, 2, H, W) px a frame by optical flow, the last one twice."""
    if len(light) < 2:
        return np.zeros((len(light), 2, *light.shape[1:]), np.float32)
    found = list(flows(np.sqrt(light)))
    return np.stack([*found, found[-1]])


def _light(plate: Path, order: PlatesOrder) -> Iterator[Field]:
    """Each frame's luminance, linear, (H, W), fitted into the size with its foot in the middle."""
    frames = _movie(plate) if plate.is_file() else _sequence(plate)
    count = 0
    for colours in islice(frames, order.frames):
        count += 1
        yield _fitted(np.maximum(colours @ LUMINANCE, 0), order.width, order.height)
    if not count:
        raise PlatesUnusable(f"Plate '{plate}' holds no frame that can be read. Take it out.")


def _fitted(light: Field, width: int, height: int) -> Field:
    scale = min(width / light.shape[1], height / light.shape[0])
    wide, high = (max(1, round(side * scale)) for side in light.shape[::-1])
    filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    fitted = np.zeros((height, width), np.float32)
    left = (width - wide) // 2
    fitted[height - high :, left : left + wide] = cv2.resize(
        light.astype(np.float32), (wide, high), interpolation=filter_
    )
    return fitted


def _sequence(folder: Path) -> Iterator[Field]:
    """Frames (H, W, 3) in linear light; whole numbers are display encoded."""
    for path in _images(folder):
        try:
            image = read_plate(path)
        except PlateUnreadable as error:
            raise PlatesUnusable(
                f"Frame '{path}' cannot be read: {error.reason}. Write it again, or take it out."
            ) from error
        colours = np.moveaxis(image.colours(), 0, 2)
        yield _linear(colours) if image.is_integer else colours


def _movie(path: Path) -> Iterator[Field]:
    movie = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        while True:
            is_read, picture = movie.read()
            if not is_read:
                return
            yield _linear(picture[..., ::-1].astype(np.float32) / np.float32(255))
    finally:
        movie.release()


def _linear(encoded: NDArray[np.float32]) -> Field:
    """Linear light of sRGB's encoding (IEC 61966-2-1)."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def _images(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in IMAGES and not path.name.startswith(".")
    ]


def _record(order: PlatesOrder, index: int, plate: Path, frames: int, peak: float) -> RunRecord:
    effect = EFFECTS[order.effect]
    return RunRecord(
        format=RUN_FORMAT,
        effect=order.effect,
        source="plates",
        index=index,
        seed=0,
        width=order.width,
        height=order.height,
        fps=FPS,
        frames=frames,
        channels=effect.stored,
        controls={control.name: control.value(0.0) for control in effect.controls},
        matte=plate.name,
        settings=NumberTree({"peak": peak}),
        made_by=VERSION,
    )
