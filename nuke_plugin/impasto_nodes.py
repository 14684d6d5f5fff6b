"""Holds which nodes of a script are Impasto's, of either kind, and which files each may write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

import nuke

from nuke_plugin import cache_paths
from nuke_plugin.node_knobs import EFFECT_VERSION_KNOB, VERSION_KNOB
from nuke_plugin.node_parts import PLATE_WRITE, RESULT_READ, find_inner, inner


def is_style_node(node: nuke.Node) -> bool:
    """Whether a node is an ImpastoStyle."""
    return node.Class() == "Group" and VERSION_KNOB in node.knobs()


def is_effect_node(node: nuke.Node) -> bool:
    """Whether a node is an ImpastoEffect."""
    return node.Class() == "Group" and EFFECT_VERSION_KNOB in node.knobs()


def is_impasto_node(node: nuke.Node) -> bool:
    """Whether a node is one of ours."""
    return is_style_node(node) or is_effect_node(node)


def is_attached(node: nuke.Node) -> bool:
    """Whether a node is still in the script; Nuke raises for one that was deleted."""
    try:
        node.name()
    except ValueError:
        return False
    return True


def all_nodes(group: Optional[nuke.Group] = None) -> Iterator[nuke.Group]:
    """Yield every Impasto node in the script, also those inside other Groups."""
    for node in (group or nuke.root()).nodes():
        if is_impasto_node(node):
            yield node
        elif isinstance(node, nuke.Group):
            yield from all_nodes(node)


def claim_results(group: nuke.Group, is_new: bool = False) -> None:
    """Give the node a results file that no other Impasto node writes.

    A copied node shows the frames of the one it was copied from until it renders its own. Clones
    share all knobs, this one too: to give one a file of its own would be to take it from all.
    Nor does it take, where somebody works, a default folder in which frames lie already: those of
    another script, or of a node that is gone. On a farm it may: its hosts open one script each for
    itself, must all come to the same file, and the first has left frames there.
    """
    results = inner(group, RESULT_READ)["file"]
    reads = (
        find_inner(other, RESULT_READ)
        for other in all_nodes()
        if other.fullName() != group.fullName() and not (group.clones() and other.clones())
    )
    # A node that lost its Read claims no file; it is told when it is rendered itself.
    taken = {read["file"].value() for read in reads if read is not None}
    if not results.value() or results.value() in taken:
        spares_files = is_new or bool(nuke.GUI)
        results.setValue(cache_paths.default_results(group.name(), taken, spares_files))
    inner(group, PLATE_WRITE)["file"].setValue(cache_paths.plates_beside(results.value()))


def place_below_selected(group: nuke.Group) -> None:
    """Connect a new node to the one node that is selected, and select it instead."""
    selected = [node for node in nuke.selectedNodes() if node.fullName() != group.fullName()]
    if len(selected) == 1:
        group.setInput(0, selected[0])
        group.setXYpos(selected[0].xpos(), selected[0].ypos() + 80)
    for node in selected:
        node.setSelected(False)
    group.setSelected(True)
