"""Holds Copy look and Paste look: a look travels as text, in a chat, a mail or a note.

What is pasted is a stranger's text: it is read as data, checked whole before a knob is touched, and
shown with its marks escaped.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Sequence
from typing import Any, Callable

import nuke

from nuke_plugin import rich_text
from nuke_plugin.contract.errors import ImpastoError, ImpastoNodeNeeded, WorkerUnexpected
from nuke_plugin.looks import facts, on_node
from nuke_plugin.looks.any_look import look_of_text
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.on_node import Applied

SOURCE = "The text on the clipboard"


def look_text(node: nuke.Group, name: str = "") -> tuple[str, tuple[Fact, ...]]:
    """Return a node's look as text, and what of the node is not in it; raises ``LookInvalid``."""
    taken = on_node.take(node, name)
    return taken.look.to_json(), taken.facts


def apply_text(text: str, nodes: Sequence[nuke.Group]) -> Applied:
    """Give nodes the look in a text, as one step of Undo; raises ``LookInvalid``, nothing done."""
    return on_node.apply(look_of_text(text, SOURCE), nodes)


def copy_look() -> None:
    """Run the menu's Copy look: the selected node's look as text on the clipboard."""
    _as_action("Copy look", _copy)


def paste_look() -> None:
    """Run the menu's Paste look: the clipboard's look onto every selected Impasto node."""
    _as_action("Paste look", _paste)


def _copy(action: str) -> Iterable[Fact]:
    nodes = on_node.selected_nodes()
    if len(nodes) != 1:
        raise ImpastoNodeNeeded(action, "one", len(nodes))
    text, said = look_text(nodes[0])
    _clipboard().setText(text)
    return said


def _paste(action: str) -> Iterable[Fact]:
    nodes = on_node.selected_nodes()
    if not nodes:
        raise ImpastoNodeNeeded(action, "one or more", 0)
    return apply_text(str(_clipboard().text()), nodes).facts


def _as_action(action: str, run: Callable[[str], Iterable[Fact]]) -> None:
    """Run a menu's action: what a person should know is shown, nothing raises."""
    try:
        lines = facts.as_lines(run(action))
    except ImpastoError as error:
        lines = [error.message]
    except Exception as fault:  # noqa: BLE001  a menu is a process edge
        traceback.print_exc()
        lines = [WorkerUnexpected(type(fault).__name__, str(fault)).message]
    if lines:
        nuke.message(rich_text.tooltip("\n\n".join([f"{action}:", *lines])))


def _clipboard() -> Any:
    """Return Qt's clipboard; Qt is there only in the GUI, which is where the menu is."""
    from nuke_plugin.qt import QtGui

    return QtGui.QGuiApplication.clipboard()
