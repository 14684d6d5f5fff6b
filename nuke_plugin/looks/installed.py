"""Holds the comparison of a look with what is installed here."""

from __future__ import annotations

from collections.abc import Iterator

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.errors import ModelError, StrengthOutOfRange, StyleNotFound
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.looks import facts
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.record import Look, LookStyle


def differences(look: Look, library: ModelLibrary) -> tuple[Fact, ...]:
    """Return what of a look is missing or another here; nothing when it will paint as it did."""
    found = [fact for style in look.styles for fact in _of_style(style, look.strength, library)]
    newer = look.newer_keys()
    if newer:
        found.append(
            Fact(
                facts.NEWER_KEPT,
                "",
                f"The look {look.name!r} was made by a newer Impasto (format {look.impasto_look}) "
                f"and holds {', '.join(newer)}, which this version cannot set. Saving the look "
                "keeps it.",
            )
        )
    return tuple(found)


def _of_style(style: LookStyle, strength: float, library: ModelLibrary) -> Iterator[Fact]:
    try:
        card = library.find(style.model).card
    except ModelError as error:
        yield Fact(facts.MODEL_MISSING, style.style, error.message)
        return
    yield from _of_network(style, card)
    known = [slot.id for slot in card.styles]
    if style.style not in known:
        missing = StyleNotFound(style.style, known, style.model)
        yield Fact(facts.STYLE_MISSING, style.style, missing.message)
    try:
        card.check_strength(strength)
    except StrengthOutOfRange as error:
        yield Fact(facts.STRENGTH_OUT_OF_RANGE, style.style, error.message)


def _of_network(style: LookStyle, card: ModelCard) -> Iterator[Fact]:
    if style.model_sha256 is None:
        yield Fact(
            facts.MODEL_NOT_COMPARED,
            style.style,
            f"The model {style.model!r} was not installed where the look was made, so it cannot be "
            "said whether it paints the same here.",
        )
    elif style.model_sha256 != card.network.sha256:
        yield Fact(
            facts.MODEL_CHANGED,
            style.style,
            f"The model {style.model!r} here is another than the look was made with (SHA-256 "
            f"{card.network.sha256[:12]}..., the look says {style.model_sha256[:12]}...): it may "
            "paint differently. Compare a frame, then save the look again to accept it.",
        )
