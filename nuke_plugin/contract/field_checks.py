"""Holds the checks that records of a card make of their fields: each refuses with key and value."""

from __future__ import annotations

import re

from nuke_plugin.contract.errors import FieldInvalid

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def check(holds: bool, key: str, found: object, expected: str) -> None:
    """Raise ``FieldInvalid`` unless the condition holds."""
    if not holds:
        raise FieldInvalid(key, f"it is {found!r} and must be {expected}")


def check_range(key: str, number: int, least: int, most: int) -> None:
    """Refuse a number that no model has and that would ask for more memory than there is."""
    check(least <= number <= most, key, number, f"{least} to {most}")


def check_text(key: str, text: str) -> None:
    """Refuse an empty text."""
    check(bool(text.strip()), key, text, "a text that is not empty")


def check_id(key: str, text: str) -> None:
    """Refuse what cannot be the name of a folder on every system."""
    expected = "lower-case letters, digits, _ and -, starting with a letter or digit"
    check(bool(_ID.fullmatch(text)), key, text, expected)


def check_file_name(key: str, name: str) -> None:
    """Refuse anything but a bare name: a card must not reach outside its own folder."""
    bare = bool(name) and name not in (".", "..") and not set(name) & set("/\\:\0")
    check(bare, key, name, "a file name without a folder")
