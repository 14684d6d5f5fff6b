"""Holds a model card for the contract's tests, as JSON and as a folder on disk."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

NETWORK = b"not a network, but bytes with a hash"


def card_json(**changes: Any) -> dict[str, Any]:
    """Return a valid card; a change is a key's new value, ``styles__0__id`` a key further in."""
    image = {"layout": "NCHW", "channels": "RGB", "range": [0.0, 1.0], "encoding": "srgb"}
    card: dict[str, Any] = {
        "format": 1,
        "id": "masters",
        "title": "Masters",
        "kind": "style",
        "description": "Two paintings in one network.",
        "network": {
            "file": "model.onnx",
            "sha256": hashlib.sha256(NETWORK).hexdigest(),
            "size_bytes": len(NETWORK),
            "opset": 20,
            "half": None,
        },
        "image": {"name": "image", **image},
        "output": {"name": "painted", **image},
        "style": {"name": "style", "length": 2},
        "strength": {
            "name": "strength",
            "minimum": 0.0,
            "maximum": 1.0,
            "neutral": 0.0,
            "meaning": "0 is the plate, 1 the painting.",
        },
        "styles": [
            {
                "id": "starry_night",
                "title": "The Starry Night",
                "artist": "Vincent van Gogh",
                "year": "1889",
                "preview": "starry_night.png",
            },
            {
                "id": "great_wave",
                "title": "Under the Wave off Kanagawa",
                "artist": "Katsushika Hokusai",
                "year": "c. 1831",
                "preview": "great_wave.png",
            },
        ],
        "size_multiple": 4,
        "halo_px": 60,
        "border_px": 16,
        "local": True,
        "training_scale_px": 512,
        "licence": "CC0-1.0",
        "sources": [
            {
                "file": "starry_night.jpg",
                "origin": "Wikimedia Commons",
                "licence": "public domain",
                "author": "Vincent van Gogh",
            }
        ],
        "gates": {"tile": {"max_difference": 2e-6}, "size_mb": 3.1},
        "preview": "preview.png",
    }
    for path, value in changes.items():
        _set(card, path.split("__"), value)
    return card


def write_model(place: Path, folder_name: str = "masters", **changes: Any) -> Path:
    """Write a model folder with card, network and previews; return the folder."""
    folder = place / folder_name
    folder.mkdir(parents=True)
    text = json.dumps(card_json(**{"id": folder_name, **changes}))
    (folder / "card.json").write_text(text, encoding="utf-8")
    (folder / "model.onnx").write_bytes(NETWORK)
    for name in ("preview.png", "starry_night.png", "great_wave.png"):
        (folder / name).touch()
    return folder


def _set(value: Any, path: list[str], new: Any) -> None:
    for key in path[:-1]:
        value = value[int(key) if key.isdigit() else key]
    value[path[-1]] = new
