"""Holds the knobs made of text: strings, file names, stored scripts, and labels."""

from __future__ import annotations

import re
from typing import Any, Optional

from nuke_standin.errors import NotModelled
from nuke_standin.file_names import file_name_at
from nuke_standin.knob import Knob
from nuke_standin.session import session
from nuke_standin.tcl import Tcl
from nuke_standin.tcl_words import quote

_RANGE_AT_END = re.compile(r"^(?P<file>.*\S)\s+(?P<first>-?\d+)(?:-(?P<last>-?\d+))?$")


class String_Knob(Knob):
    _type_number = 1

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)
        self._value: str = ""
        self._default: str = ""

    def value(self, oc: Any = None) -> str:
        return self._value

    def getText(self, oc: Any = None) -> str:
        return self._value

    def getValue(self) -> str:
        return self.value()

    def setValue(self, val: str, view: str = "default") -> None:  # type: ignore[override]
        if not isinstance(val, str):
            raise TypeError(
                f"{self._name}: setValue() argument must be str, not {type(val).__name__}"
            )
        self._edit("setValue")
        self._value = val
        self._changed()

    def _number(self, frame: float, view: str = "main", index: int = 0) -> float:
        from nuke_standin.expression import evaluate

        return evaluate(self._text(frame, view), self._node, frame, view)

    def _text(self, frame: float, view: str = "main") -> str:
        return self._value


class EvalString_Knob(String_Knob):
    """Text in which [Tcl] is evaluated on use."""

    _type_number = None

    def evaluate(self) -> str:
        return self._text(session.root._frame_now())

    def _text(self, frame: float, view: str = "main") -> str:
        return Tcl(self._node, frame, view).substitute(self._value)


class Multiline_Eval_String_Knob(EvalString_Knob):
    _type_number = 43


class File_Knob(EvalString_Knob):
    """A file name; fromUserText also takes a frame range, as typed into a Read."""

    _type_number = 2

    def fromUserText(self, s: str) -> None:
        match = _RANGE_AT_END.match(s)
        if match is None:
            self.setValue(s)
        else:
            self.setValue(match["file"])
            if self._node is not None:
                self._node._set_file_range(
                    int(match["first"]), int(match["last"] or match["first"])
                )
        if self._node is not None:
            self._node._file_typed()

    def evaluate(self) -> str:
        return self._file_at(session.root._frame_now())

    def getEvaluatedValue(self) -> str:
        return self.evaluate()

    def _file_at(self, frame: float, view: str = "main") -> str:
        """Return the file of one frame; in Tcl, `[value file]` keeps the %04d."""
        return file_name_at(self._text(frame, view), frame, view)


class Font_Knob(String_Knob):
    _type_number = None


class PythonKnob(String_Knob):
    """A callback's Python text (onCreate, knobChanged, beforeRender ...)."""

    _type_number = None


class Script_Knob(String_Knob):
    """A button that runs Tcl; only the buttons the stand-in knows can be pressed."""

    _type_number = 32
    _saves_value = False
    _starts_line = False

    def __init__(
        self, name: str, label: Optional[str] = None, command: Optional[str] = None
    ) -> None:
        super().__init__(name, label)
        self._value = command or ""

    def command(self) -> str:
        return self._value

    def setCommand(self, cmd: str) -> None:
        self.setValue(cmd)

    def execute(self) -> None:
        if self._node is None or not self._node._press(self._name):
            raise NotModelled(f"the Tcl button {self._name}")

    def _definition_extras(self) -> list[tuple[str, str]]:
        return [("T", quote(self._value))] if self._value else []

    def _define(self, letter: str, word: str) -> None:
        if letter != "T":
            super()._define(letter, word)
        self._value = word


class PyScript_Knob(Script_Knob):
    """A button that runs its Python text with thisNode and thisKnob set; it may execute nodes."""

    _type_number = 22

    def execute(self) -> None:
        node = self._node
        if not session.on_main_thread():
            raise RuntimeError(f"{self._name}: a button is pressed on the main thread")
        with session.context(
            node=node, knob=self, group=node if hasattr(node, "_children") else None
        ):
            session.run_text(self._value, self.fullyQualifiedName())


class PyCustom_Knob(Script_Knob):
    """A widget: its text evaluates, when the panel opens, to an object with makeUI()."""

    _type_number = 52
    _starts_line = True

    def __init__(self, name: str, label: Optional[str], command: str) -> None:
        super().__init__(name, label, command)
        self._object: Any = None
        self._widget: Any = None

    def getObject(self) -> Any:
        return self._object

    def execute(self) -> None:
        raise NotModelled("execute() of a PyCustom_Knob")

    def _open(self) -> Any:
        """Build the widget, as opening the panel does."""
        if self._object is None:
            with session.context(node=self._node, knob=self):
                self._object = session.evaluate_text(self._value, self.fullyQualifiedName())
                self._widget = self._object.makeUI()
        return self._widget


class Text_Knob(Knob):
    """A label or a line; its text is shown, not edited."""

    _type_number = 26
    _saves_value = False

    def __init__(self, name: str, label: Optional[str] = None, value: Optional[str] = None) -> None:
        super().__init__(name, label)
        self._value: str = value or ""
        self._default = ""

    def setValue(self, val: str, chan: int = 0) -> bool:
        if not isinstance(val, str):
            raise TypeError(
                f"{self._name}: setValue() argument must be str, not {type(val).__name__}"
            )
        return super().setValue(val)

    def _definition_extras(self) -> list[tuple[str, str]]:
        return [("T", quote(self._value))] if self._value else []

    def _define(self, letter: str, word: str) -> None:
        if letter != "T":
            super()._define(letter, word)
        self._value = word
