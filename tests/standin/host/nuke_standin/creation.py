"""Holds how nodes come and go: createNode, nuke.nodes.X, delete, copy and paste."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin import callbacks
from nuke_standin.api_data import NODES
from nuke_standin.group import Group
from nuke_standin.node import DeletedNode, Node, unused_name
from nuke_standin.script_text import ScriptReader, node_texts, read_knobs
from nuke_standin.session import session
from nuke_standin.tcl_words import quote, split_list


def make_node(node_class: str) -> Node:
    """Add a bare node to the current group: no callbacks, no wires."""
    if node_class not in NODES["classes"] or node_class == "Root":
        raise RuntimeError(f"{node_class}: Unknown command")
    session.edit(f"create {node_class}")
    kind = Group if node_class == "Group" else Node
    group = session.group
    node = kind(node_class, group)
    stem = str(node._knobs["name"]._value)
    if node_class == "Input":
        node._knobs["number"]._value = [float(len(group._input_nodes()))]
    name = unused_name(stem, group._children)
    node._knobs["name"]._value = name
    group._children[name] = node
    return node


def createNode(node: str, args: Optional[str] = None, inpanel: Optional[bool] = None) -> Node:
    """Create a node as the menu does: wired below the selected node, selected, its panel opened."""
    selected = session.group.selectedNodes()
    made = make_node(node)
    if args:
        words = split_list(args)
        if len(words) % 2:
            raise RuntimeError(f"createNode {node}: {args!r} is not a list of knob and value pairs")
        for name, value in zip(words[::2], words[1::2]):
            read_knobs(made, f"{name} {quote(value)}")
    if selected and made.maximumInputs() and selected[-1]._class != "Output":
        made.setInput(0, selected[-1])
    made.selectOnly()
    callbacks.run("onUserCreate", made)
    callbacks.run("onCreate", made)
    if session.gui and inpanel is not False:
        made.showControlPanel()
    return made


_OWN_OF_A_CLONE = ("name", "xpos", "ypos", "selected")


def clone(n: Node, args: Optional[str] = None, inpanel: Optional[bool] = None) -> Node:
    """Make a node that shares the knobs, and what is inside, and has wires and a place of its own.

    A copy inside a script of what is shared is not modelled: such a script is not saved.
    """
    made = make_node(n.Class())
    for name, knob in n._knobs.items():
        if name not in _OWN_OF_A_CLONE:
            made._knobs[name] = knob
    if isinstance(n, Group):
        made._children = n._children  # type: ignore[attr-defined]
    n._family.append(made)
    made._family = n._family
    callbacks.run("onCreate", made)
    return made


class NodeConstructor:
    """nuke.nodes.X: makes a node without wiring or selecting it; knobs and inputs as keywords."""

    def __init__(self, node_class: str) -> None:
        self._node_class = node_class

    def __call__(self, **knobs: Any) -> Node:
        node = make_node(self._node_class)
        for i, wired in enumerate(knobs.pop("inputs", [])):
            node.setInput(i, wired)
        for name, value in knobs.items():
            if name == "name":
                node.setName(value)
                continue
            knob = node[name]
            if isinstance(value, str) and not isinstance(knob.value(), str):
                knob.fromScript(value)
            else:
                knob.setValue(value)
        callbacks.run("onCreate", node)
        return node


class Nodes:
    """The namespace nuke.nodes."""

    def __getattr__(self, node_class: str) -> NodeConstructor:
        if node_class.startswith("__"):
            raise AttributeError(node_class)
        return NodeConstructor(node_class)


def delete(n: Node) -> None:
    """Remove a node; what hung on it is wired to its first input, as Nuke does."""
    session.edit(f"delete {n.name()}")
    callbacks.run("onDestroy", n)
    for node in n.dependent():
        node._inputs = [n.input(0) if wired is n else wired for wired in node._inputs]
    del n._group._children[n.name()]
    n._family.remove(n)
    detach(n, is_shared=bool(n._family))


def detach(node: Node, is_shared: bool = False) -> None:
    """Make a node, and all inside it that no clone shares, one that was deleted."""
    for child in [] if is_shared else getattr(node, "_children", {}).values():
        detach(child)
    node._shown = False
    node._properties = None
    node.__class__ = DeletedNode


def nodeCopy(s: str) -> bool:
    """Write the selected nodes to a file, or to the clipboard for '%clipboard%'."""
    selected = session.group.selectedNodes()
    if not selected:
        raise RuntimeError("no nodes selected")
    lines = ["set cut_paste_input [stack 0]", f"version {session.version_major}.0 v1"]
    text = "\n".join(lines + node_texts(selected, outside="push $cut_paste_input")) + "\n"
    if s == "%clipboard%":
        session.clipboard = text
    else:
        with open(s, "w", encoding="utf-8") as stream:
            stream.write(text)
    return True


def nodePaste(s: str) -> Optional[Node]:
    """Add the nodes of a file or of the clipboard below the selected node, and select them."""
    session.edit("nodePaste")
    if s == "%clipboard%":
        text = session.clipboard
    else:
        with open(s, encoding="utf-8") as stream:
            text = stream.read()
    group = session.group
    selected = group.selectedNodes()
    before = set(map(id, group._children.values()))
    made = ScriptReader(selected[-1:]).run(text)
    for node in group._children.values():
        node.setSelected(id(node) not in before)
    return made[-1] if made else None
