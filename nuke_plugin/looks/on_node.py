"""Holds the way of a look from an ImpastoStyle node and onto others.

A look is numbers: of a control that is animated it takes the value at the current frame, and onto
an animated control it sets its own number in place of the animation. Both are said, and one Undo
takes everything back. What differs on one node is said too and keeps no other from its look.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import nuke

from nuke_plugin import node_upgrade, style_knobs, style_node, undo
from nuke_plugin.contract.errors import (
    FieldInvalid,
    ImpastoError,
    LookInvalid,
    ModelError,
    NodeNewer,
    StyleNodeNeeded,
)
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.impasto_nodes import is_style_node
from nuke_plugin.looks import facts, installed, names, record
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.record import LiveControls, Look, LookStrokes, LookStyle
from nuke_plugin.style_list import StyleList

MIX = style_knobs.MIX
KEEP_PLATE_COLOUR, PLATE_GRAIN = style_knobs.KEEP_PLATE_COLOUR, style_knobs.PLATE_GRAIN
"""The live controls: each is the knob of the same name, on the nodes that have it."""


@dataclass(frozen=True)
class TakenLook:
    """The look of a node."""

    look: Look
    """The look."""

    facts: tuple[Fact, ...]
    """What of the node is not in it."""


@dataclass(frozen=True)
class Applied:
    """What came of giving nodes a look."""

    nodes: tuple[str, ...]
    """Full names of the nodes that have it now."""

    facts: tuple[Fact, ...]
    """What is missing or another here, and what was replaced."""


def take(node: nuke.Group, name: str = "") -> TakenLook:
    """Return a node's look; without a name it is called as the style is.

    Raises ``LookInvalid`` for a node whose settings are none, such as a strength above 1, and
    ``StyleNodeNeeded`` for an ImpastoEffect.
    """
    if not is_style_node(node):
        raise StyleNodeNeeded("A look", "one", 0)
    source = f"The node {node.fullName()}"
    said: list[Fact] = []
    model, weights = node[style_knobs.MODEL].value(), _weights_of(node, said)
    titles, sha256 = _titles_and_sha256(model, list(weights))
    strength = _number_of(node, style_knobs.STRENGTH, said)
    try:
        look = Look(
            impasto_look=record.LOOK_FORMAT,
            name=names.tidy(name) or names.tidy(" + ".join(titles)),
            styles=tuple(
                LookStyle(model=model, model_sha256=sha256, style=style, weight=weight)
                for style, weight in weights.items()
            ),
            strength=1.0 if strength is None else strength,
            strokes=_strokes_of(node, said),
            controls=LiveControls(
                mix=_number_of(node, MIX, said),
                keep_plate_colour=_number_of(node, KEEP_PLATE_COLOUR, said),
                plate_grain=_number_of(node, PLATE_GRAIN, said),
            ),
            author=record.this_author(),
            date=record.now(),
        )
    except FieldInvalid as error:
        raise LookInvalid(source, error.key, error.reason) from error
    said.extend(installed.differences(look, ModelLibrary.from_environment(os.environ)))
    return TakenLook(look, tuple(said))


def apply(look: Look, nodes: Sequence[nuke.Group]) -> Applied:
    """Give ImpastoStyle nodes a look, as one step of Undo; nothing about one of them raises.

    A model or style that is not installed is set all the same, as when a script is loaded: the node
    keeps the choice, shows its input and says "not found".
    """
    said = [*installed.differences(look, ModelLibrary.from_environment(os.environ))]
    there = [node for node in nodes if style_node.is_attached(node)]
    if len(there) < len(nodes):
        gone = len(nodes) - len(there)
        said.append(Fact(facts.NODE_GONE, "", f"{gone} of the nodes were deleted meanwhile."))
    text = "It makes an effect, and looks are of styles."
    others = [node for node in there if not is_style_node(node)]
    said.extend(Fact(facts.OTHER_KIND, node.fullName(), text) for node in others)
    there = [node for node in there if is_style_node(node)]
    held = _held_by_a_node(look)
    if len(held) < len(look.styles) and there:
        said.append(_left_out(look, held))
    known = [node for node in there if _is_current(node, said)]
    styles = StyleList.read()
    done: list[str] = []
    if known:
        with undo.one_step(f"Apply look {look.name}"):
            for node in known:
                done.append(node.fullName())
                said.extend(_set(node, look, held, styles))
    return Applied(tuple(done), tuple(said))


def selected_nodes() -> list[nuke.Group]:
    """Return the selected ImpastoStyle nodes."""
    return [node for node in nuke.selectedNodes() if is_style_node(node)]


def script_path() -> str:
    """Return the path of the open script, empty when it was never saved."""
    return str(nuke.root()["name"].value() or "")


def _set(
    node: nuke.Group, look: Look, held: Sequence[LookStyle], styles: StyleList
) -> Iterator[Fact]:
    missing = [
        name
        for name in (style_knobs.MODEL, style_knobs.STYLE, style_knobs.ABOUT, style_knobs.NOTICE)
        if name not in node.knobs()
    ]
    if missing:
        yield _edited(node, missing[0])
    else:
        first, *further = (style.style for style in held)
        style_node.choose(node, styles, held[0].model, first, further)
        for name, weight in zip(style_knobs.STYLES.values(), _weights_within_1(held)):
            yield from _set_number(node, name, weight)
    yield from _set_number(node, style_knobs.STRENGTH, look.strength)
    if look.strokes is not None:
        yield from _set_strokes(node, look.strokes)
    for name, value in look.controls.values().items():
        yield from _set_number(node, name, value)


def _set_strokes(node: nuke.Group, strokes: LookStrokes) -> Iterator[Fact]:
    follow = _knob(node, style_knobs.SCALE_STROKES)
    if follow is None:
        yield _edited(node, style_knobs.SCALE_STROKES)
        return
    if follow.value() != (strokes.scale is not None):
        follow.setValue(strokes.scale is not None)
    if strokes.scale is not None:
        yield from _set_number(node, style_knobs.STROKE_SCALE, strokes.scale)
    yield from _set_number(node, style_knobs.STROKE_DETAIL, strokes.detail)


def _strokes_of(node: nuke.Group, said: list[Fact]) -> Optional[LookStrokes]:
    """Return how large a node's strokes are; None on one without the controls."""
    follow = _knob(node, style_knobs.SCALE_STROKES)
    if follow is None:
        return None
    if not follow.value():
        return LookStrokes(None, 1.0)
    scale = _number_of(node, style_knobs.STROKE_SCALE, said)
    detail = _number_of(node, style_knobs.STROKE_DETAIL, said)
    return LookStrokes(scale, 1.0 if detail is None else detail)


