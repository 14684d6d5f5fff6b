"""Holds Node: knobs, wires, panel, and what it shows at the current frame."""

from __future__ import annotations

import re
from typing import Any, Optional, Union

from nuke_standin import callbacks
from nuke_standin.api_data import NODES, writer_knobs
from nuke_standin.frame_ranges import FrameRange
from nuke_standin.knob import KNOB_CHANGED_ALWAYS, KNOB_CHANGED_RECURSIVE, Knob
from nuke_standin.knob_kinds import make_knob, make_knobs
from nuke_standin.session import session

_NAME = re.compile(r"[A-Za-z_]\w*$")


class Node:
    """A node of the script. Public names are Nuke's, those with an underscore the stand-in's."""

    def __init__(self, node_class: str, group: Any) -> None:
        self._class = node_class
        self._group = group
        self._inputs: list[Optional[Node]] = []
        self._knobs: dict[str, Knob] = {}
        self._shown = False
        self._in_knob_changed = False
        self._reloads = 0
        for knob in make_knobs(node_class):
            self._attach(knob, user=False)

    def __repr__(self) -> str:
        return f"<{self._class} object {self.fullName()!r}>"

    def __getitem__(self, key: str) -> Knob:
        knob = self.knob(key)
        if knob is None:
            raise NameError(f"knob {key} does not exist")
        return knob

    # -- identity --------------------------------------------------------------
    def Class(self) -> str:
        return self._class

    def name(self) -> str:
        return str(self._knobs["name"]._value)

    def fullName(self) -> str:
        outer = self._group
        return (
            f"{outer.fullName()}.{self.name()}"
            if outer is not None and outer._group is not None
            else self.name()
        )

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

    # -- knobs -----------------------------------------------------------------
    def _attach(self, knob: Knob, user: bool) -> None:
        knob._node = self
        knob._user = user
        self._knobs[knob._name] = knob

    def knob(self, p: Union[str, int], follow_link: Optional[bool] = None) -> Optional[Knob]:
        return list(self._knobs.values())[p] if isinstance(p, int) else self._knobs.get(p)

    def knobs(self) -> dict[str, Knob]:
        return dict(self._knobs)

    def allKnobs(self) -> list[Knob]:
        return list(self._knobs.values())

    def numKnobs(self) -> int:
        return len(self._knobs)

    def addKnob(self, k: Knob) -> None:
        session.edit(f"{self.name()}.addKnob")
        if not isinstance(k, Knob):
            raise TypeError(f"addKnob() argument must be a Knob, found {k!r}")
        if k._node is not None:
            raise RuntimeError(f"knob {k.name()} already belongs to {k._node.fullName()}")
        if k.name() in self._knobs:
            raise ValueError(f"{self.fullName()} already has a knob named {k.name()}")
        if k._type_number is None:
            raise ValueError(f"{k.Class()} {k.name()} cannot be a user knob")
        if not any(knob._user and knob.Class() == "Tab_Knob" for knob in self._knobs.values()) and (
            k.Class() != "Tab_Knob"
        ):
            self._attach(make_knob("Tab_Knob", "User", None), user=True)
        self._attach(k, user=True)

    def removeKnob(self, k: Knob) -> None:
        session.edit(f"{self.name()}.removeKnob")
        if self._knobs.get(k.name()) is not k or not k._user:
            raise ValueError(f"{k.name()} is not a user knob of {self.fullName()}")
        del self._knobs[k.name()]
        k._node = None

    def resetKnobsToDefault(self) -> None:
        session.edit(f"{self.name()}.resetKnobsToDefault")
        for knob in self._knobs.values():
            if knob._name != "name" and knob._saves_value:
                knob._value = (
                    list(knob._default) if isinstance(knob._default, list) else knob._default
                )

    def writeKnobs(self, i: int) -> str:
        from nuke_standin.script_text import knob_lines

        return "\n".join(knob_lines(self, i))

    def readKnobs(self, s: str) -> None:
        from nuke_standin.script_text import read_knobs

        session.edit(f"{self.name()}.readKnobs")
        read_knobs(self, s)

    def _knob_changed(self, knob: Knob) -> None:
        """React to an edited knob: grow or drop format knobs, run knobChanged where Nuke would."""
        if knob._name == "file_type" and self._class == "Write":
            self._grow_format_knobs(str(knob._value))
        if knob._name == "name" and self._group is not None:
            wanted = str(knob._value)
            known = [key for key, node in self._group._children.items() if node is self]
            if known and known[0] != wanted:
                knob._value = known[0]
                self.setName(wanted)
        if session.loading:
            return
        if self._shown or knob.getFlag(KNOB_CHANGED_ALWAYS):
            self._run_knob_changed(knob)

    def _run_knob_changed(self, knob: Any) -> None:
        if self._in_knob_changed and not knob.getFlag(KNOB_CHANGED_RECURSIVE):
            return
        self._in_knob_changed = True
        try:
            callbacks.run("knobChanged", self, knob)
        finally:
            self._in_knob_changed = False

    def _grow_format_knobs(self, file_type: str) -> None:
        for name in [name for names in NODES["write_formats"].values() for name in names]:
            self._knobs.pop(name, None)
        for name, entry in writer_knobs(file_type).items():
            self._attach(make_knob(entry["class"], name, entry), user=False)

    def _press(self, button: str) -> bool:
        """Press a built-in Tcl button; tell whether the stand-in knows it."""
        if button == "reload" and self._class == "Read":
            session.main_thread_only("reload")
            self._reloads += 1
            return True
        return False

    def _set_file_range(self, first: int, last: int) -> None:
        for name, value in (
            ("first", first),
            ("last", last),
            ("origfirst", first),
            ("origlast", last),
        ):
            if name in self._knobs:
                self._knobs[name].setValue(value)

    def _file_typed(self) -> None:
        """Choose the file type after a file name was typed in, as the panel does."""
        file_type = self._knobs.get("file_type")
        if file_type is None or self._class not in ("Read", "Write"):
            return
        extension = str(self._knobs["file"]._value).rpartition(".")[2].lower()
        kinds = {
            "exr": "exr",
            "png": "png",
            "jpg": "jpeg",
            "jpeg": "jpeg",
            "tif": "tiff",
            "tiff": "tiff",
            "dpx": "dpx",
        }
        if extension in kinds:
            file_type.setValue(kinds[extension])

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
            self._run_knob_changed(_PanelEvent("inputChange"))
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

    # -- panel, selection, place ----------------------------------------------
    def shown(self) -> bool:
        return self._shown

    def showControlPanel(self, forceFloat: bool = False) -> None:
        if not session.gui or self._shown:
            return
        self._shown = True
        for knob in list(self._knobs.values()):
            if knob.Class() == "PyCustom_Knob":
                knob._open()  # type: ignore[attr-defined]
        self._run_knob_changed(_PanelEvent("showPanel"))

    def hideControlPanel(self) -> None:
        if self._shown:
            self._shown = False
            self._run_knob_changed(_PanelEvent("hidePanel"))

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
        raise ValueError("A PythonObject is not attached to a node")

    def __getitem__(self, key: str) -> Knob:
        raise ValueError("A PythonObject is not attached to a node")

    def __repr__(self) -> str:
        return "<deleted node>"


class _PanelEvent(Knob):
    """The pseudo knob thisKnob() returns for showPanel, hidePanel and inputChange."""

    def Class(self) -> str:
        return "Obsolete_Knob"


def unused_name(name: str, taken: dict[str, Any]) -> str:
    """Return `name`, or its stem with the first free number."""
    stem = name.rstrip("0123456789") or name
    number = int(name[len(stem) :] or 1)
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
