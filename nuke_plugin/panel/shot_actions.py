"""Holds what the *Shots* tab does to nodes: one or many at once, each action one step of Undo.

What a person should know of one node stops none of the others, so it is gathered and returned as
facts, as the looks do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import nuke

from nuke_plugin import effect_node, node_upgrade, render, style_knobs, style_node, undo
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.farm_job import FarmJob
from nuke_plugin.effect_list import EffectList
from nuke_plugin.farm import script_job
from nuke_plugin.impasto_nodes import is_effect_node
from nuke_plugin.looks import facts
from nuke_plugin.looks.facts import Fact
from nuke_plugin.style_list import StyleList

NOT_RENDERED = "not rendered"


def set_style(nodes: Sequence[nuke.Group], model: str, style: str) -> list[Fact]:
    """Give nodes a style as their first, or an effect; which is not of their kind is said.

    Further styles stay where the model has them.
    """
    said: list[Fact] = []
    effects, styles = EffectList.read(), StyleList.read()
    wants_effect = effects.card(model) is not None
    ready = [node for node in _current(nodes, said) if _fits(node, wants_effect, said)]
    if ready:
        with undo.one_step("Choose Impasto effect" if wants_effect else "Choose Impasto style"):
            for node in ready:
                if wants_effect:
                    effect_node.choose(node, effects, model)
                else:
                    style_node.choose(node, styles, model, style)
    return said


def _fits(node: nuke.Group, wants_effect: bool, said: list[Fact]) -> bool:
    """Whether a node is of the kind that is wanted; if not, it is said."""
    if is_effect_node(node) == wants_effect:
        return True
    text = (
        "It paints in a style and takes no effect."
        if wants_effect
        else "It makes an effect and takes no style."
    )
    said.append(Fact(facts.OTHER_KIND, node.fullName(), text))
    return False


def set_strength(nodes: Sequence[nuke.Group], strength: float) -> list[Fact]:
    """Give nodes a strength; one that is animated keeps its animation, which is said."""
    said: list[Fact] = []
    still: list[nuke.Group] = []
    for node in _current(nodes, said):
        if is_effect_node(node):
            text = "An effect has no strength; its Mix and Intensity are on the node."
            said.append(Fact(facts.OTHER_KIND, node.fullName(), text))
            continue
        knob = node[style_knobs.STRENGTH]
        if knob.isAnimated() or knob.hasExpression():
            text = "Its strength is animated and was left as it is; change it in the Curve Editor."
            said.append(Fact(facts.ANIMATION_LEFT_OUT, node.fullName(), text))
        else:
            still.append(node)
    if still:
        with undo.one_step("Impasto strength"):
            for node in still:
                node[style_knobs.STRENGTH].setValue(strength)
    return said


def start_render(node: nuke.Group) -> list[Fact]:
    """Start to render a node's stale and missing frames; what keeps it from that is returned."""
    if not style_node.is_attached(node):
        return []
    try:
        render.start(node)
    except ImpastoError as error:
        return [Fact(NOT_RENDERED, node.fullName(), error.message)]
    return []


def farm_job(nodes: Sequence[nuke.Group], device: str) -> FarmJob:
    """Return the job that lets a farm paint nodes; raises what keeps it from being sent."""
    return script_job.job_of([node for node in nodes if style_node.is_attached(node)], device)


def cancel(nodes: Iterable[nuke.Group]) -> None:
    """Stop the renders of nodes, those that wait for their turn too."""
    for node in nodes:
        if style_node.is_attached(node):
            job = render.running_job(node)
            if job is not None:
                job.cancel()


def show_in_graph(node: nuke.Group) -> None:
    """Select a node alone and open its properties."""
    if style_node.is_attached(node):
        for other in nuke.selectedNodes():
            other.setSelected(False)
        node.setSelected(True)
        node.showControlPanel()


def _current(nodes: Sequence[nuke.Group], said: list[Fact]) -> list[nuke.Group]:
    """Return the nodes that are still there and of the present version, upgraded if need be."""
    ready = []
    for node in nodes:
        if not style_node.is_attached(node):
            continue
        try:
            node_upgrade.ensure_current(node)
        except ImpastoError as error:
            said.append(Fact(facts.NODE_NEWER, node.fullName(), error.message))
        else:
            ready.append(node)
    return ready
