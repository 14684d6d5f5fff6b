"""Holds what is said about a look beside the result: what is missing, what changed, what was done.

Carrying a look over to fifty nodes must not stop at the first that differs, so what a person should
know is gathered and returned. Errors are for what leaves no result at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MODEL_MISSING = "model missing"
MODEL_CHANGED = "model changed"
MODEL_NOT_COMPARED = "model not compared"
STYLE_MISSING = "style missing"
STRENGTH_OUT_OF_RANGE = "strength out of range"
STYLES_LEFT_OUT = "styles left out"
CONTROL_MISSING = "control missing"
ANIMATION_LEFT_OUT = "animation left out"
ANIMATION_REPLACED = "animation replaced"
OTHER_KIND = "other kind of node"
NODE_EDITED = "node edited"
NODE_NEWER = "node newer"
NODE_GONE = "node gone"
NEWER_KEPT = "newer settings kept"
SAVED_BESIDE = "saved beside"
SAME_NAME = "same name"
NOT_PUT_AWAY = "not put away"
CHANGED_SINCE_READ = "changed since read"
FILE_UNUSABLE = "file unusable"
FOLDER_UNUSABLE = "folder unusable"


@dataclass(frozen=True)
class Fact:
    """One thing a person should know."""

    kind: str
    """What sort of thing it is: one of the texts above, for a program that tells them apart."""

    subject: str
    """The node, file or style it is about; empty when the sentence says it all."""

    text: str
    """The sentence for the artist; it does not repeat the subject."""


def as_lines(facts: Iterable[Fact]) -> list[str]:
    """Return the facts as plain text, one line a sentence, its subjects gathered before it."""
    subjects: dict[str, list[str]] = {}
    for fact in facts:
        of_text = subjects.setdefault(fact.text, [])
        if fact.subject and fact.subject not in of_text:
            of_text.append(fact.subject)
    return [f"{', '.join(of)}: {text}" if of else text for text, of in subjects.items()]
