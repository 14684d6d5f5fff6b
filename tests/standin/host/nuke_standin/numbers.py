"""Holds how numbers are written in scripts."""

from __future__ import annotations


def number_text(value: float) -> str:
    """Write a number as Nuke does: no trailing .0, up to nine significant digits."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.9g}"
