"""Holds the way of a look from an Impasto node and onto others of its kind.

What becomes of animation stands in ``knob_numbers``. It is said, and one Undo takes everything
back. What differs on one node is said too and keeps no other from its look.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Callable

import nuke

from nuke_plugin import node_upgrade, undo
from nuke_plugin.contract.errors import FieldInvalid, ImpastoError, LookInvalid, NodeNewer
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.effect_list import EffectList
from nuke_plugin.impasto_nodes import is_attached, is_effect_node, is_impasto_node
from nuke_plugin.looks import facts, installed, on_effect_node, on_style_node
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.record import Look
from nuke_plugin.style_list import StyleList


@dataclass(frozen=True)
class TakenLook:
    """The look of a node."""

    look: AnyLook
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
    """Return a node's look; without a name it is called as its style or effect is.

    Raises ``LookInvalid`` for a node whose settings are none, such as a strength above 1.
    """
    said: list[Fact] = []
    kind = on_effect_node if is_effect_node(node) else on_style_node
    try:
        look: AnyLook = kind.take(node, name, said)
    except FieldInvalid as error:
        raise LookInvalid(f"The node {node.fullName()}", error.key, error.reason) from error
    said.extend(installed.differences(look, ModelLibrary.from_environment(os.environ)))
    return TakenLook(look, tuple(said))


def apply(look: AnyLook, nodes: Sequence[nuke.Group]) -> Applied:
    """Give nodes a look, as one step of Undo; nothing about one of them raises.

    Nodes of another kind than the look is of are left as they are. A model, style or effect that is
    not installed is set all the same, as when a script is loaded: the node keeps the choice, shows
    its input or nothing and says "not found".
    """
    said = [*installed.differences(look, ModelLibrary.from_environment(os.environ))]
    there = [node for node in nodes if is_attached(node)]
    if len(there) < len(nodes):
        gone = len(nodes) - len(there)
        said.append(Fact(facts.NODE_GONE, "", f"{gone} of the nodes were deleted meanwhile."))
    there = [node for node in there if _fits(node, look, said)]
    if there and isinstance(look, Look):
        said.extend(on_style_node.left_out(look))
    known = [node for node in there if _is_current(node, said)]
    done: list[str] = []
    if known:
        give = _giver(look)
        with undo.one_step(f"Apply look {look.name}"):
            for node in known:
                done.append(node.fullName())
                said.extend(give(node))
    return Applied(tuple(done), tuple(said))


def _giver(look: AnyLook) -> Callable[[nuke.Group], Iterable[Fact]]:
    """Return what gives one node a look; the list of what is installed is read once."""
    if isinstance(look, EffectLook):
        effects = EffectList.read()
        return lambda node: on_effect_node.give(node, look, effects)
    styles = StyleList.read()
    return lambda node: on_style_node.give(node, look, styles)


def _fits(node: nuke.Group, look: AnyLook, said: list[Fact]) -> bool:
    """Whether a node is of the kind that a look is of; if not, it is said."""
    is_of_effect = isinstance(look, EffectLook)
    if is_effect_node(node) == is_of_effect:
        return True
    text = (
        f"It paints in a style, and the look {look.name!r} is of an effect: nothing was set."
        if is_of_effect
        else f"It makes an effect, and the look {look.name!r} is of a style: nothing was set."
    )
    said.append(Fact(facts.OTHER_KIND, node.fullName(), text))
    return False


def selected_nodes() -> list[nuke.Group]:
    """Return the selected Impasto nodes."""
    return [node for node in nuke.selectedNodes() if is_impasto_node(node)]


def script_path() -> str:
    """Return the path of the open script, empty when it was never saved."""
    return str(nuke.root()["name"].value() or "")


def _is_current(node: nuke.Group, said: list[Fact]) -> bool:
    """Bring an older node to the present version; whether that is what the node is now."""
    try:
        node_upgrade.ensure_current(node)
    except ImpastoError as error:
        kind = facts.NODE_NEWER if isinstance(error, NodeNewer) else facts.NODE_EDITED
        said.append(Fact(kind, node.fullName(), error.message))
        return False
    return True
