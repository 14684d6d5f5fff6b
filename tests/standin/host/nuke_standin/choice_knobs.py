"""Holds the knobs that choose one of several texts: menus and channel sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional, Union

from nuke_standin.errors import NotModelled
from nuke_standin.knob import Knob
from nuke_standin.tcl_words import quote, split_list


class Enumeration_Knob(Knob):
    """A menu; a user knob keeps a text that is not in it, and `value()` returns it."""

    _type_number: Optional[int] = 4

    def __init__(self, name: str, label: Optional[str], values: Sequence[str]) -> None:
        super().__init__(name, label)
        self._items: list[str] = _checked_items(name, values)
        self._value: str = _script_name(self._items[0]) if self._items else ""
        self._default: str = self._value
        self._open_ended = False

    def value(self) -> str:
        return str(self._value)

    def getValue(self) -> float:
        return self._number(0.0)

    def values(self) -> list[str]:
        return list(self._items)

    def setValues(self, items: Sequence[str]) -> None:
        self._edit("setValues")
        self._items = _checked_items(self._name, items)
        if not self._value and self._items:
            self._value = _script_name(self._items[0])

    def numValues(self) -> int:
        return len(self._items)

    def enumName(self, n: int) -> str:
        return self._items[n]

    def setValue(self, item: Union[int, float, str]) -> bool:  # type: ignore[override]
        if isinstance(item, (int, float)):
            if not 0 <= int(item) < len(self._items):
                raise ValueError(f"{self._name}: no item {item}, the menu has {len(self._items)}")
            text = _script_name(self._items[int(item)])
        else:
            text = self._checked_choice(item)
        self._edit("setValue")
        self._value = text
        self._changed()
        return True

    def _checked_choice(self, text: str) -> str:
        if not isinstance(text, str):
            raise TypeError(f"{self._name}: a menu item is a text or an index, found {text!r}")
        for item in self._items:
            if text in (item, _script_name(item), _shown_name(item)):
                return _script_name(item)
        if self._user or self._open_ended:
            return text
        raise TypeError(
            f"{self._name}: {text!r} is not in the menu {[_script_name(i) for i in self._items]}"
        )

    def _number(self, frame: float, view: str = "main", index: int = 0) -> float:
        names = [_script_name(item) for item in self._items]
        return float(names.index(self._value)) if self._value in names else 0.0

    def _from_script(self, text: str) -> None:
        if (
            text.isdigit()
            and not any(text == _script_name(item) for item in self._items)
            and not self._user
        ):
            text = self._items[int(text)]
        self._value = self._checked_choice(text)

    def _class_default(self) -> str:
        return _script_name(self._items[0]) if self._items else ""

    def _definition_extras(self) -> list[tuple[str, str]]:
        return [("M", "{" + " ".join(quote(item) for item in self._items) + "}")]

    def _define(self, letter: str, word: str) -> None:
        if letter != "M":
            super()._define(letter, word)
        self._items = split_list(word)
        self._value = self._default = self._class_default()


class CascadingEnumeration_Knob(Enumeration_Knob):
    """A menu whose items 'menu/item' open in levels; the value is the whole text."""

    _type_number = 68


class EditableEnumeration_Knob(Enumeration_Knob):
    _type_number = 85


class Radio_Knob(Enumeration_Knob):
    _type_number = None


class Pulldown_Knob(Knob):
    """A menu of commands {item: Python text}."""

    _type_number = 47

    def __init__(self, name: str, label: Optional[str] = None, values: Any = None) -> None:
        super().__init__(name, label)
        self._value = dict(values or {})
        self._default = {}

    def setValue(self, item: Any) -> bool:  # type: ignore[override]
        raise NotModelled(f"choosing from the command menu {self._name}")

    def numValues(self) -> int:
        return len(self._value)

    def itemName(self, n: int) -> str:
        return list(self._value)[n]

    def commands(self, n: int) -> str:
        return list(self._value.values())[n]


class Channel_Knob(Knob):
    """A layer or channel name such as 'rgba' or 'rgba.alpha'."""

    _type_number = 11

    def __init__(self, name: str, label: Optional[str] = None, depth: Optional[int] = None) -> None:
        super().__init__(name, label)
        self._value: str = "none"
        self._default: str = "none"

    def setValue(self, name: str) -> bool:  # type: ignore[override]
        if not isinstance(name, str):
            raise TypeError(f"{self._name}: a channel name is needed, found {name!r}")
        return super().setValue(name)


class ChannelMask_Knob(Channel_Knob):
    """A set of channels such as 'all', 'rgb' or 'rgba.red depth.Z'."""

    _type_number = 10

    def __init__(self, name: str, label: Optional[str] = None) -> None:
        super().__init__(name, label)


def _checked_items(name: str, values: Sequence[str]) -> list[str]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name}: a menu takes a list of texts, found {values!r}")
    return list(values)


def _script_name(item: str) -> str:
    return item.split("\t")[0]


def _shown_name(item: str) -> str:
    parts = item.split("\t")
    return parts[1] if len(parts) > 1 and parts[1] else parts[0]
