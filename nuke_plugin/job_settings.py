"""Holds what every press of Render asks for, whatever the node makes, and how its knobs are read.

Everything that can be known to fail is found here, before Nuke spends minutes on the plates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import nuke

from nuke_plugin import cache_paths, node_knobs, node_upgrade
from nuke_plugin.contract.errors import (
    FrameRangeInvalid,
    MatteNotConnected,
    PatternInvalid,
    PlateNotConnected,
    ScriptNotSaved,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Rendering
from nuke_plugin.impasto_nodes import is_effect_node
from nuke_plugin.node_parts import PLATE_WRITE, RESULT_READ, find_inner, inner


@dataclass(frozen=True)
class JobSettings(ABC):
    """One render of one node."""

    node_name: str
    """Full name of the node, for messages."""

    knobs: Mapping[str, str]
    """What the results depend on as the knobs hold it, animation included, for
    ``note_rendered``."""

    frames: FrameRange
    """Every frame asked for."""

    views: tuple[str, ...]
    """Names of the views."""

    plates: tuple[str, ...]
    """Pattern of the plates of each view; forward slashes, ``%04d``."""

    results: tuple[str, ...]
    """Pattern of the results of each view."""

    @property
    def total(self) -> int:
        """Number of pictures: frames times views."""
        return len(self.frames) * len(self.views)

    @abstractmethod
    def requests(self) -> Iterator[Rendering]:
        """Yield the worker's requests: one for each view and setting that occurs."""

    @abstractmethod
    def digests(self, request: Rendering) -> Iterator[tuple[int, str]]:
        """Yield each frame of a request with the front half of its fingerprint.

        Raises what is wrong with the model: its file is part of it.
        """

    @abstractmethod
    def note_rendered(self, node: nuke.Group, is_mixed: bool) -> None:
        """Remember on the node that its results were made with these settings."""


def check_ready(node: nuke.Group, needed: Sequence[str]) -> None:
    """Raise what keeps a node from being read: its version, a knob that is gone, no input."""
    if nuke.GUI:
        node_upgrade.check_current(node)
    else:  # no callback did it, and nothing loads meanwhile
        node_upgrade.ensure_current(node)
    node_knobs.check_present(node, needed)
    if node.input(0) is None:
        raise _not_connected(node)


def _not_connected(node: nuke.Group) -> PlateNotConnected | MatteNotConnected:
    error = MatteNotConnected if is_effect_node(node) else PlateNotConnected
    return error(node.fullName())


def frames_of(node: nuke.Group) -> FrameRange:
    """Return the frames a node asks for.

    Raises ``NodeEdited``, ``PlateNotConnected``, ``MatteNotConnected`` or ``FrameRangeInvalid``.
    """
    node_knobs.check_present(node, (node_knobs.FRAME_RANGE,))
    text = node[node_knobs.FRAME_RANGE].value().strip()
    if text:
        return FrameRange.parse(text)
    plate = node.input(0)
    if plate is None:
        raise _not_connected(node)
    first, last = int(plate.firstFrame()), int(plate.lastFrame())
    if last < first:
        raise FrameRangeInvalid(
            f"{first}-{last}",
            f"the input {plate.name()} ends before it begins. Correct it, or fill in Frame range",
        )
    return FrameRange(tuple(range(first, last + 1)))


class Sampled:
    """A number's knob, asked frame by frame only where it moves."""

    def __init__(self, knob: nuke.Double_Knob) -> None:
        """Take the knob."""
        self.moves = bool(knob.isAnimated() or knob.hasExpression())
        self._knob = knob
        self._value = None if self.moves else float(knob.value())

    def at(self, frame: int) -> float:
        """Return the number at a frame."""
        return float(self._knob.valueAt(frame)) if self._value is None else self._value


def groups_of_values(
    node: nuke.Group, names: Sequence[str], frames: FrameRange
) -> dict[tuple[float, ...], list[int]]:
    """Return the values that knobs take together, each with its frames, by the first of them."""
    sampled = [Sampled(node[name]) for name in names]
    by_values: dict[tuple[float, ...], list[int]] = {}
    for frame in frames:
        by_values.setdefault(tuple(one.at(frame) for one in sampled), []).append(frame)
    return by_values


def tile_px_of(node: nuke.Group) -> int | None:
    """Return the side of the tiles that a node asks for; None leaves it to the worker."""
    size = node[node_knobs.TILE_SIZE].value()
    return int(size) if size.isdigit() else None


def results_on_disk(node: nuke.Group) -> tuple[str, ...]:
    """Return the patterns of a node's results, one for each view; none while they have no place."""
    read, write = find_inner(node, RESULT_READ), find_inner(node, PLATE_WRITE)
    if read is None or write is None:
        return ()
    text = read["file"].value()
    if cache_paths.needs_saved_script(text) and not cache_paths.script_is_saved():
        return ()
    return cache_paths.resolved(write, text, nuke.views())


def patterns_of(
    node: nuke.Group, views: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the patterns of the plates and of the results, one for each view."""
    text = inner(node, RESULT_READ)["file"].value()
    if cache_paths.needs_saved_script(text) and not cache_paths.script_is_saved():
        raise ScriptNotSaved(text)
    if len(views) > 1 and not cache_paths.has_view(text):
        raise PatternInvalid(text, f"the script has {len(views)} views, and %V must stand in it")
    write = inner(node, PLATE_WRITE)
    results = cache_paths.resolved(write, text, views)
    plates = cache_paths.resolved(write, write["file"].value(), views)
    for pattern in results:
        if not FramePattern.parse(pattern).is_sequence:
            raise PatternInvalid(text, "the results need a frame number, such as %04d")
        if not pattern.endswith(".exr"):
            raise PatternInvalid(text, "the results are OpenEXR files, so it must end in .exr")
    return plates, results
