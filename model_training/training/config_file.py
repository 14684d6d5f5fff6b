"""Holds the reading of a configuration's file, and of the file that it builds on.

A run's file says what is its own; `base` names the file, beside it, that says the rest::

    base = "gallery_base.toml"
    start = "gallery_large"
    losses.boil = 12.0

Tables merge key by key and styles by their id, where the run's own values win; any other list
replaces the base's.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard

BASE = "base"


class ConfigInvalid(ValueError):
    """A configuration file is not what training expects; the sentence names file and key."""


def read_values(path: Path) -> dict[str, Any]:
    """What a TOML file, or a run's config.json, and the files that it builds on say together.

    `data.pictures` becomes an absolute path: it is relative to the file that names it.
    ConfigInvalid names the file that cannot be read, or builds on itself.
    """
    return _read(path, [])


def _read(path: Path, builders: list[Path]) -> dict[str, Any]:
    values = _values(path)
    data = values.get("data")
    if isinstance(data, dict) and isinstance(data.get("pictures"), str):
        data["pictures"] = str(path.resolve().parent / data["pictures"])
    base = values.pop(BASE, None)
    if base is None:
        return values
    if not isinstance(base, str):
        raise ConfigInvalid(
            f"Configuration '{path}' is wrong at {BASE}: it is the name of a file beside this one "
            f"(found {str(base)[:60]!r})."
        )
    found = path.parent / base
    builders = [*builders, path.resolve()]
    if found.resolve() in builders:
        raise ConfigInvalid(
            f"Configuration '{path}' builds on '{base}', which builds on it. Take one {BASE} out."
        )
    return _merged(_read(found, builders), values)


def _values(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        values = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise ConfigInvalid(
            f"Configuration '{path}' cannot be read: {error.strerror}. Name an existing TOML file."
        ) from error
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise ConfigInvalid(f"Configuration '{path}' is not valid {kind}: {error}.") from error
    if not isinstance(values, dict):
        raise ConfigInvalid(f"Configuration '{path}' is no table of keys and values.")
    return values


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = _merged(under, value)
        elif _is_named(under) and _is_named(value):
            merged[key] = _merged_by_id(under, value)
        else:
            merged[key] = value
    return merged


def _is_named(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a list of tables that each have an id."""
    return isinstance(value, list) and all(isinstance(v, Mapping) and "id" in v for v in value)


def _merged_by_id(base: list[Any], own: list[Any]) -> list[Any]:
    """The base's tables with our changes in their places, then our new ones."""
    ours = {item["id"]: item for item in own}
    if len(ours) < len(own):
        return [*base, *own]  # an id twice: for the check of all ids to refuse
    known = {item["id"] for item in base}
    changed = [_merged(item, ours.get(item["id"], {})) for item in base]
    return changed + [item for item in own if item["id"] not in known]
