"""Holds the styles that can be chosen: every style of every model installed on this machine.

Node and panel read the same list. It is read afresh when it is asked for, so that a model copied
into place shows up without restarting Nuke.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.effect_card import Sprites
from nuke_plugin.contract.errors import ImpastoError, StyleNotFound
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.style_facts import StyleFacts, facts_of
from nuke_plugin.summary import first_sentence


@dataclass(frozen=True)
class MovingPreview:
    """A preview that moves."""

    file: Path
    """The picture that holds its frames; it may be missing."""

    sprites: Sprites
    """Where in it they are."""


@dataclass(frozen=True)
class StyleEntry:
    """One style as a compositor sees it."""

    model_id: str
    """Id of the model that paints it."""

    style_id: str
    """Id of the style in that model."""

    model_title: str
    """Name of the model."""

    title: str
    """Name of the painting."""

    artist: str
    """Who made it; may be empty."""

    credit: str
    """Artist and year, as far as they are known; may be empty."""

    description: str
    """What the model is good for, what its strength does, and what to be careful of."""

    preview: Path
    """A picture of the style at work; the file may be missing."""

    facts: StyleFacts
    """What the model's card tells of it."""

    summary: str = ""
    """The same in a sentence or two; empty where the description is as short."""

    moving: Optional[MovingPreview] = None
    """What shows it in motion; None where nothing does."""

    is_effect: bool = False
    """Whether it makes an effect from a matte instead; ``style_id`` says which, ``fire``."""

    @property
    def key(self) -> tuple[str, str]:
        """Ids of the model and of the style: what tells it from all others."""
        return self.model_id, self.style_id


@dataclass(frozen=True)
class StyleList:
    """What is installed, and what is wrong with it."""

    entries: tuple[StyleEntry, ...]
    """Every usable style, in the order of the search path and of the cards."""

    problems: tuple[str, ...]
    """A sentence for each model folder that cannot be used."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> StyleList:
        """Return the styles installed for this environment."""
        library = ModelLibrary.from_environment(environ)
        entries = tuple(entry for model in library.models() for entry in _entries(model))
        return cls(entries, tuple(error.message for error in library.problems()))

    def model_ids(self) -> list[str]:
        """Return the ids of the models, each once."""
        return list(dict.fromkeys(entry.model_id for entry in self.entries))

    def style_ids(self, model_id: str) -> list[str]:
        """Return the ids of one model's styles; none when it is not installed."""
        return [entry.style_id for entry in self.entries if entry.model_id == model_id]

    def entry(self, model_id: str, style_id: str) -> Optional[StyleEntry]:
        """Return one style, or None when it is not installed."""
        for entry in self.entries:
            if (entry.model_id, entry.style_id) == (model_id, style_id):
                return entry
        return None


def why_not_found(model_id: str, style_id: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the sentence that says why a style cannot be used; empty when it can."""
    library = ModelLibrary.from_environment(environ)
    try:
        card = library.find(model_id).card
        if style_id not in [slot.id for slot in card.styles]:
            raise StyleNotFound(style_id, [slot.id for slot in card.styles], model_id)
    except ImpastoError as error:
        return error.message
    return ""


def _entries(model: InstalledModel) -> list[StyleEntry]:
    card = model.card
    return [
        StyleEntry(
            model_id=card.id,
            style_id=slot.id,
            model_title=card.title,
            title=slot.title,
            artist=slot.artist,
            credit=", ".join(part for part in (slot.artist, slot.year) if part),
            description=" ".join(
                text for text in (card.description, card.strength.meaning, card.caution) if text
            ),
            summary=" ".join(
                text for text in (first_sentence(card.description), card.caution) if text
            ),
            preview=model.style_preview_path(slot),
            facts=facts_of(card, slot),
        )
        for slot in card.styles
    ]
