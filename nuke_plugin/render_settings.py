"""Holds what one press of Render asks for, read from the node's knobs and checked at once.

Everything that can be known to fail is found here, before Nuke spends minutes on the plates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import cache_paths, style_knobs, undo
from nuke_plugin.contract.errors import (
    FrameRangeInvalid,
    PatternInvalid,
    PlateNotConnected,
    ScriptNotSaved,
)
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.messages import Render
from nuke_plugin.style_graph import PLATE_WRITE, RESULT_READ, find_inner, inner


@dataclass(frozen=True)
class RenderSettings:
    """One render of one node."""

    node_name: str
    """Full name of the node, for messages."""

    model: str
    """Id of the model."""

    style: str
    """Id of the style."""

    strengths: tuple[tuple[float, FrameRange], ...]
    """The strengths that occur, each with its frames, in the order of the first frame."""

    strength_script: str
    """The strength knob as a script holds it, with its animation."""

    frames: FrameRange
    """Every frame asked for."""

    views: tuple[str, ...]
    """Names of the views."""

    plates: tuple[str, ...]
    """Pattern of the plates of each view; forward slashes, ``%04d``."""

    results: tuple[str, ...]
    """Pattern of the results of each view."""

    colorspace: Optional[str]
    """OCIO name of the plates' colour space; None for scene-linear Rec.709."""

    @classmethod
    def from_node(cls, node: nuke.Group) -> RenderSettings:
        """Return what the node's knobs ask for.

        Raises ``PlateNotConnected``, ``ScriptNotSaved``, ``FrameRangeInvalid``, ``PatternInvalid``,
        or what is wrong with the model, style or strength.
        """
        name = node.fullName()
        if node.input(0) is None:
            raise PlateNotConnected(name)
        model, style = node[style_knobs.MODEL].value(), node[style_knobs.STYLE].value()
        card = ModelLibrary.from_environment(os.environ).find(model).card
        style = card.slot(style).id
        frames = frames_of(node)
        strengths = _strengths(node[style_knobs.STRENGTH], frames)
        for strength, _ in strengths:
            card.check_strength(strength)
        views = tuple(nuke.views())
        plates, results = _patterns(node, views)
        colorspace = node[style_knobs.COLORSPACE].value()
        return cls(
            node_name=name,
            model=model,
            style=style,
            strengths=strengths,
            strength_script=node[style_knobs.STRENGTH].toScript(),
            frames=frames,
            views=views,
            plates=plates,
            results=results,
            colorspace=None if colorspace == style_knobs.DEFAULT_COLORSPACE else colorspace,
        )

    @property
    def total(self) -> int:
        """Number of pictures: frames times views."""
        return len(self.frames) * len(self.views)

    def requests(self) -> Iterator[Render]:
        """Yield the worker's requests: one for each view and strength."""
        for plates, results in zip(self.plates, self.results):
            for strength, frames in self.strengths:
                yield Render(
                    id=0,  # the client numbers its requests
                    plates=plates,
                    results=results,
                    frames=frames.to_text(),
                    model=self.model,
                    styles={self.style: 1.0},
                    strength=strength,
                    colorspace=self.colorspace,
                    keep_going=False,
                    overwrite=True,
                )


def frames_of(node: nuke.Group) -> FrameRange:
    """Return the frames a node asks for; raises ``PlateNotConnected`` or ``FrameRangeInvalid``."""
    text = node[style_knobs.FRAME_RANGE].value().strip()
    if text:
        return FrameRange.parse(text)
    plate = node.input(0)
    first, last = int(plate.firstFrame()), int(plate.lastFrame())
    if last < first:
        raise FrameRangeInvalid(
            f"{first}-{last}",
            f"the input {plate.name()} ends before it begins. Correct it, or fill in Frame range",
        )
    return FrameRange(tuple(range(first, last + 1)))


def _strengths(knob: nuke.Double_Knob, frames: FrameRange) -> tuple[tuple[float, FrameRange], ...]:
    if not (knob.isAnimated() or knob.hasExpression()):
        return ((float(knob.value()), frames),)
    by_strength: dict[float, list[int]] = {}
    for frame in frames:
        by_strength.setdefault(float(knob.valueAt(frame)), []).append(frame)
    return tuple((value, FrameRange.from_frames(of)) for value, of in by_strength.items())


def results_on_disk(node: nuke.Group) -> tuple[str, ...]:
    """Return the patterns of a node's results, one for each view; none while they have no place."""
    read, write = find_inner(node, RESULT_READ), find_inner(node, PLATE_WRITE)
    if read is None or write is None:
        return ()
    text = read["file"].value()
    if cache_paths.needs_saved_script(text) and not cache_paths.script_is_saved():
        return ()
    with undo.not_recorded():
        return cache_paths.resolved(write, text, nuke.views())


def _patterns(node: nuke.Group, views: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the patterns of the plates and of the results, one for each view."""
    text = inner(node, RESULT_READ)["file"].value()
    if cache_paths.needs_saved_script(text) and not cache_paths.script_is_saved():
        raise ScriptNotSaved(text)
    if len(views) > 1 and not cache_paths.has_view(text):
        raise PatternInvalid(text, f"the script has {len(views)} views, and %V must stand in it")
    write = inner(node, PLATE_WRITE)
    with undo.not_recorded():
        results = cache_paths.resolved(write, text, views)
        plates = cache_paths.resolved(write, write["file"].value(), views)
    for pattern in results:
        if not FramePattern.parse(pattern).is_sequence:
            raise PatternInvalid(text, "the results need a frame number, such as %04d")
        if not pattern.endswith(".exr"):
            raise PatternInvalid(text, "the results are OpenEXR files, so it must end in .exr")
    return plates, results
