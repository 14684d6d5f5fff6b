"""Holds the kinds of array knobs: numbers, switches, positions, colours."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.array_knob import Array_Knob
from nuke_standin.components import component_text


class Double_Knob(Array_Knob):
    _type_number = 7


class Int_Knob(Array_Knob):
    """Whole numbers; its slider range is dropped when a script is loaded again."""

    _type_number = 3

    def _shape(self, number: float) -> int:
        return int(number)

    def _number_of(self, value: Any) -> float:
        return float(int(super()._number_of(value)))

    def _definition_extras(self) -> list[tuple[str, str]]:
        return []


class Boolean_Knob(Array_Knob):
    _type_number = 6
    _starts_line = False

    def __init__(
        self, name: str, label: Optional[str] = None, value: Optional[bool] = None
    ) -> None:
        super().__init__(name, label)
        if value is not None:
            self._value = [float(bool(value))]

    def setValue(self, b: bool) -> bool:  # type: ignore[override]
        return super().setValue(bool(b) if isinstance(b, (bool, int, float)) else b)

    def _shape(self, number: float) -> bool:
        return number != 0

    def _text(self, frame: float, view: str = "main") -> str:
        return "true" if self._number(frame, view) else "false"

    def _script_text(self) -> str:
        component = self._value[0]
        return (
            ("true" if component else "false")
            if isinstance(component, float)
            else component_text(component)
        )

    def _from_script(self, text: str) -> None:
        super()._from_script({"true": "1", "false": "0"}.get(text, text))


class Disable_Knob(Boolean_Knob):
    _type_number = None

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)


class Unsigned_Knob(Int_Knob):
    _type_number = None


class ColorChip_Knob(Unsigned_Knob):
    pass


class IArray_Knob(Array_Knob):
    pass


class XY_Knob(Array_Knob):
    _type_number = 12
    _size = 2
    _names = ["x", "y"]


class WH_Knob(Array_Knob):
    _type_number = 14
    _size = 2
    _names = ["w", "h"]


class XYZ_Knob(Array_Knob):
    _type_number = 13
    _size = 3
    _names = ["x", "y", "z"]


class BBox_Knob(Array_Knob):
    _type_number = 15
    _size = 4
    _names = ["x", "y", "r", "t"]


class Color_Knob(Array_Knob):
    _type_number = 18
    _size = 3
    _names = ["r", "g", "b"]


class AColor_Knob(Color_Knob):
    _type_number = 19
    _size = 4
    _names = ["r", "g", "b", "a"]
