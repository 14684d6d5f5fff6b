"""Holds the effects that can be chosen: every effect installed on this machine.

Node and panel read the same list, afresh each time it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.library import InstalledEffect, ModelLibrary
from nuke_plugin.style_facts import StyleFacts
from nuke_plugin.style_list import MovingPreview, StyleEntry
from nuke_plugin.summary import first_sentence


@dataclass(frozen=True)
class EffectList:
    """What is installed."""

    effects: tuple[InstalledEffect, ...]
    """Every usable effect, in the order of the search path."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> EffectList:
        """Return the effects installed for this environment."""
        return cls(ModelLibrary.from_environment(environ).effects())

    def ids(self) -> list[str]:
        """Return the ids of the effects."""
        return [installed.card.id for installed in self.effects]

    def library_items(self) -> list[str]:
        """Return the items of the cascading menu: ``fire/campfire``."""
        return [_item(installed.card) for installed in self.effects]

    def library_item(self, model: str) -> str:
        """Return one item; the id itself for an effect that is not installed."""
        card = self.card(model)
        return model if card is None else _item(card)

    def card(self, model: str) -> Optional[EffectCard]:
        """Return an effect's card, or None when it is not installed."""
        return next((one.card for one in self.effects if one.card.id == model), None)


def _item(card: EffectCard) -> str:
    return f"{card.effect}/{card.id}"


def entries(environ: Mapping[str, str] = os.environ) -> tuple[StyleEntry, ...]:
    """Return the effects as the panel's grid lists them beside the styles."""
    return tuple(_entry(installed) for installed in EffectList.read(environ).effects)


def _entry(installed: InstalledEffect) -> StyleEntry:
    card = installed.card
    controls = ", ".join(control.title for control in card.controls)
    facts = StyleFacts(None, None, True, card.licence, "", "", None)
    return StyleEntry(
        model_id=card.id,
        style_id=card.effect,
        model_title=card.title,
        title=card.title,
        artist="",
        credit=f"Effect: {card.effect}",
        description=f"{card.description} Controls: {controls}.",
        summary=f"{first_sentence(card.description)} Controls: {controls}.",
        preview=installed.preview_path,
        moving=_moving(installed),
        facts=facts,
        is_effect=True,
    )


def _moving(installed: InstalledEffect) -> Optional[MovingPreview]:
    sprites, file = installed.card.sprites, installed.sprites_path
    return None if sprites is None or file is None else MovingPreview(file, sprites)


def why_no_effect(model: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the sentence that says why an effect cannot be used; empty when it can."""
    try:
        ModelLibrary.from_environment(environ).find_effect(model)
    except ImpastoError as error:
        return error.message
    return ""
