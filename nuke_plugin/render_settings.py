"""Holds what one press of Render asks for, read from the node's knobs and checked at once.

Everything that can be known to fail is found here, before Nuke spends minutes on the plates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import cache_paths, node_upgrade, style_knobs
from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.errors import (
    ControlInvalid,
    FieldInvalid,
    FrameRangeInvalid,
    PatternInvalid,
    PlateNotConnected,
    ScriptNotSaved,
)
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.light_settings import LightSettings
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.style_graph import PLATE_WRITE, RESULT_READ, find_inner, inner


@dataclass(frozen=True)
class Mix:
    """What the knobs that may be animated ask for at a frame."""

    styles: tuple[tuple[str, float], ...]
    """Ids of the styles with their weights, which are above 0 and add up to 1."""

    strength: float
    """Amount of style, within the range of the model's card."""

    strokes: StrokeSettings
    """How large the strokes are, and how much of the plate's detail comes back."""


@dataclass(frozen=True)
class RenderSettings:
    """One render of one node."""

    node_name: str
    """Full name of the node, for messages."""

    model: str
    """Id of the model."""

    mixes: tuple[tuple[Mix, FrameRange], ...]
    """The mixes that occur, each with its frames, in the order of the first frame."""

    light: LightSettings
    """What becomes of bright light and of alpha. The plate's colour is kept live in the graph."""

    execution: ExecutionSettings
    """On what, how exactly and in how large pieces the network runs."""

    knobs: Mapping[str, str]
    """What the painting depends on as the knobs hold it, animation included, for
    ``style_knobs.note_rendered``."""

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
    def from_node(cls, node: nuke.Group, frames: Optional[FrameRange] = None) -> RenderSettings:
        """Return what the node's knobs ask for, over its own frames or those that are given.

        Raises ``NodeNewer``, ``NodeOlder``, ``NodeEdited``, ``PlateNotConnected``,
        ``ScriptNotSaved``, ``FrameRangeInvalid``, ``PatternInvalid``, ``ControlInvalid``, or what
        is wrong with the model, the styles or the strength.
        """
        if nuke.GUI:
            node_upgrade.check_current(node)
        else:  # no callback did it, and nothing loads meanwhile
            node_upgrade.ensure_current(node)
        style_knobs.check_present(node, style_knobs.FOR_A_RENDER)
        name = node.fullName()
        if node.input(0) is None:
            raise PlateNotConnected(name)
        model = node[style_knobs.MODEL].value()
        card = ModelLibrary.from_environment(os.environ).find(model).card
        frames = frames_of(node) if frames is None else frames
        mixes = _mixes(node, card, frames)
        views = tuple(nuke.views())
        plates, results = _patterns(node, views)
        colorspace = node[style_knobs.COLORSPACE].value()
        return cls(
            node_name=name,
            model=model,
            mixes=mixes,
            light=LightSettings(node[style_knobs.LIGHT].value(), node[style_knobs.PREMULT].value()),
            execution=execution_of(node, is_constant=len(mixes) == 1),
            knobs=style_knobs.rendered_values(node),
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
        """Yield the worker's requests: one for each view and mix."""
        for plates, results in zip(self.plates, self.results):
            for mix, frames in self.mixes:
                yield Render(
                    id=0,  # the client numbers its requests
                    plates=plates,
                    results=results,
                    frames=frames.to_text(),
                    model=self.model,
                    styles=dict(mix.styles),
                    strength=mix.strength,
                    colorspace=self.colorspace,
                    keep_going=False,
                    overwrite=True,
                    light=self.light,
                    strokes=mix.strokes,
                    execution=self.execution,
                )


def frames_of(node: nuke.Group) -> FrameRange:
    """Return the frames a node asks for.

    Raises ``NodeEdited``, ``PlateNotConnected`` or ``FrameRangeInvalid``.
    """
    style_knobs.check_present(node, (style_knobs.FRAME_RANGE,))
    text = node[style_knobs.FRAME_RANGE].value().strip()
    if text:
        return FrameRange.parse(text)
    plate = node.input(0)
    if plate is None:
        raise PlateNotConnected(node.fullName())
    first, last = int(plate.firstFrame()), int(plate.lastFrame())
    if last < first:
        raise FrameRangeInvalid(
            f"{first}-{last}",
            f"the input {plate.name()} ends before it begins. Correct it, or fill in Frame range",
        )
    return FrameRange(tuple(range(first, last + 1)))


def _mixes(
    node: nuke.Group, card: ModelCard, frames: FrameRange
) -> tuple[tuple[Mix, FrameRange], ...]:
    """Return what the animated knobs ask for; raises what the model's card says against it."""
    chosen, scales = style_knobs.chosen_styles(node), node[style_knobs.SCALE_STROKES].value()
    names = [
        style_knobs.STRENGTH,
        *((style_knobs.STROKE_SCALE, style_knobs.STROKE_DETAIL) if scales else ()),
        *(style_knobs.STYLES[menu] for menu in chosen if len(chosen) > 1),
    ]
    by_values: dict[tuple[float, ...], list[int]] = {}
    sampled = {name: _Sampled(node[name]) for name in names}
    for frame in frames:
        values = tuple(sampled[name].at(frame) for name in names)
        by_values.setdefault(values, []).append(frame)
    mixes = []
    for (strength, *weights), of in by_values.items():
        strokes = DEFAULT_STROKES
        if scales:
            scale, detail, *weights = weights
            strokes = _strokes(node, scale, detail)
        shares = _shares(card, list(zip(chosen.values(), weights or [1.0])))
        mix = Mix(shares, strength, strokes)
        card.check_strength(strength)
        mixes.append((mix, FrameRange.from_frames(of)))
    return tuple(mixes)


def strokes_of(node: nuke.Group) -> StrokeSettings:
    """Return how large strokes are to be at the current frame; raises ``ControlInvalid``."""
    if not node[style_knobs.SCALE_STROKES].value():
        return DEFAULT_STROKES
    scale, detail = node[style_knobs.STROKE_SCALE], node[style_knobs.STROKE_DETAIL]
    return _strokes(node, float(scale.value()), float(detail.value()))


def _strokes(node: nuke.Group, scale: float, detail: float) -> StrokeSettings:
    try:
        return StrokeSettings(scale, detail)
    except FieldInvalid as error:
        name = {"scale": style_knobs.STROKE_SCALE, "detail": style_knobs.STROKE_DETAIL}[error.key]
        raise ControlInvalid(node.fullName(), node[name].label(), error.reason) from error


def _shares(card: ModelCard, weights: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Return the styles that count with their parts of the whole; each style once."""
    by_id: dict[str, float] = {}
    for name, weight in weights:
        style = card.slot(name).id
        by_id[style] = by_id.get(style, 0.0) + weight
    vector = card.style_vector(by_id)
    return tuple((slot.id, share) for slot, share in zip(card.styles, vector) if share > 0)


class _Sampled:
    """A number's knob, asked frame by frame only where it moves."""

    def __init__(self, knob: nuke.Double_Knob) -> None:
        self._knob = knob
        self._value = None if knob.isAnimated() or knob.hasExpression() else float(knob.value())

    def at(self, frame: int) -> float:
        """Return the number at a frame."""
        return float(self._knob.valueAt(frame)) if self._value is None else self._value


def execution_of(node: nuke.Group, is_constant: bool = True) -> ExecutionSettings:
    """Return how the node's knobs ask for the network to be run.

    ``is_constant`` tells whether styles and strength are the same at every frame asked for.
    """
    size = node[style_knobs.TILE_SIZE].value()
    return ExecutionSettings(
        use_gpu=bool(node[style_knobs.USE_GPU].value()),
        half_precision=bool(node[style_knobs.HALF_PRECISION].value()),
        tile_px=int(size) if size.isdigit() else None,
        fold=is_constant,
    )


def results_on_disk(node: nuke.Group) -> tuple[str, ...]:
    """Return the patterns of a node's results, one for each view; none while they have no place."""
    read, write = find_inner(node, RESULT_READ), find_inner(node, PLATE_WRITE)
    if read is None or write is None:
        return ()
    text = read["file"].value()
    if cache_paths.needs_saved_script(text) and not cache_paths.script_is_saved():
        return ()
    return cache_paths.resolved(write, text, nuke.views())


def _patterns(node: nuke.Group, views: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
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
