"""Holds Group and Root: nodes that hold nodes."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional

from nuke_standin.formats import FORMATS, Format
from nuke_standin.node import Node
from nuke_standin.session import session


class Group(Node):
    """A node made of nodes; its inputs are its Input nodes, its picture is its Output's."""

    def __init__(self, node_class: str, group: Any) -> None:
        super().__init__(node_class, group)
        self._children: dict[str, Node] = {}

    def __enter__(self) -> Group:
        return self.begin()

    def __exit__(self, *failure: Any) -> None:
        self.end()

    def begin(self) -> Group:
        if session.loading and session.running_callbacks and self is not session.root:
            raise RuntimeError(
                f"begin() of {self.fullName()} in an onCreate while a script loads "
                "corrupts the loader: use nodes()"
            )
        if "knobChanged" in session.running_callbacks:
            raise RuntimeError("begin() in knobChanged")
        session.group_stack.append(self)
        return self

    def end(self) -> None:
        if not session.group_stack or session.group_stack[-1] is not self:
            raise RuntimeError(f"end() of {self.fullName()} without begin()")
        session.group_stack.pop()

    def run(self, callable: Callable[[], Any]) -> Any:
        with self:
            return callable()

    def nodes(self) -> list[Node]:
        return list(self._children.values())

    def numNodes(self) -> int:
        return len(self._children)

    def node(self, s: str) -> Optional[Node]:
        from nuke_standin.scripts import node_at

        return node_at(s, self)

    def output(self) -> Optional[Node]:
        outputs = [node for node in self._children.values() if node.Class() == "Output"]
        return outputs[0] if outputs else None

    def selectedNodes(self) -> list[Node]:
        return [node for node in self._children.values() if node.isSelected()]

    def selectedNode(self) -> Node:
        selected = self.selectedNodes()
        if not selected:
            raise ValueError("no node selected")
        return selected[-1]

    def maximumInputs(self) -> int:
        return len(self._input_nodes())

    def minimumInputs(self) -> int:
        return len(self._input_nodes())

    def _input_nodes(self) -> list[Node]:
        """Return the Input nodes in the order of the group's inputs."""
        inputs = [node for node in self._children.values() if node.Class() == "Input"]
        return sorted(inputs, key=lambda node: node._knobs["number"]._number(0.0))

    def canSetInput(self, i: int, node: Optional[Node]) -> bool:
        return super().canSetInput(i, node) if self._children or not session.loading else True


class Root(Group):
    """The script itself."""

    def __init__(self) -> None:
        super().__init__("Root", None)
        self._modified = False
        self._render_frame: Optional[float] = None
        for name in ("format", "proxy_format"):
            self._knobs[name]._value = self._knobs[name]._default = FORMATS[0]

    def name(self) -> str:
        return str(self._knobs["name"]._value) or "Root"

    def fullName(self) -> str:
        return "root"

    def maximumInputs(self) -> int:
        return 0

    def minimumInputs(self) -> int:
        return 0

    def firstFrame(self) -> int:
        return int(self._knobs["first_frame"]._number(0.0))

    def lastFrame(self) -> int:
        return int(self._knobs["last_frame"]._number(0.0))

    def fps(self) -> int:
        return int(self.realFps())

    def realFps(self) -> float:
        return float(self._knobs["fps"]._number(0.0))

    def proxy(self) -> bool:
        return bool(self._knobs["proxy"].value())

    def setProxy(self, b: bool) -> None:
        self._knobs["proxy"].setValue(b)

    def setFrame(self, n: int) -> None:
        self._knobs["frame"].setValue(int(n))

    def modified(self) -> bool:
        return self._modified

    def setModified(self, b: bool) -> None:
        self._modified = bool(b)

    def format(self) -> Format:
        return self._knobs["format"].value()

    def width(self) -> int:
        return self.format().width()

    def height(self) -> int:
        return self.format().height()

    def pixelAspect(self) -> float:
        return self.format().pixelAspect()

    def _frame_now(self) -> float:
        """Return the frame being rendered, else the one in the Viewer."""
        return (
            self._render_frame
            if self._render_frame is not None
            else float(self._knobs["frame"]._value[0])
        )

    def _folder(self) -> str:
        name = str(self._knobs["name"]._value)
        return os.path.dirname(name).replace("\\", "/") if name else ""
