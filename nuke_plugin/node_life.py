"""Holds what becomes of Impasto nodes that come into a script: loaded, pasted or created.

A node of the present version has its menus fitted at once. An older one waits until nothing loads
any more, for nodes are made inside it (``node_upgrade``).
"""

from __future__ import annotations

from typing import Callable

import nuke

from nuke_plugin import node_upgrade, node_version, undo
from nuke_plugin.impasto_nodes import is_attached

Refresh = Callable[[nuke.Group], None]
"""Fits a node's menus to what is installed now."""

_LOOK_EVERY_MILLISECONDS = 100

_waiting: list[tuple[nuke.Group, Refresh]] = []
"""Nodes of another version that came in while Nuke may still be loading."""


def came_in(node: nuke.Group, apply_flags: Callable[[nuke.Group], None], refresh: Refresh) -> None:
    """React to a node that was created, loaded or pasted."""
    with undo.not_recorded():
        apply_flags(node)
        if node_version.is_current(node):
            refresh(node)
            return
    _waiting.append((node, refresh))
    if nuke.GUI and len(_waiting) == 1:
        _look_again(0, -1)


def upgrade_waiting() -> None:
    """Bring the older nodes that came in to the present version; newer ones are left and told."""
    came = [(node, refresh) for node, refresh in _waiting if is_attached(node)]
    _waiting.clear()
    node_upgrade.upgrade_all([node for node, _ in came])
    with undo.not_recorded():
        for node, refresh in came:
            if node_version.is_current(node):
                refresh(node)


def _look_again(milliseconds: int, nodes_before: int) -> None:
    """Upgrade what was pasted once Nuke is idle and no node has come since the last look.

    The nodes of a script are taken when its loading ends; a paste has no such end. Nuke may turn
    its event loop while it still reads, so one turn of it is no sign that it is done.
    """
    from nuke_plugin.qt import QtCore  # in terminal mode there is none

    def look() -> None:
        nodes = nuke.root().numNodes()
        if nodes == nodes_before:
            upgrade_waiting()
        elif _waiting:
            _look_again(_LOOK_EVERY_MILLISECONDS, nodes)

    QtCore.QTimer.singleShot(milliseconds, look)
