"""Holds the components of array knobs: numbers, expressions and curves, and their script text."""

from __future__ import annotations

from typing import Union

from nuke_standin.numbers import number_text
from nuke_standin.tcl_words import quote, skip_braces, split_list

Component = Union[float, str, dict[float, float]]
"""A number, an expression text, or a curve {frame: value} (linear between keys)."""


def on_curve(keys: dict[float, float], frame: float) -> float:
    """Return the value of a curve at a frame; constant outside its keys."""
    frames = sorted(keys)
    if frame <= frames[0]:
        return keys[frames[0]]
    for before, after in zip(frames, frames[1:]):
        if frame <= after:
            share = (frame - before) / (after - before)
            return keys[before] + (keys[after] - keys[before]) * share
    return keys[frames[-1]]


def component_text(component: Component) -> str:
    """Return a component as scripts hold it: a number, {expression} or {curve ...}."""
    if isinstance(component, str):
        return "{" + (component if not set(component) & set(' {}"') else quote(component)) + "}"
    if isinstance(component, dict):
        keys = " ".join(
            f"x{number_text(frame)} {number_text(value)}"
            for frame, value in sorted(component.items())
        )
        return "{curve L " + keys + "}"
    return number_text(component)


def components_of(text: str) -> list[str]:
    """Split a value into components; expressions and curves keep one pair of braces."""
    out: list[str] = []
    position, stripped = 0, text.strip()
    while position < len(stripped):
        if stripped[position].isspace():
            position += 1
            continue
        if stripped[position] == "{":
            end = skip_braces(stripped, position)
        else:
            end = position
            while end < len(stripped) and not stripped[end].isspace():
                end += 1
        out.append(stripped[position:end])
        position = end
    return out


def component_of(word: str) -> Component:
    """Read one word of a value; a bare word that is no number is an expression."""
    if not word.startswith("{"):
        try:
            return float(word)
        except ValueError:
            return word  # a bare expression, as createNode arguments may hold
    inner = word[1:-1].strip()
    words = split_list(inner)
    if words[:1] == ["curve"]:
        return _curve_of(words[1:])
    return words[0] if len(words) == 1 else inner


def _curve_of(words: list[str]) -> dict[float, float]:
    keys: dict[float, float] = {}
    frame = 0.0
    for word in words:
        if word[:1] == "x":
            frame = float(word[1:])
        elif word not in ("L", "C", "K", "I", "i", "l"):
            keys[frame] = float(word)
            frame += 1
    return keys
