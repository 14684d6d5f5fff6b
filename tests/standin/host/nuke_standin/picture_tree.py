"""Holds the picture tree as the pixel server takes it: one operation per node, all values resolved.

Groups are flattened, expressions and Tcl evaluated, time shifts applied here, so that
the server computes pixels and nothing else.
"""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.errors import NotModelled
from nuke_standin.node import Node
from nuke_standin.session import session

Operation = dict[str, Any]
_MASK_INPUT = {
    "Blur": 1,
    "Expression": 1,
    "Grade": 1,
    "Clamp": 1,
    "Invert": 1,
    "Merge2": 2,
    "Copy": 2,
    "ChannelMerge": 2,
    "Dissolve": 2,
}


class PictureTree:
    """Operations in evaluation order for one node at one frame and view."""

    def __init__(self, view: str = "main") -> None:
        self.view = view
        self.operations: list[Operation] = []
        self._known: dict[tuple[int, float, tuple[int, ...]], Optional[int]] = {}
        self._inside: list[Any] = []

    def add(self, node: Optional[Node], frame: float) -> Optional[int]:
        """Add what `node` shows at `frame`; return its index, or None for nothing connected."""
        if node is None:
            return None
        key = (id(node), frame, tuple(map(id, self._inside)))
        if key not in self._known:
            self._known[key] = self._added(node, frame)
        return self._known[key]

    def _added(self, node: Node, frame: float) -> Optional[int]:
        node_class = node.Class()
        disable = node._knobs.get("disable")
        if disable is not None and disable._number(frame, self.view):
            if node_class in ("Read", "Constant", "CheckerBoard2"):
                return self._append({"op": "black"}, node)
            return self.add(node.input(0), frame)
        if node_class == "Group":
            self._inside.append(node)
            try:
                return self.add(node.output(), frame)  # type: ignore[attr-defined]
            finally:
                self._inside.pop()
        if node_class == "Input":
            return self._outside(node, frame)
        from nuke_standin.node_pictures import BUILDERS

        build = BUILDERS.get(node_class)
        if build is None:
            raise NotModelled(f"the picture of {node_class} ({node.fullName()})")
        made = build(self, node, frame)
        if made is None or isinstance(made, int):
            return made
        return self._append(made, node, frame)

    def _append(self, operation: Operation, node: Node, frame: float = 0.0) -> int:
        operation["node"] = node.name()
        operation["format"] = format_values(session.root.format())
        if node.Class() in _MASK_INPUT:
            operation["mask"] = self._mask(node, frame)
        self.operations.append(operation)
        return len(self.operations) - 1

    def _outside(self, node: Node, frame: float) -> Optional[int]:
        # Clones of a Group share what is inside, and each has inputs of its own.
        inside, self._inside = self._inside, self._inside[:-1]
        group = inside[-1] if inside else node._group
        try:
            return self.add(group.input(group._input_nodes().index(node)), frame)
        finally:
            self._inside = inside

    def _mask(self, node: Node, frame: float) -> Optional[Operation]:
        if node["inject"]._number(frame):
            raise NotModelled(f"{node.fullName()}.inject")
        shape = {
            "invert": bool(node["invert_mask"]._number(frame)),
            "fringe": bool(node["fringe"]._number(frame)),
        }
        from_input = str(node["maskChannelInput"]._value)
        if from_input != "none":
            return {"input": self.add(node.input(0), frame), "channel": from_input, **shape}
        channel = str(node["maskChannelMask"]._value)
        index = self.add(node.input(_MASK_INPUT[node.Class()]), frame)
        if index is None or channel == "none":
            return None
        return {"input": index, "channel": channel, **shape}

    def inputs(self, node: Node, frame: float, count: int) -> list[Optional[int]]:
        return [self.add(node.input(i), frame) for i in range(count)]


def format_values(format: Any) -> dict[str, Any]:
    return {"width": format.width(), "height": format.height(), "aspect": format.pixelAspect()}
