"""Holds the names of looks and shots: what a person types, when two are the same, and file names.

A name is any text on one line. Two names that differ in case, width or accents' spelling (as macOS
and Windows write them) are one name to a person, so they are one here. File names are plain ASCII,
lower case, short and none that Windows reserves: show folders are seen from every system at once.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container

LONGEST_NAME = 100
"""Characters in a name."""

_LONGEST_SLUG = 40
_UNWRITABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's control characters, halves of characters, and line and paragraph breaks."""

_RESERVED = re.compile(r"con|prn|aux|nul|conin|conout|clock|com\d|lpt\d")
_NUMBER_AT_END = re.compile(r" \((\d{1,6})\)$")


def tidy(typed: str) -> str:
    """Return a typed or pasted text as a name: one line, single spaces, accents in one form.

    A text without anything to see gives an empty one.
    """
    composed = unicodedata.normalize("NFC", " ".join(typed.split()))
    kept = "".join(letter for letter in composed if unicodedata.category(letter) not in _UNWRITABLE)
    return " ".join(kept.split())[:LONGEST_NAME].rstrip()


def is_name(text: str) -> bool:
    """Whether a text may stand as a name: something to see, on one line, not too long."""
    if not text.strip() or len(text) > LONGEST_NAME:
        return False
    return not any(unicodedata.category(letter) in _UNWRITABLE for letter in text)


def key_of(name: str) -> str:
    """Return what two names have in common that a person would call the same."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def numbered(name: str, taken: Container[str]) -> str:
    """Return the first of ``name``, ``name (2)``, ``name (3)`` whose key is not taken."""
    found = _NUMBER_AT_END.search(name)
    base, number = (name[: found.start()], int(found[1])) if found else (name, 1)
    while key_of(name) in taken:
        number += 1
        ending = f" ({number})"
        name = base[: LONGEST_NAME - len(ending)].rstrip() + ending
    return name


def slug_of(name: str) -> str:
    """Return the readable part of a file name: 1 to 40 of ``a-z``, ``0-9``, ``_`` and ``-``.

    Names of one key have one slug; several names may share it, so it is never the whole file name.
    """
    plain = unicodedata.normalize("NFKD", key_of(name)).encode("ascii", "ignore").decode("ascii")
    slug = re.sub(r"[^a-z0-9_]+", "-", plain.lower())[:_LONGEST_SLUG].strip("-")
    return f"look-{slug}" if not slug or _RESERVED.fullmatch(slug) else slug


def folder_of(name: str) -> str:
    """Return a folder's name that no name of another key has."""
    slug = slug_of(name)
    if slug == key_of(name):
        return slug
    digest = hashlib.sha256(key_of(name).encode("utf-8")).hexdigest()
    return f"{slug.rstrip('-')}-{digest[:8]}"
