"""Holds Node: its name, its wires, and what it shows at the current frame."""

from __future__ import annotations

import re
from typing import Any, Optional

from nuke_standin.api_data import NODES
from nuke_standin.frame_ranges import FrameRange
from nuke_standin.knob import Knob
from nuke_standin.knob_holder import KnobHolder, PanelEvent
from nuke_standin.session import session

_NAME = re.compile(r"[A-Za-z_]\w*$")
_DETACHED = "A PythonObject is not attached to a node"


class Node(KnobHolder):
    """A node of the script. Public names are Nuke's, those with an underscore the stand-in's."""

    def __init__(self, node_class: str, group: Any) -> None:
        self._group = group
        self._inputs: list[Optional[Node]] = []
        self._family: list[Node] = [self]
        super().__init__(node_class)

    def __repr__(self) -> str:
        return f"<{self._class} object {self.fullName()!r}>"

    # -- name ------------------------------------------------------------------
    def setName(self, name: str, uncollide: bool = True, updateExpressions: bool = False) -> None:
        session.edit(f"{self.name()}.setName")
        if not _NAME.match(name):
            raise ValueError(f"{name!r} is not a valid node name")
        siblings = self._group._children if self._group is not None else {}
        taken = {key: node for key, node in siblings.items() if node is not self}
        if name in taken:
            if not uncollide:
                raise ValueError(f"a node named {name!r} exists")
            name = unused_name(name, taken)
        self._rename(name)

    def _renamed(self, name: str) -> None:
        self.setName(name)

    def _rename(self, name: str) -> None:
        if self._group is not None:
            children = self._group._children
            order = [(key, node) for key, node in children.items()]
            children.clear()
            children.update((name if node is self else key, node) for key, node in order)
        self._knobs["name"]._value = name

    def parent(self) -> Any:
        return self._group

    def rootNode(self) -> Any:
        return session.root

    def clones(self) -> int:
        """Return how many other nodes share the knobs of this one."""
        return len(self._family) - 1

    # -- wires -----------------------------------------------------------------
    def inputs(self) -> int:
        count = len(self._inputs)
        while count and self._inputs[count - 1] is None:
            count -= 1
        return count

    def maxInputs(self) -> int:
        return self.maximumInputs()

    def minInputs(self) -> int:
        return self.minimumInputs()

    def maximumInputs(self) -> int:
        return int(NODES["classes"][self._class]["inputs"]["maximum"])

    def minimumInputs(self) -> int:
        return int(NODES["classes"][self._class]["inputs"]["minimum"])

    def input(self, i: int) -> Optional[Node]:
        return self._inputs[i] if 0 <= i < len(self._inputs) else None

    def canSetInput(self, i: int, node: Optional[Node]) -> bool:
        if not 0 <= i < self.maximumInputs():
            return False
        return node is None or (
            node._group is self._group and not node._depends_on(self) and node._class != "Output"
        )

    def setInput(self, i: int, node: Optional[Node]) -> bool:
        session.edit(f"{self.name()}.setInput")
        if node is not None and not isinstance(node, Node):
            raise TypeError(f"setInput: a node or None is needed, found {node!r}")
        if not self.canSetInput(i, node):
            return False
        while len(self._inputs) <= i:
            self._inputs.append(None)
        self._inputs[i] = node
        if not session.loading and self._shown:
            self._run_knob_changed(PanelEvent("inputChange"))
        return True

    def connectInput(self, i: int, node: Optional[Node]) -> bool:
        return self.setInput(i, node)

    def _depends_on(self, other: Node) -> bool:
        return self is other or any(
            node is not None and node._depends_on(other) for node in self._inputs
        )

    def dependencies(self, what: Any = None) -> list[Node]:
        return [node for node in self._inputs if node is not None]

    def dependent(self, what: Any = None, forceEvaluate: Any = None) -> list[Node]:
        siblings = self._group._children.values() if self._group is not None else []
        return [node for node in siblings if self in node._inputs]

    # -- selection, place ----------------------------------------------
    def isSelected(self) -> bool:
        return bool(self._knobs["selected"].value())

    def setSelected(self, selected: bool) -> None:
        self._knobs["selected"]._value = [float(bool(selected))]

    def selectOnly(self) -> None:
        for node in self._group._children.values():
            node.setSelected(node is self)

    def xpos(self) -> int:
        return int(self._knobs["xpos"]._number(0.0))

    def ypos(self) -> int:
        return int(self._knobs["ypos"]._number(0.0))

    def setXpos(self, x: int) -> None:
        self._knobs["xpos"].setValue(x)

    def setYpos(self, y: int) -> None:
        self._knobs["ypos"].setValue(y)

    def setXYpos(self, x: int, y: int) -> None:
        self.setXpos(x)
        self.setYpos(y)

    def screenWidth(self) -> int:
        return 80

    def screenHeight(self) -> int:
        return 18

    def help(self) -> str:
        return str(self._knobs["help"]._value)

    # -- picture ---------------------------------------------------------------
    def _info(self, frame: Optional[float] = None) -> dict[str, Any]:
        from nuke_standin.pixels import picture_info

        return picture_info(self, session.root._frame_now() if frame is None else float(frame))

    def metadata(
        self, key: Optional[str] = None, time: Optional[float] = None, view: Any = None
    ) -> Any:
        found = self._info(time)["metadata"]
        return found if key is None else found.get(key)

    def channels(self) -> list[str]:
        return list(self._info()["channels"])

    def width(self) -> int:
        return int(self._info()["format"]["width"])

    def height(self) -> int:
        return int(self._info()["format"]["height"])

    def pixelAspect(self) -> float:
        return float(self._info()["format"]["aspect"])

    def format(self) -> Any:
        from nuke_standin.formats import Format

        size = self._info()["format"]
        return Format(
            size["width"], size["height"], 0, 0, size["width"], size["height"], size["aspect"]
        )

    def bbox(self) -> Any:
        from nuke_standin.boxes import Box

        return Box(*self._info()["bbox"])

    def sample(
        self, c: str, x: float, y: float, dx: Optional[float] = None, dy: Optional[float] = None
    ) -> float:
        from nuke_standin.pixels import sample

        return sample(self, c, x, y, dx, dy)

    def hasError(self) -> bool:
        from nuke_standin.pixels import error_of

        return error_of(self, session.root._frame_now(), own_only=True) is not None

    def error(self) -> bool:
        return self.hasError()

    def treeHasError(self) -> bool:
        from nuke_standin.pixels import error_of

        return error_of(self, session.root._frame_now(), own_only=False) is not None

    def forceValidate(self) -> None:
        self._info()

    def opHashes(self) -> list[int]:
        from nuke_standin.pixels import tree_hash

        return [tree_hash(self, session.root._frame_now())]

    def frameRange(self) -> FrameRange:
        from nuke_standin.pixels import frame_range

        first, last = frame_range(self)
        return FrameRange(first, last, 1)

    def firstFrame(self) -> int:
        return self.frameRange().first()

    def lastFrame(self) -> int:
        return self.frameRange().last()

    def upstreamFrameRange(self, i: int) -> Optional[FrameRange]:
        node = self.input(i)
        return None if node is None else node.frameRange()

    def proxy(self) -> bool:
        return bool(session.root.proxy())

    def redraw(self) -> None:
        """Ask for a redraw; nothing is drawn here."""

    def forceUpdateLocalization(self) -> None:
        """Ask for localisation; no file is localised here."""


class DeletedNode(Node):
    """What a deleted node becomes: whatever is asked of it, it is not attached any more."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return object.__getattribute__(self, name)
        raise ValueError(_DETACHED)

    def __getitem__(self, key: str) -> Knob:
        raise ValueError(_DETACHED)

    def __repr__(self) -> str:
        return "<deleted node>"


def unused_name(name: str, taken: dict[str, Any]) -> str:
    """Return `name`, or its stem with the first free number."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :] or 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