def _is_current(node: nuke.Group, said: list[Fact]) -> bool:
    """Bring an older node to the present version; whether that is what the node is now."""
    try:
        node_upgrade.ensure_current(node)
    except ImpastoError as error:
        kind = facts.NODE_NEWER if isinstance(error, NodeNewer) else facts.NODE_EDITED
        said.append(Fact(kind, node.fullName(), error.message))
        return False
    return True


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
        weight = _number_of(node, style_knobs.STYLES[menu], said)
        weights[style] = weights.get(style, 0.0) + (1.0 if weight is None else weight)
    return weights


def _set_number(node: nuke.Group, name: str, value: float) -> Iterator[Fact]:
    knob = _knob(node, name)
    if knob is None:
        yield (
            _edited(node, name)
            if name in (style_knobs.STRENGTH, MIX)
            else Fact(
                facts.CONTROL_MISSING,
                node.fullName(),
                f"This node has no control {name!r}, so the look's {value:g} was left out.",
            )
        )
        return
    if knob.isAnimated() or knob.hasExpression():
        knob.clearAnimated()  # of Nuke's numbers it takes away expressions too
        text = f"Its {name} was animated and is {value:g} on all frames now; Undo brings it back."
        yield Fact(facts.ANIMATION_REPLACED, node.fullName(), text)
    if knob.value() != value:
        knob.setValue(value)


def _number_of(node: nuke.Group, name: str, said: list[Fact]) -> Optional[float]:
    """Return a control's number at the current frame; None on a node without the control."""
    knob = _knob(node, name)
    if knob is None:
        return None
    value = float(knob.value())
    if knob.isAnimated() or knob.hasExpression():
        text = (
            f"The {name} of this node is animated; the look holds its {value:g} at frame "
            f"{nuke.frame()}."
        )
        said.append(Fact(facts.ANIMATION_LEFT_OUT, node.fullName(), text))
    return value


def _knob(node: nuke.Group, name: str) -> Optional[Any]:
    """Return the knob that holds a control's number; for a link, the one it leads to."""
    knob = node.knobs().get(name)
    return knob.getLinkedKnob() if isinstance(knob, nuke.Link_Knob) else knob


def _edited(node: nuke.Group, missing: str) -> Fact:
    text = (
        f"This node has no working knob {missing!r}: it was edited by hand, and the look's value "
        "for it was left out."
    )
    return Fact(facts.NODE_EDITED, node.fullName(), text)


def _left_out(look: Look, held: Sequence[LookStyle]) -> Fact:
    others = [f"{style.style} ({style.weight:g})" for style in look.styles if style not in held]
    kept = ", ".join(f"{style.style} ({style.weight:g})" for style in held)
    text = (
        f"The look {look.name!r} mixes styles of several models and a node holds those of one: "
        f"{kept} of {held[0].model} set, {', '.join(others)} left out."
    )
    return Fact(facts.STYLES_LEFT_OUT, "", text)


def _titles_and_sha256(model: str, styles: Sequence[str]) -> tuple[list[str], Optional[str]]:
    """Return the styles' titles and their model's SHA-256; ids and None where it is missing."""
    try:
        card = ModelLibrary.from_environment(os.environ).find(model).card
    except ModelError:
        return list(styles), None
    titles = {slot.id: slot.title for slot in card.styles}
    return [titles.get(style, style) for style in styles], card.network.sha256
