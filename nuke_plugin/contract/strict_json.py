"""Holds the reader that makes frozen dataclasses of JSON and refuses everything it does not know.

Cards and messages come from other processes, other people and other versions. A key that is
silently ignored is a setting that silently does nothing, so a missing key, an unknown key, a key
given twice and a value of the wrong type are all refused, with the key's whole path. Keys equal
field names, so a record cannot drift from its file.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import json
import math
import re
import types
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from nuke_plugin.contract.errors import FieldInvalid

Record = TypeVar("Record")

OPTIONAL: collections.abc.Mapping[str, bool] = types.MappingProxyType({"optional": True})
"""Metadata of a field with a default that came after the first files: they may lack its key."""


class NumberTree(dict[str, Any]):
    """Numbers by name, nested to any depth: ``{"tile": {"max_difference": 2e-6}}``."""


class KeptKeys(dict[str, Any]):
    """Keys of a record that its class does not know, kept as they were read.

    A record with a field of this type may be read by an older version than wrote it, and is written
    again without losing what the newer one put there. The record itself says when that is allowed.
    """


def parse_object(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``.

    Raises ``FieldInvalid`` for text that is not JSON, is not an object, names a key twice, or
    holds NaN or an infinity, which Python's reader would let pass.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise FieldInvalid("", f"it is not JSON ({error})") from error
    except FieldInvalid:
        raise
    except ValueError as error:  # a whole number of thousands of digits
        raise FieldInvalid("", f"it holds a number that cannot be read ({error})") from error
    except RecursionError as error:
        raise FieldInvalid("", "it is nested too deeply") from error
    if not isinstance(value, dict):
        raise FieldInvalid("", f"it is {_kind(value)}, not an object")
    return value


def read_record(record_class: type[Record], value: dict[str, Any], key: str = "") -> Record:
    """Return the dataclass ``record_class`` filled from a JSON object.

    ``key`` is the path of ``value`` in its file. Raises ``FieldInvalid`` with the path of the key
    that is missing, unknown, of the wrong type, or refused by the class's own ``__post_init__``.
    A field of type ``KeptKeys`` is no key: it takes up the unknown ones. A field whose metadata are
    ``OPTIONAL`` has its default where its key is missing.
    """
    hints, names, keepers, optional = _shape_of(record_class)  # type: ignore[arg-type]
    unknown = [name for name in value if name not in names]
    if unknown and not keepers:
        raise FieldInvalid(_join(key, unknown[0]), "this key is not known")
    for name in names:
        if name not in value and name not in optional:
            raise FieldInvalid(_join(key, name), "this key is missing")
    given = [name for name in names if name in value]
    filled = {name: _read(hints[name], value[name], _join(key, name)) for name in given}
    for keeper in keepers:
        filled[keeper] = KeptKeys(_kept({name: value[name] for name in unknown}, key))
    try:
        return record_class(**filled)
    except FieldInvalid as error:
        raise FieldInvalid(_join(key, error.key), error.reason) from error


def write_record(record: object) -> dict[str, Any]:
    """Return the JSON object that ``read_record`` reads back as an equal record."""
    written = dataclasses.asdict(record)  # type: ignore[call-overload]
    return _with_kept_keys(written)  # type: ignore[no-any-return]


@functools.cache
def _shape_of(
    record_class: type[Any],
) -> tuple[dict[str, Any], dict[str, None], list[str], frozenset[str]]:
    """Return the types of a class's fields, its keys, the fields that keep others, optional keys.

    Kept, for finding it out costs more than reading.
    """
    hints = get_type_hints(record_class)
    fields = [field.name for field in dataclasses.fields(record_class)]
    keepers = [name for name in fields if hints[name] is KeptKeys]
    optional = [
        field.name for field in dataclasses.fields(record_class) if "optional" in field.metadata
    ]
    names = dict.fromkeys(name for name in fields if name not in keepers)
    return hints, names, keepers, frozenset(optional)


def _read(hint: Any, value: Any, key: str) -> Any:
    """Return ``value`` as the type of a field asks for it."""
    if hint is str or hint is int or hint is bool:  # first: a card holds hundreds of them
        # bool is an int to Python, and 1 is not true to JSON.
        if type(value) is not hint:
            raise FieldInvalid(key, f"it is {_kind(value)}, not {_KIND_OF_TYPE[hint]}")
        return value
    if dataclasses.is_dataclass(hint):
        return read_record(hint, _object(value, key), key)  # type: ignore[arg-type]
    if hint is NumberTree:
        return _number_tree(value, key)
    if hint is float:
        return _number(value, key)
    return _read_generic(get_origin(hint), get_args(hint), value, key)


def _read_generic(origin: Any, arguments: tuple[Any, ...], value: Any, key: str) -> Any:
    if origin in _UNIONS:
        if value is None and type(None) in arguments:
            return None
        return _read(_member_for(value, arguments), value, key)
    if origin is collections.abc.Mapping:
        items = _object(value, key).items()
        return {name: _read(arguments[1], item, _join(key, name)) for name, item in items}
    if origin is tuple:
        if not isinstance(value, list):
            raise FieldInvalid(key, f"it is {_kind(value)}, not a list")
        if arguments[1:] == (Ellipsis,):
            arguments = (arguments[0],) * len(value)
        if len(value) != len(arguments):
            raise FieldInvalid(key, f"it holds {len(value)} values, not {len(arguments)}")
        pairs = enumerate(zip(arguments, value))
        return tuple(_read(hint, item, f"{key}[{index}]") for index, (hint, item) in pairs)
    raise TypeError(f"strict_json cannot read the type {origin} of the field {key}")


def _member_for(value: Any, members: tuple[Any, ...]) -> Any:
    """Return which type of a union a value is of: of several records, the one it shares most with.

    No record says its own type, so their keys tell them apart; what does not fit is then refused.
    """
    found = [member for member in members if member is not type(None)]
    if len(found) == 1 or not isinstance(value, dict):
        return found[0]
    return max(found, key=lambda record: len(value.keys() & _shape_of(record)[1].keys()))


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise FieldInvalid(key, f"it is {_kind(value)}, not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise FieldInvalid(key, "the number is too large") from error
    if not math.isfinite(number):  # 1e999 is valid JSON and reads as an infinity
        raise FieldInvalid(key, "the number is too large")
    return number


def _number_tree(value: Any, key: str) -> NumberTree:
    tree = NumberTree()
    for name, item in _object(value, key).items():
        path = _join(key, name)
        tree[name] = _number_tree(item, path) if isinstance(item, dict) else _number(item, path)
    return tree


def _kept(value: Any, key: str, depth: int = 0) -> Any:
    """Return a value that is only passed on; refuses one that could not be written again."""
    if depth > _DEEPEST_KEPT:
        raise FieldInvalid(key, "it is nested too deeply")
    if isinstance(value, dict):
        return {
            _kept(name, key): _kept(item, _join(key, name), depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_kept(item, f"{key}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, str) and _HALF_CHARACTER.search(value):
        raise FieldInvalid(key, "it holds half a character, which no file can")
    if isinstance(value, float):
        return _number(value, key)
    if isinstance(value, int) and abs(value) > _LARGEST_KEPT:
        raise FieldInvalid(key, "the number is too large")
    return value


def _with_kept_keys(value: Any) -> Any:
    """Return what ``dataclasses.asdict`` gave, with kept keys beside the others again."""
    if isinstance(value, (list, tuple)):
        return type(value)(_with_kept_keys(item) for item in value)
    if not isinstance(value, dict) or isinstance(value, NumberTree):
        return value
    kept = [item for item in value.values() if isinstance(item, KeptKeys)]
    known = {
        name: _with_kept_keys(item)
        for name, item in value.items()
        if not isinstance(item, KeptKeys)
    }
    for keys in kept:
        known.update(keys)
    return known


def _object(value: Any, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FieldInvalid(key, f"it is {_kind(value)}, not an object")
    return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise FieldInvalid(name, "this key is given twice")
        found[name] = value
    return found


def _refuse_constant(name: str) -> None:
    raise FieldInvalid("", f"it holds {name}, which is not a number in JSON")


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key and name else key or name


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return _KIND_OF_TYPE.get(type(value), type(value).__name__)


_DEEPEST_KEPT = 16
_LARGEST_KEPT = 2**64
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")

_UNIONS = (Union, getattr(types, "UnionType", Union))
"""What a field that may be null has as origin; ``X | None`` is another kind from Python 3.10 on."""

_KIND_OF_TYPE = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
