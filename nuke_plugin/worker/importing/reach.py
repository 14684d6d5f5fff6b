"""Holds how far a network looks, found by experiment: its size multiple, its halo, its far field.

A part of the picture is changed and what changes in the painting is looked at. A network whose
statistics come from the picture changes everywhere: it is not local, and no tile equals the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import NetworkRefused
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.known_pictures import noise_of, photo_of
from nuke_plugin.worker.importing.trial import Picture, RunFailed, Trial
from nuke_plugin.worker.onnx_graph import OnnxGraph

Paint = Callable[[Picture], Picture]
"""Paints a picture (1, 3, H, W) in [0, 1]; raises ``RunFailed`` for a size that does not run."""

_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_BASE_PX = 128
_FAR_SIDES_PX = (256, 512)
"""Sides of the pictures that are tried; a local network that looks far needs the second."""

_CORNER_PX = 16
_FAR_TOLERANCE = 1e-5
"""Change of the far corner, in display units, that counts as none."""

_HALO_TOLERANCE = 1e-6
_SHIFT_TOLERANCE = 1e-4
_GLOBAL = (
    "InstanceNormalization",
    "GroupNormalization",
    "MeanVarianceNormalization",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GlobalLpPool",
)
"""Operators that look at the whole picture, whatever they are used for."""

_MOST_PHASES = 8


@dataclass(frozen=True)
class Reach:
    """How far a network looks."""

    size_multiple: int
    """Its grid, in pixels."""

    is_local: bool
    """Whether what is far away never matters."""

    halo_px: int
    """How far an input pixel matters, as measured, rounded up to the grid and one grid more; 0 for
    a network that is not local."""

    far_field: float
    """Largest change of the corner that is farthest from a change, in display units."""


def find_reach(
    trial: Trial,
    paint: Paint,
    image: str,
    fixed: tuple[int, int],
    graph: OnnxGraph,
    evidence: Evidence,
) -> Reach:
    """Return how far a network looks; ``fixed`` is its only size, or (0, 0).

    ``image`` is the input that takes the plate.

    Raises ``NetworkRefused`` when no size multiple up to 64 works.
    """
    multiple = 1 if fixed[0] else _size_multiple(trial, paint, evidence)
    seeing_all = _seeing_all(graph, image)
    for size in (fixed,) if fixed[0] else tuple((side, side) for side in _FAR_SIDES_PX):
        far = _far_field(paint, size)
        picture = f"a {size[0]}x{size[1]} picture"
        if seeing_all or far > _FAR_TOLERANCE:
            why = f"a changed corner of {picture} changes the opposite one by {far:.2g}"
            why += f"; it has {', '.join(seeing_all)}" if seeing_all else ""
            if seeing_all:
                break
            continue
        grid, halo = _grid(paint, size, multiple), _halo(paint, size, multiple)
        if halo is not None:
            return _local(grid, halo, multiple, far, picture, evidence)
        why = f"a change is felt across half of {picture}"
    evidence.found("local", "no", why)
    return Reach(multiple, False, 0, far)


def _local(
    grid: int, halo: int, multiple: int, far: float, picture: str, evidence: Evidence
) -> Reach:
    """Return the reach of a local network, and note it."""
    why = f"a changed corner of {picture} leaves the opposite one as it was"
    evidence.found("local", "yes", why)
    if grid != multiple:
        why = f"the painting moves along with the photo by {grid} px and not by less"
        evidence.found("grid", f"{grid} px", why)
    rounded = -(-halo // grid) * grid + grid
    why = f"changes were felt up to {halo} px away; rounded up to the grid, and one grid more"
    evidence.found("halo", f"{rounded} px", why)
    return Reach(grid, True, rounded, far)


def _seeing_all(graph: OnnxGraph, image: str) -> list[str]:
    """Return the operators that look at all of the plate; what a painting meets is no matter."""
    from_plate, found = {image}, set()
    for node in graph.nodes:  # in an order in which everything is made before it is used
        if from_plate & set(node.inputs):
            from_plate.update(node.outputs)
            found.add(node.operator)
    return sorted(found & set(_GLOBAL))


def _size_multiple(trial: Trial, paint: Paint, evidence: Evidence) -> int:
    """Return the least multiple whose sizes come back as they went in."""
    last = ""
    for multiple in _MULTIPLES:
        sizes = [
            (_BASE_PX + multiple, _BASE_PX + 3 * multiple),
            (_BASE_PX + 7 * multiple, _BASE_PX + 5 * multiple),
        ]
        try:
            for width, height in sizes:
                paint(photo_of(width, height))
        except RunFailed as error:
            last = str(error)
            continue
        shown = " and ".join(f"{width}x{height}" for width, height in sizes)
        evidence.found("size multiple", f"{multiple} px", f"{shown} come back in their size")
        return multiple
    raise NetworkRefused(trial.file, f"no size of picture comes back in its size: {last}")


def _far_field(paint: Paint, size: tuple[int, int]) -> float:
    """Return the largest change of the last corner when the first one turns white, or black."""
    before = photo_of(*size)
    rows, columns = size[1] // 8, size[0] // 8
    painted = paint(before)[:, :, -rows:, -columns:]
    corner = (slice(0, min(_CORNER_PX, rows)), slice(0, min(_CORNER_PX, columns)))
    largest = 0.0
    for value in (0.0, 1.0):
        after = before.copy()
        after[:, :, *corner] = value
        change = np.abs(paint(after)[:, :, -rows:, -columns:] - painted)
        largest = max(largest, float(change.max()))
    return largest


def _grid(paint: Paint, size: tuple[int, int], multiple: int) -> int:
    """Return the least multiple by which a picture may be shifted and its painting shifts along.

    A network that halves its picture and crops afterwards takes any size and has a grid still.
    """
    width, height = size
    largest = _MULTIPLES[-1]
    large = photo_of(width + largest, height + largest)
    top, left = height // 2 - 4, width // 2 - 4
    still = paint(np.ascontiguousarray(large[..., :height, :width]))
    for shift in (step for step in _MULTIPLES if step >= multiple):
        part = large[..., shift : shift + height, shift : shift + width]
        moved = paint(np.ascontiguousarray(part))[..., top : top + 8, left : left + 8]
        there = still[..., top + shift : top + shift + 8, left + shift : left + shift + 8]
        if there.shape == moved.shape and np.abs(moved - there).max() <= _SHIFT_TOLERANCE:
            return shift
    return largest


def _halo(paint: Paint, size: tuple[int, int], multiple: int) -> int | None:
    """Return how far a change is felt, in pixels; None when it is felt across half the picture.

    Half of the picture becomes noise, at each phase of the grid, from each of the four sides.
    """
    width, height = size
    before, noise = photo_of(width, height), noise_of(width, height)
    painted = paint(before)
    farthest = 0
    phases = range(multiple) if multiple <= _MOST_PHASES else range(0, multiple, multiple // 4)
    for phase in phases:
        for axis, length in ((3, width), (2, height)):
            cut = length // 2 // multiple * multiple + phase
            for is_upper in (False, True):
                after = before.copy()
                half = [slice(None)] * 4
                half[axis] = slice(cut, None) if is_upper else slice(0, cut)
                after[tuple(half)] = noise[tuple(half)]
                felt = _felt_along(paint(after), painted, axis)
                distance = cut - felt[0] if is_upper else felt[1] - (cut - 1)
                farthest = max(farthest, distance)
    return None if farthest >= min(width, height) // 2 - multiple else farthest


def _felt_along(after: Picture, before: Picture, axis: int) -> tuple[int, int]:
    """Return the first and the last place along an axis where two paintings differ."""
    others = tuple(other for other in range(4) if other != axis)
    change: NDArray[np.float32] = np.abs(after - before).max(axis=others)
    places = np.flatnonzero(change > _HALO_TOLERANCE)
    if not places.size:
        return before.shape[axis], -1
    return int(places[0]), int(places[-1])
