"""Holds how a look reads a node's numbers and sets them; what cannot be done is said.

A look is numbers: of a control that is animated it takes the value at the current frame, and onto
an animated control it sets its own number in place of the animation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Optional

import nuke

from nuke_plugin.contract.effect_shading import Colour
from nuke_plugin.looks import facts
from nuke_plugin.looks.facts import Fact


def number_of(node: nuke.Group, name: str, said: list[Fact]) -> Optional[float]:
    """Return a control's number at the current frame; None on a node without the control."""
    knob = knob_of(node, name)
    if knob is None:
        return None
    value = float(knob.value())
    _say_animated(node, name, knob, f"{value:g}", said)
    return value


def colour_of(node: nuke.Group, name: str, said: list[Fact]) -> Optional[Colour]:
    """Return a colour likewise."""
    knob = knob_of(node, name)
    if knob is None:
        return None
    red, green, blue = (float(knob.value(part)) for part in range(3))
    _say_animated(node, name, knob, f"{red:g} {green:g} {blue:g}", said)
    return red, green, blue


def set_number(
    node: nuke.Group, name: str, value: float, needed: Sequence[str] = ()
) -> Iterator[Fact]:
    """Set a control; a node without one that is ``needed`` was edited by hand."""
    knob = knob_of(node, name)
    if knob is None:
        yield (
            edited(node, name)
            if name in needed
            else Fact(
                facts.CONTROL_MISSING,
                node.fullName(),
                f"This node has no control {name!r}, so the look's {value:g} was left out.",
            )
        )
        return
    if _cleared(knob):
        text = f"Its {name} was animated and is {value:g} on all frames now; Undo brings it back."
        yield Fact(facts.ANIMATION_REPLACED, node.fullName(), text)
    if knob.value() != value:
        knob.setValue(value)


def set_colour(node: nuke.Group, name: str, value: Colour) -> Iterator[Fact]:
    """Set a colour likewise."""
    knob = knob_of(node, name)
    if knob is None:
        text = f"This node has no colour {name!r}, so the look's was left out."
        yield Fact(facts.CONTROL_MISSING, node.fullName(), text)
        return
    if _cleared(knob):
        text = f"Its {name} was animated and is one colour on all frames now; Undo brings it back."
        yield Fact(facts.ANIMATION_REPLACED, node.fullName(), text)
    if tuple(knob.value(part) for part in range(3)) != value:
        knob.setValue(list(value))


def knob_of(node: nuke.Group, name: str) -> Optional[Any]:
    """Return the knob that holds a control's number; for a link, the one it leads to."""
    knob = node.knobs().get(name)
    return knob.getLinkedKnob() if isinstance(knob, nuke.Link_Knob) else knob


def edited(node: nuke.Group, missing: str) -> Fact:
    """Return what is said of a node that lost a knob."""
    text = (
        f"This node has no working knob {missing!r}: it was edited by hand, and the look's value "
        "for it was left out."
    )
    return Fact(facts.NODE_EDITED, node.fullName(), text)


def _say_animated(node: nuke.Group, name: str, knob: Any, value: str, said: list[Fact]) -> None:
    if knob.isAnimated() or knob.hasExpression():
        text = (
            f"The {name} of this node is animated; the look holds its {value} at frame "
            f"{nuke.frame()}."
        )
        said.append(Fact(facts.ANIMATION_LEFT_OUT, node.fullName(), text))


def _cleared(knob: Any) -> bool:
    """Take a knob's animation away; whether it had any."""
    moves = bool(knob.isAnimated() or knob.hasExpression())
    if moves:
        knob.clearAnimated()  # of Nuke's numbers it takes away expressions too
    return moves
