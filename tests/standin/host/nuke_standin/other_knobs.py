"""Holds the knobs that are neither numbers, texts nor menus: tabs, links, formats."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.errors import NotModelled
from nuke_standin.formats import Format, find_format, format_of_text
from nuke_standin.knob import Knob
from nuke_standin.tcl_words import quote

TABKNOB = 0
TABBEGINGROUP = 1
TABBEGINCLOSEDGROUP = 2
TABENDGROUP = -1


class Tab_Knob(Knob):
    """A tab, or the begin or end of a folding group in it."""

    _type_number = 20
    _saves_value = False

    def __init__(self, name: str, label: Optional[str] = None, flag: int = TABKNOB) -> None:
        super().__init__(name, label)
        self._flag = flag

    def _definition_extras(self) -> list[tuple[str, str]]:
        return [("n", str(self._flag))] if self._flag else []

    def _define(self, letter: str, word: str) -> None:
        if letter != "n":
            super()._define(letter, word)
        self._flag = int(word)


class BeginTabGroup_Knob(Tab_Knob):
    _type_number = None

    def __init__(self, name: str = "", label: str = "") -> None:
        super().__init__(name or "begin_tabs", label)


class EndTabGroup_Knob(Tab_Knob):
    _type_number = None

    def __init__(self, name: str = "", label: str = "") -> None:
        super().__init__(name or "end_tabs", label)


class Link_Knob(Knob):
    """Shows another knob of the same node tree; `getLinkedKnob` follows the link."""

    _type_number = 41
    _saves_value = False

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)
        self._link = ""

    def setLink(self, s: str) -> None:
        self._edit("setLink")
        self._link = s

    def makeLink(self, s: str, t: str) -> None:
        self.setLink(f"{s}.{t}")

    def getLink(self) -> str:
        return self._link

    def getLinkedKnob(self) -> Optional[Knob]:
        from nuke_standin.lookup import find_knob

        return find_knob(self._link, self._node) if self._link and self._node is not None else None

    def _target(self) -> Knob:
        knob = self.getLinkedKnob()
        if knob is None:
            raise RuntimeError(f"{self._name}: nothing is named {self._link!r}")
        return knob

    def value(self, *args: Any) -> Any:
        return self._target().value(*args)

    def getValue(self, *args: Any) -> Any:
        return self._target().getValue(*args)

    def setValue(self, *args: Any) -> Any:
        return self._target().setValue(*args)

    def _number(self, frame: float, view: str = "main", index: int = 0) -> float:
        return self._target()._number(frame, view, index)

    def _text(self, frame: float, view: str = "main") -> str:
        return self._target()._text(frame, view)

    def _definition_extras(self) -> list[tuple[str, str]]:
        return [("T", quote(self._link))]

    def _define(self, letter: str, word: str) -> None:
        if letter != "T":
            super()._define(letter, word)
        self._link = word


class Format_Knob(Knob):
    """A format; without one of its own it follows the project's."""

    _type_number = 17

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)
        self._value: Optional[Format] = None

    def value(self) -> Format:
        return self._value if self._value is not None else self._project_format()

    def actualValue(self) -> Format:
        return self.value()

    def name(self) -> str:
        return self._name

    def setValue(self, format: Any) -> bool:  # type: ignore[override]
        chosen = format if isinstance(format, Format) else find_format(str(format))
        self._edit("setValue")
        self._value = chosen
        self._changed()
        return True

    def notDefault(self) -> bool:
        return self._value is not None

    def _project_format(self) -> Format:
        from nuke_standin.session import session

        return session.root._knobs["format"].value()

    def _script_text(self) -> str:
        return self.value()._script_text()

    def _from_script(self, text: str) -> None:
        self._value = format_of_text(text)


class Obsolete_Knob(Knob):
    """A knob of older scripts: reading or setting it does nothing useful in Nuke either."""

    def value(self, *args: Any) -> Any:
        raise NotModelled(f"the obsolete knob {self._name}")


class Opaque_Knob(Knob):
    """A knob of a kind the stand-in keeps as script text only (roto shapes, noodles ...)."""

    def __init__(self, name: str, knob_class: str) -> None:
        super().__init__(name)
        self._class = knob_class

    def Class(self) -> str:
        return self._class
