"""Holds how names in expressions and Tcl find nodes and knobs."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.session import session


def _step(scope: Any, name: str, first: bool) -> Optional[Any]:
    if name == "root":
        return session.root
    if name == "parent":
        return scope._group
    if name == "this":
        return scope
    if name == "input" or (name.startswith("input") and name[5:].isdigit()):
        return scope.input(int(name[5:] or 0))
    children = getattr(scope, "_children", {})
    if name in children:
        return children[name]
    return scope._group._children.get(name) if first and scope._group is not None else None


def find_node(path: str, scope: Any) -> Optional[Any]:
    """Find the node `path` names, seen from the node `scope`: its children first, then siblings."""
    node = scope
    for index, name in enumerate(path.split(".")):
        node = _step(node, name, first=index == 0)
        if node is None:
            return None
    return node


def find_knob(path: str, scope: Any) -> Optional[Any]:
    """Find the knob `path` names (`mix`, `Blur1.size`, `parent.mix`), seen from `scope`."""
    owner_path, _, name = path.rpartition(".")
    if not owner_path:
        return scope._knobs.get(name)
    owner = find_node(owner_path, scope)
    return None if owner is None else owner._knobs.get(name)


def node_attribute(path: str, scope: Any, frame: float) -> Optional[float]:
    """Return what an expression such as `input.width` or `Read1.error` reads of a node, or None.

    Foundry documents width and height; `error` is in use among compositors but is not in the
    published list of expression functions, so a check inside Nuke must confirm it.
    """
    from nuke_standin.pixels import error_of, picture_info

    owner_path, _, name = path.rpartition(".")
    owner = find_node(owner_path, scope) if owner_path else scope
    if owner is None or name not in ("error", "width", "height"):
        return None
    if name == "error":
        return float(error_of(owner, frame, own_only=False) is not None)
    return float(picture_info(owner, frame)["format"][name])
