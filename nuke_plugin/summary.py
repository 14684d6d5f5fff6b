"""Holds the short way of what a card says: its first sentence.

A card's description goes on with every limit that was missed, in numbers, for those who compare
models; who looks for a style reads what it is.
"""

from __future__ import annotations

import re

_END = re.compile(r"[.!?](?=\s+[^\sa-z])")
"""A sentence's end: after it a space and no small letter, so "0.28" and "e.g. ink" hold none."""


def first_sentence(text: str) -> str:
    """Return the first sentence of a text; all of a text that is one."""
    end = _END.search(text)
    return text if end is None else text[: end.end()]
