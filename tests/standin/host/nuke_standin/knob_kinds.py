"""Holds the table from knob class names to classes, and makes the knobs of a node class."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin import array_knob, choice_knobs, number_knobs, other_knobs, text_knobs
from nuke_standin.api_data import node_knobs
from nuke_standin.knob import Knob
from nuke_standin.other_knobs import Opaque_Knob

KINDS: dict[str, type[Knob]] = {
    name: kind
    for module in (array_knob, choice_knobs, number_knobs, other_knobs, text_knobs)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Knob) and kind is not Opaque_Knob
}

USER_KINDS: dict[int, type[Knob]] = {
    kind._type_number: kind
    for kind in KINDS.values()
    if kind._type_number is not None and kind is not Knob
}
"""Knob classes by their number in addUserKnob lines."""


def make_knob(knob_class: str, name: str, entry: Optional[dict[str, Any]]) -> Knob:
    """Make one knob of a class with the default and menu of its API entry."""
    kind = KINDS.get(knob_class)
    if kind is None:
        knob: Knob = Opaque_Knob(name, knob_class)
    else:
        knob = bare_knob(kind, name)
    if isinstance(knob, choice_knobs.Enumeration_Knob) and entry is not None:
        knob._items = list(entry.get("values", []))
        knob._open_ended = bool(entry.get("open_ended"))
    knob._user = False
    if entry is not None and entry.get("default") is not None:
        _set_default(knob, entry["default"])
    return knob


def bare_knob(kind: type[Knob], name: str) -> Knob:
    """Make a knob of a class before anything but its name is known."""
    if issubclass(kind, choice_knobs.Enumeration_Knob):
        return kind(name, None, [])
    if issubclass(kind, text_knobs.PyCustom_Knob):
        return kind(name, None, "")
    return kind(name)


def _set_default(knob: Knob, default: Any) -> None:
    if isinstance(knob, array_knob.Array_Knob):
        values = default if isinstance(default, list) else [default] * len(knob._value)
        knob._default = [float(value) for value in values]
        knob._value = list(knob._default)
    elif isinstance(knob, choice_knobs.Enumeration_Knob):
        knob._value = knob._default = str(default).split("\t")[0]
    elif not isinstance(knob, (other_knobs.Format_Knob, other_knobs.Link_Knob)):
        knob._value = knob._default = default


def make_knobs(node_class: str) -> list[Knob]:
    return [
        make_knob(entry["class"], name, entry) for name, entry in node_knobs(node_class).items()
    ]
