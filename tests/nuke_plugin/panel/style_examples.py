"""Holds styles as a library gives them, without a model on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nuke_plugin.style_facts import StyleFacts
from nuke_plugin.style_list import StyleEntry

FACTS: dict[str, Any] = {
    "boil": 0.12,
    "kmac_per_pixel": 59.5,
    "is_local": True,
    "licence": "Apache-2.0",
    "painting_licence": "public domain",
    "origin": "a museum",
    "century": 19,
}


def entry(style_id: str = "starry_night", **changes: Any) -> StyleEntry:
    """Return a style with these values instead of the usual ones; facts by their names too."""
    facts = {name: changes.pop(name, value) for name, value in FACTS.items()}
    values: dict[str, Any] = {
        "model_id": "painters",
        "model_title": "Painters",
        "title": style_id.replace("_", " ").title(),
        "artist": "Vincent van Gogh",
        "credit": "Vincent van Gogh, 1889",
        "description": "Swirls.",
        "preview": Path("/nowhere/preview.png"),
        **changes,
    }
    return StyleEntry(style_id=style_id, facts=StyleFacts(**facts), **values)
