"""Holds the *ImpastoStyle* node's life: creation, loading, and menus that follow what is installed.

The node is a Group, never a gizmo: a script opens and renders on a machine without the plugin. The
callbacks are registered with Nuke when it starts (``nuke_menu``) and not stored in the script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional

import nuke

from nuke_plugin import (
    node_front,
    node_life,
    node_upgrade,
    node_version,
    rich_text,
    style_graph,
    style_knobs,
    undo,
)
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.impasto_nodes import all_nodes, claim_results, is_style_node, place_below_selected
from nuke_plugin.impasto_nodes import is_attached as is_attached
from nuke_plugin.node_knobs import NOTHING_INSTALLED, fill_menu
from nuke_plugin.node_life import upgrade_waiting
from nuke_plugin.style_list import StyleList, why_not_found

NAME = "ImpastoStyle1"


def create(model: Optional[str] = None, style: Optional[str] = None) -> nuke.Group:
    """Create the node below the selected one, as one step of Undo, and open its panel."""
    with undo.one_step("Create ImpastoStyle"):
        group = nuke.nodes.Group()
        group.setName(NAME)
        style_graph.build(group)
        installed = StyleList.read()
        models = installed.model_ids() or [NOTHING_INSTALLED]
        styles = installed.style_ids(model or models[0]) or [NOTHING_INSTALLED]
        node_front.add_knobs(group, node_front.front(models, styles))
        node_version.mark(group)
        claim_results(group, is_new=True)
        if model and style:
            choose(group, installed, model, style)
        else:
            refresh(group, installed)
        place_below_selected(group)
    group.showControlPanel()
    return group


def all_style_nodes(group: Optional[nuke.Group] = None) -> Iterator[nuke.Group]:
    """Yield every ImpastoStyle node in the script, also those inside other Groups."""
    return (node for node in all_nodes(group) if is_style_node(node))


def selected_style_node() -> Optional[nuke.Group]:
    """Return the ImpastoStyle node among the selected nodes, if there is exactly one."""
    found = [node for node in nuke.selectedNodes() if is_style_node(node)]
    return found[0] if len(found) == 1 else None


def set_style(group: nuke.Group, model: str, style: str) -> None:
    """Choose a style, as one step of Undo; what keeps the node from taking it is said."""
    try:
        node_upgrade.ensure_current(group)
    except ImpastoError as error:
        nuke.message(error.message)
        return
    with undo.one_step("Choose Impasto style"):
        choose(group, StyleList.read(), model, style)


def refresh(group: nuke.Group, installed: Optional[StyleList] = None) -> None:
    """Fit the menus to what is installed now; a choice that is not installed stays and is told."""
    choose(group, installed or StyleList.read(), *_choice(group))


def on_create() -> None:
    """React to a Group that was created, loaded or pasted: Nuke calls this for each."""
    node = nuke.thisNode()
    if is_style_node(node):
        node_life.came_in(node, style_knobs.apply_flags, refresh)


def on_script_load() -> None:
    """React to the end of a script's loading: Nuke calls this once for each script."""
    upgrade_waiting()


def knob_changed() -> None:
    """React to a knob of a Group: another model has other styles."""
    node, knob = nuke.thisNode(), nuke.thisKnob()
    watched = (style_knobs.LIBRARY, style_knobs.MODEL, *style_knobs.STYLES)
    if knob is None or knob.name() not in watched:
        return
    if not is_style_node(node) or node_version.is_newer(node):
        return
    model, style = _choice(node)
    if knob.name() == style_knobs.LIBRARY:
        chosen_model, slash, chosen_style = knob.value().partition("/")
        if not slash or (chosen_model, chosen_style) == (model, style):
            return  # the menu follows a choice that was made elsewhere
        with undo.not_recorded():
            choose(node, StyleList.read(), chosen_model, chosen_style)
        return
    installed = StyleList.read()
    styles, further = installed.style_ids(model), None
    if knob.name() == style_knobs.MODEL and styles:
        style = style if style in styles else styles[0]
        chosen = style_knobs.chosen_styles(node)
        further = [
            chosen[name] if chosen.get(name) in styles else style_knobs.NO_STYLE
            for name in (style_knobs.STYLE2, style_knobs.STYLE3)
        ]
    with undo.not_recorded():
        choose(node, installed, model, style, further)


def choose(
    group: nuke.Group,
    installed: StyleList,
    model: str,
    style: str,
    further: Optional[Sequence[str]] = None,
) -> None:
    """Choose a style inside a step of Undo that the caller opened; one not installed is told.

    ``further`` are the styles of the second and third menu; None leaves them, but takes from them
    what another model has not.
    """
    styles, was = installed.style_ids(model), group[style_knobs.MODEL].value()
    fill_menu(group[style_knobs.MODEL], installed.model_ids(), model)
    fill_menu(group[style_knobs.STYLE], styles, style)
    for index, name in enumerate((style_knobs.STYLE2, style_knobs.STYLE3)):
        if name not in group.knobs():
            continue
        if further is not None:
            chosen = further[index] if index < len(further) else style_knobs.NO_STYLE
        else:
            chosen = group[name].value()
            if was != model and chosen not in styles:
                chosen = style_knobs.NO_STYLE
        fill_menu(group[name], [style_knobs.NO_STYLE, *styles], chosen)
    if style_knobs.LIBRARY in group.knobs():
        items = [_in_library(entry.model_id, entry.style_id) for entry in installed.entries]
        fill_menu(group[style_knobs.LIBRARY], items, _in_library(*_choice(group)))
    _describe(group, installed)


def _in_library(model: str, style: str) -> str:
    """Return a style as the cascading menu of all has it: its model opens the level."""
    return NOTHING_INSTALLED if model == NOTHING_INSTALLED else f"{model}/{style}"


def _choice(group: nuke.Group) -> tuple[str, str]:
    return group[style_knobs.MODEL].value(), group[style_knobs.STYLE].value()


def _describe(group: nuke.Group, installed: StyleList) -> None:
    """Say beside the menus what the choice is; in the graph too when a style is not found."""
    model, about, missing = group[style_knobs.MODEL].value(), [], []
    for style in dict.fromkeys(style_knobs.chosen_styles(group).values()):
        entry = installed.entry(model, style)
        if entry is not None:
            about.append(rich_text.of(", ".join(filter(None, (entry.title, entry.credit)))))
        else:
            why = rich_text.of(why_not_found(model, style))
            about.append(f"<b>{rich_text.of(style)}: not found.</b> {why}")
            missing.append(f"{style}: not found")
    texts = {style_knobs.ABOUT: "<br>".join(about), style_knobs.NOTICE: ", ".join(missing)}
    for name, text in texts.items():
        if group[name].value() != text:
            group[name].setValue(text)
