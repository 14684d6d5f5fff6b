"""Holds what every knob has: name, label, tooltip, flags, its node, and how a script saves it."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.session import session
from nuke_standin.tcl_words import quote

DISABLED = 0x80
NO_ANIMATION = 0x100
DO_NOT_WRITE = 0x200
INVISIBLE = 0x400
STARTLINE = 0x1000
ENDLINE = 0x2000
KNOB_CHANGED_ALWAYS = 0x10000
NO_UNDO = 0x80000
ALWAYS_SAVE = 0x100000
KNOB_CHANGED_RECURSIVE = 0x8000000
READ_ONLY = 0x10000000


class Knob:
    """The base of all knobs. Public names are Nuke's, those with an underscore the stand-in's."""

    _type_number: Optional[int] = None
    """Nuke's number of this kind of knob in an addUserKnob line; None: cannot be a user knob."""
    _saves_value = True
    _starts_line = True

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        if not isinstance(name, str) or not name:
            raise TypeError(f"{type(self).__name__}: a knob needs a name, found {name!r}")
        self._name = name
        self._label = label
        self._tooltip = ""
        self._flags = STARTLINE if self._starts_line else 0
        self._node: Any = None
        self._user = True
        self._default: Any = None
        self._value: Any = None

    def __repr__(self) -> str:
        return f"<{self.Class()} object {self._name!r}>"

    # -- identity --------------------------------------------------------------
    def Class(self) -> str:
        return type(self).__name__

    def name(self) -> str:
        return self._name

    def setName(self, s: str) -> None:
        self._edit("setName")
        self._name = s

    def label(self) -> str:
        return self._name if self._label is None else self._label

    def setLabel(self, s: str) -> None:
        self._edit("setLabel")
        self._label = s

    def tooltip(self) -> str:
        return self._tooltip

    def setTooltip(self, s: str) -> None:
        self._tooltip = s

    def node(self) -> Any:
        return self._node

    def fullyQualifiedName(self, channel: int = -1) -> str:
        owner = self._node.fullName() if self._node is not None else ""
        return f"{owner}.{self._name}"

    # -- flags -----------------------------------------------------------------
    def setFlag(self, f: int) -> None:
        self._flags |= f

    def clearFlag(self, f: int) -> None:
        self._flags &= ~f

    def getFlag(self, f: int) -> bool:
        return bool(self._flags & f)

    def enabled(self) -> bool:
        return not self._flags & DISABLED

    def setEnabled(self, enabled: bool) -> None:
        self._flags = self._flags & ~DISABLED if enabled else self._flags | DISABLED

    def visible(self) -> bool:
        return not self._flags & INVISIBLE

    def setVisible(self, visible: bool) -> None:
        self._flags = self._flags & ~INVISIBLE if visible else self._flags | INVISIBLE

    # -- value -----------------------------------------------------------------
    def value(self) -> Any:
        return self._value

    def getValue(self) -> Any:
        return self.value()

    def setValue(self, val: Any, chan: int = 0) -> bool:
        self._edit("setValue")
        self._value = val
        self._changed()
        return True

    def hasExpression(self, index: int = -1) -> bool:
        return False

    def isAnimated(self) -> bool:
        return False

    def toScript(self, quote: bool = False, context: Any = None) -> str:
        return self._to_script() if quote else self._script_text()

    def fromScript(self, script: str) -> bool:
        self._edit("fromScript")
        self._from_script(script)
        self._changed()
        return True

    # -- the stand-in's side ---------------------------------------------------
    def _edit(self, what: str) -> None:
        if self._node is None:
            return
        is_time = self._name == "frame" and self._node is session.root
        if self._flags & NO_UNDO or is_time:  # going to another frame changes no script
            session.main_thread_only(f"{self._name}.{what}")
        else:
            session.edit(f"{self._name}.{what}")

    def _changed(self) -> None:
        if self._node is not None:
            self._node._knob_changed(self)

    def _text(self, frame: float, view: str = "main") -> str:
        return str(self.value())

    def _number(self, frame: float, view: str = "main", index: int = 0) -> float:
        return float(self.value())

    def _components(self) -> list[str]:
        return []

    def _script_text(self) -> str:
        return str(self._value)

    def _to_script(self) -> str:
        return quote(self._script_text())

    def _from_script(self, text: str) -> None:
        self._value = text

    def _is_default(self) -> bool:
        return bool(self._value == self._default)

    def _is_unwritten(self) -> bool:
        """Tell whether WRITE_NON_DEFAULT_ONLY leaves the value out."""
        if self._flags & ALWAYS_SAVE:
            return False
        if self._user:
            return bool(self._value == self._class_default())
        return self._is_default()

    def _class_default(self) -> Any:
        """Return the default a user knob has after a reload: setDefaultValue() is not saved."""
        return self._default

    def _definition_extras(self) -> list[tuple[str, str]]:
        """Return the (letter, word) pairs this kind of knob adds to its addUserKnob line."""
        return []

    def _definition(self) -> str:
        """Return the words of the addUserKnob line; flags other than STARTLINE are not saved."""
        words = [str(self._type_number), quote(self._name)]
        if self._label is not None and self._label != self._name:
            words += ["l", quote(self._label)]
        elif self._label == self._name:
            words += ["l", '""']
        if self._tooltip:
            words += ["t", quote(self._tooltip)]
        starts_line = bool(self._flags & STARTLINE)
        if starts_line != self._starts_line:
            words.append("+STARTLINE" if starts_line else "-STARTLINE")
        for letter, word in self._definition_extras():
            words += [letter, word]
        return " ".join(words)

    def _define(self, letter: str, word: str) -> None:
        """Take one (letter, word) pair of an addUserKnob line."""
        raise RuntimeError(f"addUserKnob {self._name}: unknown option {letter!r}")
