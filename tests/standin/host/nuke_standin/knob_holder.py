"""Holds what a node has to do with knobs: built-in and user knobs, its panel, knobChanged."""

from __future__ import annotations

from typing import Any, Optional, Union

from nuke_standin import callbacks
from nuke_standin.api_data import NODES, writer_knobs
from nuke_standin.knob import KNOB_CHANGED_ALWAYS, KNOB_CHANGED_RECURSIVE, Knob
from nuke_standin.knob_kinds import make_knob, make_knobs
from nuke_standin.session import session


class KnobHolder:
    """The knobs of one node."""

    _class: str
    _group: Any

    def __init__(self, node_class: str) -> None:
        self._class = node_class
        self._knobs: dict[str, Knob] = {}
        self._shown = False
        self._properties: Any = None
        self._in_knob_changed = False
        self._reloads = 0
        for knob in make_knobs(node_class):
            self._attach(knob, user=False)

    def __getitem__(self, key: str) -> Knob:
        knob = self.knob(key)
        if knob is None:
            raise NameError(f"knob {key} does not exist")
        return knob

    def Class(self) -> str:
        return self._class

    def name(self) -> str:
        return str(self._knobs["name"]._value)

    def fullName(self) -> str:
        outer = self._group
        inside = outer is not None and outer._group is not None
        return f"{outer.fullName()}.{self.name()}" if inside else self.name()

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
                self._renamed(wanted)
        if session.loading:
            return
        if self._shown or knob.getFlag(KNOB_CHANGED_ALWAYS):
            self._run_knob_changed(knob)

    def _renamed(self, name: str) -> None:
        """Take a name that was typed into the name knob."""
        raise NotImplementedError

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
            if self._knobs["localizationPolicy"].value() != "on":  # a local copy stays as it is
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
        root = session.root
        if self._class == "Read" and not root["lock_range"].value():
            # Seen in Nuke 17 (-t): a file typed into a Read stretches the project's range.
            root["first_frame"].setValue(min(root.firstFrame(), first))
            root["last_frame"].setValue(max(root.lastFrame(), last))

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

    # -- panel -----------------------------------------------------------------
    def shown(self) -> bool:
        return self._shown

    def showControlPanel(self, forceFloat: bool = False) -> None:
        if not session.gui or self._shown:
            return
        from nuke_standin.widgets import properties_of

        self._shown = True
        self._properties = properties_of(self)
        for knob in list(self._knobs.values()):
            if knob.Class() == "PyCustom_Knob":
                knob._open()  # type: ignore[attr-defined]
        self._run_knob_changed(PanelEvent("showPanel"))

    def hideControlPanel(self) -> None:
        if self._shown:
            self._shown = False
            self._properties = None
            self._run_knob_changed(PanelEvent("hidePanel"))


class PanelEvent(Knob):
    """The pseudo knob thisKnob() returns for showPanel, hidePanel and inputChange."""

    def Class(self) -> str:
        return "Obsolete_Knob"
