"""Holds what one press of Render asks for, read from the node's knobs and checked at once.

Everything that can be known to fail is found here, before Nuke spends minutes on the plates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import style_knobs
from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.errors import ControlInvalid, FieldInvalid
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.contract.light_settings import LightSettings
from nuke_plugin.contract.messages import Render, Rendering
from nuke_plugin.contract.settings_digest import settings_digest
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, StrokeSettings
from nuke_plugin.job_settings import (
    JobSettings,
    check_ready,
    groups_of_values,
    patterns_of,
    tile_px_of,
)
from nuke_plugin.job_settings import frames_of as frames_of
from nuke_plugin.job_settings import results_on_disk as results_on_disk


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
class RenderSettings(JobSettings):
    """One render of one node."""

    model: str
    """Id of the model."""

    mixes: tuple[tuple[Mix, FrameRange], ...]
    """The mixes that occur, each with its frames, in the order of the first frame."""

    light: LightSettings
    """What becomes of bright light and of alpha. The plate's colour is kept live in the graph."""

    execution: ExecutionSettings
    """On what, how exactly and in how large pieces the network runs."""

    colorspace: Optional[str]
    """OCIO name of the plates' colour space; None for scene-linear Rec.709."""

    @classmethod
    def from_node(cls, node: nuke.Group, frames: Optional[FrameRange] = None) -> RenderSettings:
        """Return what the node's knobs ask for, over its own frames or those that are given.

        Raises ``NodeNewer``, ``NodeOlder``, ``NodeEdited``, ``PlateNotConnected``,
        ``ScriptNotSaved``, ``FrameRangeInvalid``, ``PatternInvalid``, ``ControlInvalid``, or what
        is wrong with the model, the styles or the strength.
        """
        check_ready(node, style_knobs.FOR_A_RENDER)
        model = node[style_knobs.MODEL].value()
        card = ModelLibrary.from_environment(os.environ).find(model).card
        frames = frames_of(node) if frames is None else frames
        mixes = _mixes(node, card, frames)
        views = tuple(nuke.views())
        plates, results = patterns_of(node, views)
        colorspace = node[style_knobs.COLORSPACE].value()
        return cls(
            node_name=node.fullName(),
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

    def digests(self, request: Rendering) -> Iterator[tuple[int, str]]:
        """Yield each frame of a request with the front half of its fingerprint."""
        assert isinstance(request, Render)
        installed = ModelLibrary.from_environment(os.environ).find(request.model)
        card = installed.card
        digest = settings_digest(request, card.network.sha256, card.tiles_fade)
        for frame in FrameRange.parse(request.frames):
            yield frame, digest

    def note_rendered(self, node: nuke.Group, is_mixed: bool) -> None:
        """Remember on the node that its results were painted with these settings."""
        style_knobs.note_rendered(node, self.knobs, is_mixed)


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
    mixes = []
    for (strength, *weights), of in groups_of_values(node, names, frames).items():
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


def execution_of(node: nuke.Group, is_constant: bool = True) -> ExecutionSettings:
    """Return how the node's knobs ask for the network to be run.

    ``is_constant`` tells whether styles and strength are the same at every frame asked for.
    """
    return ExecutionSettings(
        use_gpu=bool(node[style_knobs.USE_GPU].value()),
        half_precision=bool(node[style_knobs.HALF_PRECISION].value()),
        tile_px=tile_px_of(node),
        fold=is_constant,
    )
