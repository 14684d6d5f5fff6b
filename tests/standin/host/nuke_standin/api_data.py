"""Holds the facts about Nuke's API that the project carries (tests/standin/api/*.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

API_FOLDER = Path(__file__).resolve().parents[2] / "api"


def _load(name: str) -> dict[str, Any]:
    return json.loads((API_FOLDER / name).read_text(encoding="utf-8"))


NODES: dict[str, Any] = _load("nuke_nodes.json")
PYTHON: dict[str, Any] = _load("nuke_python.json")


def node_knobs(node_class: str) -> dict[str, Any]:
    """Return {knob name: {"class", "default", "values"?}} of a node class, in script order."""
    entry = NODES["classes"][node_class]
    knobs = dict(entry["knobs"])
    for group in entry["shared"]:
        knobs.update(NODES["shared"][group])
    return knobs


def writer_knobs(file_type: str) -> dict[str, Any]:
    """Return the knobs a Write grows when its file_type becomes `file_type`."""
    return NODES["write_formats"].get(file_type, {})
