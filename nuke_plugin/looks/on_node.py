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

from nuke_plugin import style_knobs, style_node, undo
from nuke_plugin.contract.errors import FieldInvalid, LookInvalid, ModelError
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.looks import facts, installed, names, record
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.record import LiveControls, Look, LookStyle
from nuke_plugin.style_list import StyleList

MIX, KEEP_PLATE_COLOUR = style_knobs.MIX, "keep_plate_colour"
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

    Raises ``LookInvalid`` for a node whose settings are none, such as a strength above 1.
    """
    source = f"The node {node.fullName()}"
    said: list[Fact] = []
    model, style = node[style_knobs.MODEL].value(), node[style_knobs.STYLE].value()
    title, sha256 = _title_and_sha256(model, style)
    strength = _number_of(node, style_knobs.STRENGTH, said)
    try:
        look = Look(
            impasto_look=record.LOOK_FORMAT,
            name=names.tidy(name) or names.tidy(title),
            styles=(LookStyle(model=model, model_sha256=sha256, style=style, weight=1.0),),
            strength=1.0 if strength is None else strength,
            controls=LiveControls(
                mix=_number_of(node, MIX, said),
                keep_plate_colour=_number_of(node, KEEP_PLATE_COLOUR, said),
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
    heaviest = max(look.styles, key=lambda style: style.weight)
    if len(look.styles) > 1 and there:
        said.append(_left_out(look, heaviest))
    styles = StyleList.read()
    done: list[str] = []
    if there:
        with undo.one_step(f"Apply look {look.name}"):
            for node in there:
                done.append(node.fullName())
                said.extend(_set(node, look, heaviest, styles))
    return Applied(tuple(done), tuple(said))


def selected_nodes() -> list[nuke.Group]:
    """Return the selected ImpastoStyle nodes."""
    return [node for node in nuke.selectedNodes() if style_node.is_style_node(node)]


def script_path() -> str:
    """Return the path of the open script, empty when it was never saved."""
    return str(nuke.root()["name"].value() or "")


def _set(node: nuke.Group, look: Look, style: LookStyle, styles: StyleList) -> Iterator[Fact]:
    missing = [
        name
        for name in (style_knobs.MODEL, style_knobs.STYLE, style_knobs.ABOUT, style_knobs.NOTICE)
        if name not in node.knobs()
    ]
    if missing:
        yield _edited(node, missing[0])
    else:
        style_node.choose(node, styles, style.model, style.style)
    yield from _set_number(node, style_knobs.STRENGTH, look.strength)
    for name, value in look.controls.values().items():
        yield from _set_number(node, name, value)


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


def _left_out(look: Look, kept: LookStyle) -> Fact:
    others = [f"{style.style} ({style.weight:g})" for style in look.styles if style is not kept]
    text = (
        f"The look {look.name!r} mixes {len(look.styles)} styles and a node holds one: "
        f"{kept.style} ({kept.weight:g}), the heaviest, was set, {', '.join(others)} left out."
    )
    return Fact(facts.STYLES_LEFT_OUT, "", text)


def _title_and_sha256(model: str, style: str) -> tuple[str, Optional[str]]:
    """Return a style's title and its model's SHA-256; the id and None where it is not installed."""
    try:
        card = ModelLibrary.from_environment(os.environ).find(model).card
    except ModelError:
        return style, None
    titles = {slot.id: slot.title for slot in card.styles}
    return titles.get(style, style), card.network.sha256
