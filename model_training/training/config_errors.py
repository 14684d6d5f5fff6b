"""Holds how a wrong configuration is told: each wrong key, what was found, the nearest key."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError


def wrong_keys(model: type[BaseModel], error: ValidationError) -> str:
    """Every wrong key of a configuration with its fault, in one line."""
    return "; ".join(
        f"{'.'.join(str(part) for part in item['loc']) or 'file'}: "
        f"{_fault(model, item['type'], item['loc'], item['msg'])}"
        f" (found {str(item['input'])[:60]!r})"
        for item in error.errors()
    )


def _fault(model: type[BaseModel], kind: str, place: Sequence[str | int], said: str) -> str:
    if kind != "extra_forbidden":
        return said
    section = _section_at(model, place[:-1])
    known = sorted(section.model_fields) if section is not None else []
    near = difflib.get_close_matches(str(place[-1]), known, 1)
    meant = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    return f"there is no such key, {meant}"


def _section_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel] | None:
    """The record that stands at a place of a configuration: `("styles", 0)` is a style."""
    section: type[BaseModel] | None = model
    for part in place:
        if isinstance(part, int) or section is None:
            continue
        field = section.model_fields.get(part)
        section = _record_in(field.annotation) if field is not None else None
    return section


def _record_in(annotation: object) -> type[BaseModel] | None:
    """The record inside `list[...]`, `... | None` and `Annotated[...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in typing.get_args(annotation):
        found = _record_in(inner)
        if found is not None:
            return found
    return None
