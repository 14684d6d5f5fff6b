"""Holds the *ImpastoEffect* node's life: creation, loading, and knobs that fit the chosen effect.

As an ImpastoStyle it is a Group that needs nothing of the plugin once its frames are rendered; what
both have in common stands in ``node_life`` and ``impasto_nodes``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import nuke

from nuke_plugin import (
    effect_front,
    effect_graph,
    effect_knobs,
    node_knobs,
    node_life,
    node_upgrade,
    node_version,
    rich_text,
    undo,
)
from nuke_plugin.contract.effect_card import WIND, EffectCard, EffectControl
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.effect_list import EffectList, why_no_effect
from nuke_plugin.impasto_nodes import claim_results, is_effect_node, place_below_selected
from nuke_plugin.summary import first_sentence

NAME = "ImpastoEffect1"


def create(model: Optional[str] = None) -> nuke.Group:
    """Create the node below the selected one, as one step of Undo, and open its panel."""
    with undo.one_step("Create ImpastoEffect"):
        group = nuke.nodes.Group()
        group.setName(NAME)
        effect_graph.build(group)
        installed = EffectList.read()
        ids = installed.ids() or [node_knobs.NOTHING_INSTALLED]
        effect_front.add_knobs(group, effect_front.front(ids))
        node_version.mark(group)
        claim_results(group, is_new=True)
        choose(group, installed, model or ids[0])
        place_below_selected(group)
    group.showControlPanel()
    return group


def selected_effect_node() -> Optional[nuke.Group]:
    """Return the ImpastoEffect node among the selected nodes, if there is exactly one."""
    found = [node for node in nuke.selectedNodes() if is_effect_node(node)]
    return found[0] if len(found) == 1 else None


def set_effect(group: nuke.Group, model: str) -> None:
    """Choose an effect, as one step of Undo; what keeps the node from taking it is said."""
    try:
        node_upgrade.ensure_current(group)
    except ImpastoError as error:
        nuke.message(error.message)
        return
    with undo.one_step("Choose Impasto effect"):
        choose(group, EffectList.read(), model)


def refresh(group: nuke.Group) -> None:
    """Fit the knobs to what is installed now; a choice that is not installed stays and is told."""
    choose(group, EffectList.read(), str(group[node_knobs.MODEL].value()))


def on_create() -> None:
    """React to a Group that was created, loaded or pasted: Nuke calls this for each."""
    node = nuke.thisNode()
    if is_effect_node(node):
        node_life.came_in(node, effect_knobs.apply_flags, refresh)


def knob_changed() -> None:
    """React to a knob of a Group: another effect has other controls."""
    node, knob = nuke.thisNode(), nuke.thisKnob()
    if knob is None or knob.name() not in (node_knobs.LIBRARY, node_knobs.MODEL):
        return
    if not is_effect_node(node) or node_version.is_newer(node):
        return
    model = str(node[node_knobs.MODEL].value())
    if knob.name() == node_knobs.LIBRARY:
        _, slash, chosen = str(knob.value()).rpartition("/")
        if not slash or chosen == model:
            return  # the menu follows a choice that was made elsewhere
        model = chosen
    with undo.not_recorded():
        choose(node, EffectList.read(), model)


def choose(group: nuke.Group, installed: EffectList, model: str) -> None:
    """Choose an effect inside a step of Undo that the caller opened; one not installed is told."""
    fill, card = node_knobs.fill_menu, installed.card(model)
    fill(group[node_knobs.MODEL], installed.ids(), model)
    if node_knobs.LIBRARY in group.knobs():
        items = installed.library_items()
        fill(group[node_knobs.LIBRARY], items, installed.library_item(model))
    if card is not None:
        _fit_controls(group, card)
        kind = effect_knobs.KINDS.index(card.effect)
        if group[effect_knobs.KIND].value() != kind:
            group[effect_knobs.KIND].setValue(kind)
        effect_knobs.show_what_fits(group)
    _describe(group, card, model)


def hold(group: nuke.Group, effect: str, controls: Sequence[str]) -> None:
    """Let a node whose effect is not installed hold what it is of and its controls, by their ids.

    Once it is installed, they are found by these.
    """
    group[effect_knobs.KIND].setValue(effect_knobs.KINDS.index(effect))
    group[effect_knobs.CONTROLS].setValue(" ".join(controls))
    effect_knobs.show_what_fits(group)


def _fit_controls(group: nuke.Group, card: EffectCard) -> None:
    """Let the slots hold the card's controls; one that the last effect had too keeps its value."""
    controls = [control for control in card.controls if control.id != WIND]
    wind = next((control for control in card.controls if control.id == WIND), None)
    before, wanted = effect_knobs.control_ids(group), [control.id for control in controls]
    if before != wanted:
        slots = [group[slot] for slot in effect_knobs.SLOTS]
        held = {name: knob.toScript() for name, knob in zip(before, slots)}
        for knob, control in zip(slots, controls):
            if control.id in held:
                knob.fromScript(held[control.id])
            else:
                knob.clearAnimated()
                knob.setValue(control.neutral)
        group[effect_knobs.CONTROLS].setValue(" ".join(wanted))
    for slot, control in zip(effect_knobs.SLOTS, controls):
        _fit(group[slot], control)
    if wind is not None:
        _fit(group[WIND], wind)
    if group[WIND].visible() != (wind is not None):
        group[WIND].setVisible(wind is not None)


def _fit(knob: nuke.Double_Knob, control: EffectControl) -> None:
    """Give a knob the name, range and meaning of a control; what a script does not keep."""
    if knob.name() != WIND:
        knob.setLabel(control.title if control.title != knob.name() else f"{control.title}:")
    knob.setRange(control.minimum, control.maximum)
    knob.setTooltip(
        f"{control.meaning} {control.minimum:g} to {control.maximum:g}, by default "
        f"{control.neutral:g}. May be animated. It needs a new Render."
    )


def _describe(group: nuke.Group, card: Optional[EffectCard], model: str) -> None:
    """Say below the menu what the choice is; in the graph too when it is not found."""
    if card is not None:
        about, notice = rich_text.of(f"{card.title}. {first_sentence(card.description)}"), ""
    else:
        why = rich_text.of(why_no_effect(model))
        about, notice = f"<b>{rich_text.of(model)}: not found.</b> {why}", f"{model}: not found"
    for name, text in ((node_knobs.ABOUT, about), (node_knobs.NOTICE, notice)):
        if group[name].value() != text:
            group[name].setValue(text)
