"""Holds the way of a style's look from an ImpastoStyle node and onto others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Optional

import nuke

from nuke_plugin import style_knobs, style_node
from nuke_plugin.contract.errors import ModelError
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.looks import facts, names
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.knob_numbers import edited, knob_of, number_of, set_number
from nuke_plugin.looks.look_record import now, this_author
from nuke_plugin.looks.record import LOOK_FORMAT, LiveControls, Look, LookStrokes, LookStyle
from nuke_plugin.style_list import StyleList

MIX = style_knobs.MIX
KEEP_PLATE_COLOUR, PLATE_GRAIN = style_knobs.KEEP_PLATE_COLOUR, style_knobs.PLATE_GRAIN
"""The live controls: each is the knob of the same name, on the nodes that have it."""

_NEEDED = (style_knobs.STRENGTH, MIX)


def take(node: nuke.Group, name: str, said: list[Fact]) -> Look:
    """Return an ImpastoStyle's look; raises ``FieldInvalid`` for settings that are none."""
    model, weights = node[style_knobs.MODEL].value(), _weights_of(node, said)
    titles, sha256 = _titles_and_sha256(model, list(weights))
    strength = number_of(node, style_knobs.STRENGTH, said)
    return Look(
        impasto_look=LOOK_FORMAT,
        name=names.tidy(name) or names.tidy(" + ".join(titles)),
        styles=tuple(
            LookStyle(model=model, model_sha256=sha256, style=style, weight=weight)
            for style, weight in weights.items()
        ),
        strength=1.0 if strength is None else strength,
        strokes=_strokes_of(node, said),
        controls=LiveControls(
            mix=number_of(node, MIX, said),
            keep_plate_colour=number_of(node, KEEP_PLATE_COLOUR, said),
            plate_grain=number_of(node, PLATE_GRAIN, said),
        ),
        author=this_author(),
        date=now(),
    )


def give(node: nuke.Group, look: Look, styles: StyleList) -> Iterator[Fact]:
    """Give an ImpastoStyle of the present version a look; yield what could not be set."""
    held = _held_by_a_node(look)
    missing = [
        name
        for name in (style_knobs.MODEL, style_knobs.STYLE, style_knobs.ABOUT, style_knobs.NOTICE)
        if name not in node.knobs()
    ]
    if missing:
        yield edited(node, missing[0])
    else:
        first, *further = (style.style for style in held)
        style_node.choose(node, styles, held[0].model, first, further)
        for name, weight in zip(style_knobs.STYLES.values(), _weights_within_1(held)):
            yield from set_number(node, name, weight)
    yield from set_number(node, style_knobs.STRENGTH, look.strength, _NEEDED)
    if look.strokes is not None:
        yield from _set_strokes(node, look.strokes)
    for name, value in look.controls.values().items():
        yield from set_number(node, name, value, _NEEDED)


def left_out(look: Look) -> Iterator[Fact]:
    """Yield that a look's further models are left out; nothing where it has one."""
    held = _held_by_a_node(look)
    if len(held) == len(look.styles):
        return
    others = [f"{style.style} ({style.weight:g})" for style in look.styles if style not in held]
    kept = ", ".join(f"{style.style} ({style.weight:g})" for style in held)
    text = (
        f"The look {look.name!r} mixes styles of several models and a node holds those of one: "
        f"{kept} of {held[0].model} set, {', '.join(others)} left out."
    )
    yield Fact(facts.STYLES_LEFT_OUT, "", text)


def _set_strokes(node: nuke.Group, strokes: LookStrokes) -> Iterator[Fact]:
    follow = knob_of(node, style_knobs.SCALE_STROKES)
    if follow is None:
        yield edited(node, style_knobs.SCALE_STROKES)
        return
    if follow.value() != (strokes.scale is not None):
        follow.setValue(strokes.scale is not None)
    if strokes.scale is not None:
        yield from set_number(node, style_knobs.STROKE_SCALE, strokes.scale)
    yield from set_number(node, style_knobs.STROKE_DETAIL, strokes.detail)


def _strokes_of(node: nuke.Group, said: list[Fact]) -> Optional[LookStrokes]:
    """Return how large a node's strokes are; None on one without the controls."""
    follow = knob_of(node, style_knobs.SCALE_STROKES)
    if follow is None:
        return None
    if not follow.value():
        return LookStrokes(None, 1.0)
    scale = number_of(node, style_knobs.STROKE_SCALE, said)
    detail = number_of(node, style_knobs.STROKE_DETAIL, said)
    return LookStrokes(scale, 1.0 if detail is None else detail)


def _held_by_a_node(look: Look) -> list[LookStyle]:
    """Return the styles that one node can hold: those of the heaviest one's model."""
    heaviest = max(look.styles, key=lambda style: style.weight)
    return [style for style in look.styles if style.model == heaviest.model]


def _weights_within_1(held: Sequence[LookStyle]) -> list[float]:
    """Return weights in the same proportions that fit the knobs; 1 for a style that is alone."""
    most = max(style.weight for style in held)
    if len(held) == 1:
        return [1.0]
    return [style.weight / max(most, 1.0) for style in held]


def _weights_of(node: nuke.Group, said: list[Fact]) -> dict[str, float]:
    """Return the node's styles with their weights at the current frame; each style once."""
    chosen = style_knobs.chosen_styles(node)
    if len(chosen) == 1:
        return dict.fromkeys(chosen.values(), 1.0)
    weights: dict[str, float] = {}
    for menu, style in chosen.items():
        weight = number_of(node, style_knobs.STYLES[menu], said)
        weights[style] = weights.get(style, 0.0) + (1.0 if weight is None else weight)
    return weights


def _titles_and_sha256(model: str, styles: Sequence[str]) -> tuple[list[str], Optional[str]]:
    """Return the styles' titles and their model's SHA-256; ids and None where it is missing."""
    try:
        card = ModelLibrary.from_environment(os.environ).find(model).card
    except ModelError:
        return list(styles), None
    titles = {slot.id: slot.title for slot in card.styles}
    return [titles.get(style, style) for style in styles], card.network.sha256
