"""Holds Array_Knob: one or several numbers, each of which can follow an expression or a curve."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from nuke_standin.components import (
    Component,
    component_of,
    component_text,
    components_of,
    on_curve,
)
from nuke_standin.expression import evaluate
from nuke_standin.knob import Knob
from nuke_standin.numbers import number_text
from nuke_standin.session import session
from nuke_standin.tcl_words import quote


class Array_Knob(Knob):
    """One or several numbers."""

    _size = 1
    _names: list[str] = []

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)
        self._value: list[Component] = [0.0] * self._size
        self._default: list[Component] = [0.0] * self._size
        self._range: Optional[tuple[float, float]] = None

    # -- Nuke's names ----------------------------------------------------------
    def value(
        self, index: Optional[int] = None, view: Any = None, time: Optional[float] = None
    ) -> Any:
        frame = self._now() if time is None else float(time)
        if index is not None:
            return self._shape(self._number(frame, "main", index))
        values = [self._shape(self._number(frame, "main", i)) for i in range(len(self._value))]
        return values[0] if self.singleValue() else values

    def valueAt(self, time: float, index: Optional[int] = None, view: Any = None) -> Any:
        return self.value(index, view, time)

    def getValue(self, channel: int = -1) -> Any:
        return Array_Knob.value(self, None if channel == -1 else channel)

    def getValueAt(self, frame: float, index: int = -1, view: Any = None) -> Any:
        return self.valueAt(frame, None if index == -1 else index, view)

    def setValue(
        self, value: Any, index: Optional[int] = None, time: Any = None, view: Any = None
    ) -> bool:
        if isinstance(value, (list, tuple)):
            if len(value) > len(self._value):
                raise TypeError(
                    f"{self._name}: {len(value)} values for {len(self._value)} components"
                )
            numbers = dict(enumerate(self._number_of(v) for v in value))
        elif index is None or index == -1:
            numbers = {i: self._number_of(value) for i in range(len(self._value))}
        else:
            numbers = {index: self._number_of(value)}
        self._edit("setValue")
        for i, number in numbers.items():
            curve = self._value[i]
            if isinstance(curve, dict):
                curve[self._now() if time is None else float(time)] = number
            else:
                self._value[i] = number
        self._changed()
        return True

    def setValueAt(
        self, value: float, time: float, index: Optional[int] = None, view: Any = None
    ) -> bool:
        return self.setValue(value, index, time, view)

    def setAnimated(self, index: Optional[int] = None, view: Any = None) -> bool:
        self._edit("setAnimated")
        for i in range(len(self._value)) if index in (None, -1) else [int(index or 0)]:
            if not isinstance(self._value[i], dict):
                self._value[i] = {self._now(): self._number(self._now(), "main", i)}
        return True

    def isAnimated(self, index: Optional[int] = None, view: Any = None) -> bool:
        chosen = self._value if index in (None, -1) else [self._value[int(index or 0)]]
        return any(isinstance(component, dict) for component in chosen)

    def clearAnimated(self, index: Optional[int] = None, view: Any = None) -> bool:
        self._edit("clearAnimated")
        self._value = [self._number(self._now(), "main", i) for i in range(len(self._value))]
        return True

    def setExpression(self, expression: str, channel: int = -1, view: Any = None) -> bool:
        self._edit("setExpression")
        for i in range(len(self._value)) if channel == -1 else [channel]:
            self._value[i] = str(expression)
        self._changed()
        return True

    def hasExpression(self, index: Optional[int] = None) -> bool:
        chosen = self._value if index in (None, -1) else [self._value[int(index or 0)]]
        return any(isinstance(component, str) for component in chosen)

    def setDefaultValue(self, s: Iterable[float]) -> None:
        if isinstance(s, (int, float, str)):
            raise TypeError(f"{self._name}: setDefaultValue takes a list of numbers, found {s!r}")
        untouched = self._value == self._default
        for i, number in enumerate(s):
            self._default[i] = float(number)
        if untouched:
            self._value = list(self._default)

    def defaultValue(self) -> Any:
        return self._default[0]

    def notDefault(self) -> bool:
        return not self._is_default()

    def setRange(self, f1: float, f2: float) -> None:
        self._range = (float(f1), float(f2))

    def min(self) -> float:
        return self._range[0] if self._range else 0.0

    def max(self) -> float:
        return self._range[1] if self._range else 1.0

    def arraySize(self) -> int:
        return len(self._value)

    def singleValue(self, view: Any = None) -> bool:
        return len(self._value) == 1 or all(
            component == self._value[0] for component in self._value
        )

    # -- the stand-in's side ---------------------------------------------------
    def _now(self) -> float:
        return float(session.root._frame_now()) if session.root is not None else 1.0

    def _shape(self, number: float) -> Any:
        return number

    def _number_of(self, value: Any) -> float:
        if isinstance(value, (bool, int, float)):
            return float(value)
        raise TypeError(f"{self._name}: a number is needed, found {value!r}")

    def _components(self) -> list[str]:
        return self._names

    def _number(self, frame: float, view: str = "main", index: int = 0) -> float:
        component = self._value[index]
        if isinstance(component, str):
            return evaluate(component, self._node, frame, view)
        if isinstance(component, dict):
            return on_curve(component, frame)
        return component

    def _numbers(self, frame: float, view: str = "main") -> list[float]:
        return [self._number(frame, view, i) for i in range(len(self._value))]

    def _text(self, frame: float, view: str = "main") -> str:
        numbers = self._numbers(frame, view)
        shown = numbers[:1] if all(number == numbers[0] for number in numbers) else numbers
        return " ".join(number_text(number) for number in shown)

    def _class_default(self) -> Any:
        return [0.0] * len(self._value)

    def _script_text(self) -> str:
        words = [component_text(component) for component in self._value]
        return words[0] if self.singleValue() else " ".join(words)

    def _to_script(self) -> str:
        text = self._script_text()
        lists = len(self._value) > 1 and not self.singleValue()
        return "{" + text + "}" if lists or text.startswith("{") else quote(text)

    def _from_script(self, text: str) -> None:
        words = components_of(text)
        if len(words) == 1:
            words = words * len(self._value)
        if len(words) > len(self._value):
            raise RuntimeError(f"{self._name}: {text!r} has more than {len(self._value)} values")
        for i, word in enumerate(words):
            self._value[i] = component_of(word)

    def _definition_extras(self) -> list[tuple[str, str]]:
        if self._range is None:
            return []
        return [("R", f"{number_text(self._range[0])} {number_text(self._range[1])}")]

    def _define(self, letter: str, word: str) -> None:
        if letter != "R":
            super()._define(letter, word)
        low, high = word.split()
        self._range = (float(low), float(high))
