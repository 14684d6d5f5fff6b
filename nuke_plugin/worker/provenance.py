"""Holds what a result says of its own making: the ``impasto/*`` attributes of its EXR header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nuke_plugin.contract.light_settings import OFF, ON
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.colour import PlateColour
from nuke_plugin.worker.painter import Painter


@dataclass(frozen=True)
class Circumstances:
    """What a frame was painted under; the next one's may be other ones before this is written."""

    provider: str
    """What ran the network."""

    events: str
    """Sentences on what went otherwise than it was begun, empty where nothing did."""


def provenance(
    painter: Painter,
    colour: PlateColour,
    is_unpremultiplied: bool,
    fingerprint: str | None,
    under: Circumstances,
    steady: int = 0,
) -> Mapping[str, str | float]:
    """Return the attributes of a frame: version, model and its hash, style, strength, light.

    ``is_unpremultiplied`` tells whether the colours were divided by their alpha to be painted;
    ``fingerprint`` is what it is known by, None for nothing; ``under`` tells what ran the network
    and what went otherwise than it was begun: memory that ran out, a graphics card that failed;
    ``steady`` is how many frames on each side were mixed in.
    """
    card = painter.network.card
    notes: dict[str, str | float] = {
        "impasto/version": VERSION,
        "impasto/model": card.id,
        "impasto/model_sha256": card.network.sha256,
        "impasto/style": style_text(painter),
        "impasto/strength": float(painter.strength),
        "impasto/colorspace": colour.result_space,
        "impasto/light": painter.light.policy,
        "impasto/premult": ON if is_unpremultiplied else OFF,
        "impasto/plate_colour": float(painter.light.plate_colour),
    }
    if painter.strokes.scale is not None:
        notes["impasto/stroke_scale"] = float(painter.strokes.scale)
        notes["impasto/detail"] = float(painter.strokes.detail)
    if not painter.is_neutral:
        notes["impasto/provider"] = under.provider
        if steady:
            notes["impasto/steady"] = steady
    if under.events:
        notes["impasto/events"] = under.events
    if fingerprint is not None:
        notes[FINGERPRINT_ATTRIBUTE] = fingerprint
    return notes


def style_text(painter: Painter) -> str:
    """Return the mix as ``--mix-styles`` takes it: ``a:0.6,b:0.4``, or ``a`` alone."""
    slots = painter.network.card.styles
    used = [(slot.id, weight) for slot, weight in zip(slots, painter.style, strict=True) if weight]
    if len(used) == 1:
        return used[0][0]
    return ",".join(f"{name}:{weight:.6g}" for name, weight in used)
