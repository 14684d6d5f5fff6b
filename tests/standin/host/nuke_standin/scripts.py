"""Holds the script as a file, and the functions that look at the current session."""

from __future__ import annotations

import os
from typing import Any, Optional

from nuke_standin import callbacks
from nuke_standin.group import Group, Root
from nuke_standin.node import Node
from nuke_standin.script_text import (
    TO_SCRIPT,
    WRITE_NON_DEFAULT_ONLY,
    WRITE_USER_KNOB_DEFS,
    ScriptReader,
    knob_lines,
    node_texts,
)
from nuke_standin.session import session


def new_root() -> None:
    """Make an empty script."""
    session.root = Root()
    session.group_stack = []


def script_text() -> str:
    """Return the whole script as .nk text."""
    version = session.version_major
    lines = [f"#! Nuke{version}.0 -nx", f"version {version}.0 v1", "Root {", " inputs 0"]
    flags = TO_SCRIPT | WRITE_NON_DEFAULT_ONLY | WRITE_USER_KNOB_DEFS
    lines += [f" {line}" for line in knob_lines(session.root, flags)]
    return "\n".join([*lines, "}", *node_texts(session.root._children.values())]) + "\n"


def scriptSaveAs(filename: Optional[str] = None, overwrite: int = -1) -> None:
    """Save the script under a name; an existing file is replaced only with overwrite=1."""
    session.main_thread_only("scriptSaveAs")
    if not filename:
        raise RuntimeError("no file name given")
    if os.path.exists(filename) and overwrite != 1:
        raise RuntimeError(f"{filename} exists and overwrite is {overwrite}")
    session.root._knobs["name"]._value = filename.replace("\\", "/")
    callbacks.run("onScriptSave", session.root)
    with open(filename, "w", encoding="utf-8") as stream:
        stream.write(script_text())
    session.root.setModified(False)


def scriptSave(filename: Optional[str] = None) -> bool:
    scriptSaveAs(filename or scriptName(), 1)
    return True


def scriptOpen(filename: Optional[str] = None) -> None:
    """Open a script in place of the present one."""
    if not filename:
        raise RuntimeError("no file name given")
    with open(filename, encoding="utf-8") as stream:
        text = stream.read()
    scriptClear()
    ScriptReader().run(text)
    session.root._knobs["name"]._value = filename.replace("\\", "/")
    callbacks.run("onCreate", session.root)
    callbacks.run("onScriptLoad", session.root)
    session.root.setModified(False)


def scriptReadFile(s: str) -> None:
    """Add the nodes of a script to the present one."""
    session.edit("scriptReadFile")
    with open(s, encoding="utf-8") as stream:
        ScriptReader().run(stream.read())


def scriptReadText(s: str) -> None:
    session.edit("scriptReadText")
    ScriptReader().run(s)


def scriptClear() -> None:
    """Close the script without saving; whoever still holds a node of it holds a deleted one."""
    from nuke_standin.creation import detach
    from nuke_standin.pixels import forget_pictures

    session.main_thread_only("scriptClear")
    if session.executing:
        raise RuntimeError("I'm already executing something else")
    callbacks.run("onScriptClose", session.root)
    for node in session.root.nodes():
        callbacks.run("onDestroy", node)
    for node in session.root.nodes():
        detach(node)
    new_root()
    forget_pictures()


def scriptName() -> str:
    name = str(session.root._knobs["name"]._value)
    if not name:
        raise RuntimeError("no script name: the script was never saved")
    return name


def script_directory() -> str:
    return session.root._folder()


def root() -> Root:
    return session.root


def frame(f: Optional[int] = None) -> int:
    """Return the current frame, or go to frame f."""
    if f is not None:
        session.root.setFrame(f)
    return int(session.root._frame_now())


def views() -> list[str]:
    return str(session.root._knobs["views"]._value).split()


def node_at(path: str, group: Any) -> Optional[Node]:
    parts = path.split(".")
    if parts[0] == "root":
        if len(parts) == 1:
            return session.root
        group, parts = session.root, parts[1:]
    node: Optional[Node] = None
    for part in parts:
        node = getattr(group, "_children", {}).get(part)
        if node is None:
            return None
        group = node
    return node


def toNode(s: str) -> Optional[Node]:
    """Find a node by name in the current group, or by its full name."""
    if not isinstance(s, str):
        raise TypeError(f"toNode() argument must be str, not {type(s).__name__}")
    return node_at(s, session.group) or node_at(s, session.root)


def exists(s: str) -> bool:
    from nuke_standin.lookup import find_knob

    return toNode(s) is not None or find_knob(s, session.group) is not None


def allNodes(filter: Optional[str] = None, group: Optional[Group] = None) -> list[Node]:
    """Return the nodes of a group (default: the current one), of one class if asked."""
    nodes = (group if group is not None else session.group).nodes()
    return [node for node in nodes if filter is None or node.Class() == filter]


def selectedNodes(filter: Optional[str] = None) -> list[Node]:
    return [
        node for node in session.group.selectedNodes() if filter is None or node.Class() == filter
    ]


def selectedNode() -> Node:
    return session.group.selectedNode()


def thisNode() -> Any:
    return session.this("node") or session.group


def thisKnob() -> Any:
    return session.this("knob")


def thisGroup() -> Any:
    return session.this("group") or session.group


def thisParent() -> Any:
    return thisNode().parent()


def thisClass() -> str:
    return str(thisNode().Class())


def thisRoot() -> Root:
    return session.root


def thisView() -> str:
    return str(session.this("view") or views()[0])


def modified(status: Optional[bool] = None) -> bool:
    if status is not None:
        session.root.setModified(status)
    return session.root.modified()


def tcl(s: str, *args: Any) -> str:
    from nuke_standin.tcl import Tcl

    return Tcl(session.this("node") or session.root, session.root._frame_now()).run(
        " ".join([s, *map(str, args)])
    )


def expression(s: str) -> float:
    from nuke_standin.expression import evaluate

    return evaluate(s, session.this("node") or session.root, session.root._frame_now())


def value(knob: str, default: Optional[str] = None) -> str:
    from nuke_standin.lookup import find_knob

    found = find_knob(knob, session.this("node") or session.root)
    if found is not None:
        return found._text(session.root._frame_now())
    if default is None:
        raise RuntimeError(f'Nothing is named "{knob}"')
    return default


def filename(node: Any = None, i: Optional[int] = None) -> Optional[str]:
    """Return the file knob of a Read or Write with its Tcl evaluated, the frame pattern kept."""
    from nuke_standin.tcl import Tcl

    chosen = node if node is not None else thisNode()
    knob = chosen._knobs.get("file")
    return (
        Tcl(chosen, session.root._frame_now()).substitute(str(knob._value))
        if knob is not None
        else None
    )
