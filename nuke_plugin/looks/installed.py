"""Holds the comparison of a look with what is installed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional, Union

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.contract.errors import (
    EffectControlInvalid,
    EffectControlUnknown,
    ModelError,
    ModelIsStyle,
    StrengthOutOfRange,
    StyleNotFound,
)
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.looks import facts
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.effect_look import EffectLook
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.record import LookStyle


def differences(look: AnyLook, library: ModelLibrary) -> tuple[Fact, ...]:
    """Return what of a look is missing or another here; nothing when it will paint as it did."""
    if isinstance(look, EffectLook):
        found = list(_of_effect(look, library))
    else:
        found = [fact for style in look.styles for fact in _of_style(style, look.strength, library)]
    newer = look.newer_keys()
    if newer:
        found.append(
            Fact(
                facts.NEWER_KEPT,
                "",
                f"The look {look.name!r} was made by a newer Impasto (format {look.format}) "
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
    yield from _of_network(style.style, style.model, style.model_sha256, card)
    known = [slot.id for slot in card.styles]
    if style.style not in known:
        missing = StyleNotFound(style.style, known, style.model)
        yield Fact(facts.STYLE_MISSING, style.style, missing.message)
    try:
        card.check_strength(strength)
    except StrengthOutOfRange as error:
        yield Fact(facts.STRENGTH_OUT_OF_RANGE, style.style, error.message)


def _of_effect(look: EffectLook, library: ModelLibrary) -> Iterator[Fact]:
    try:
        found = library.find_any(look.model)
        if isinstance(found, InstalledModel):
            raise ModelIsStyle(look.model)
    except ModelError as error:
        yield Fact(facts.MODEL_MISSING, look.effect, error.message)
        return
    card = found.card
    yield from _of_network(look.effect, look.model, look.model_sha256, card)
    if card.effect != look.effect:
        text = f"The model {look.model!r} here makes {card.effect}, and the look is of it no more."
        yield Fact(facts.STYLE_MISSING, look.effect, text)
    for control, value in look.controls.items():
        try:
            card.control(control).normalised(value)
        except (EffectControlUnknown, EffectControlInvalid) as error:
            yield Fact(facts.CONTROL_MISSING, look.effect, error.message)


def _of_network(
    subject: str, model: str, sha256: Optional[str], card: Union[ModelCard, EffectCard]
) -> Iterator[Fact]:
    if sha256 is None:
        yield Fact(
            facts.MODEL_NOT_COMPARED,
            subject,
            f"The model {model!r} was not installed where the look was made, so it cannot be "
            "said whether it paints the same here.",
        )
    elif sha256 != card.network.sha256:
        yield Fact(
            facts.MODEL_CHANGED,
            subject,
            f"The model {model!r} here is another than the look was made with (SHA-256 "
            f"{card.network.sha256[:12]}..., the look says {sha256[:12]}...): it may "
            "paint differently. Compare a frame, then save the look again to accept it.",
        )
