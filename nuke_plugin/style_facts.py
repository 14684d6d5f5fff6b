"""Holds what a model's card tells of one style, as a compositor asks for it.

The card's gates are numbers for those who train; here they become steadiness and cost, and the
style's source its licence and origin. What a card does not tell stays unknown and is shown as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.card import ModelCard
from nuke_plugin.contract.card_parts import Source, StyleSlot

STEADY_BELOW, LIVELY_FROM = 0.15, 0.3
"""Boil below which strokes keep to the picture, and from which they are seen to crawl."""

LIGHT_BELOW_KMAC, HEAVY_FROM_KMAC = 40.0, 120.0
HD_PIXELS = 1920 * 1080

_YEAR = re.compile(r"(?<!\d)(\d{3,4})(?!\d)")


@dataclass(frozen=True)
class StyleFacts:
    """What is known of one style."""

    boil: Optional[float]
    """What moves on its own under the worst camera move measured, over the strokes' contrast: 0
    when strokes move with the picture, 1 when they are unrelated to it; None when not measured."""

    kmac_per_pixel: Optional[float]
    """Thousand multiply-accumulates for one pixel; None when not measured."""

    is_local: bool
    """Whether a tile equals the whole frame; other networks look at the whole picture."""

    licence: str
    """Licence of the network."""

    painting_licence: str
    """Licence of the painting it was taught, as the card states it; may be empty."""

    origin: str
    """Where the painting came from; may be empty."""

    century: Optional[int]
    """Century of the painting, such as 19; None when the card names no year."""

    @property
    def steadiness(self) -> str:
        """A word for the boil."""
        if self.boil is None:
            return "not measured"
        if self.boil < STEADY_BELOW:
            return "steady"
        return "lively" if self.boil >= LIVELY_FROM else "moderate"

    @property
    def weight(self) -> str:
        """A word for the cost."""
        if self.kmac_per_pixel is None:
            return "not measured"
        if self.kmac_per_pixel < LIGHT_BELOW_KMAC:
            return "light"
        return "heavy" if self.kmac_per_pixel >= HEAVY_FROM_KMAC else "medium"

    @property
    def gmac_per_hd_frame(self) -> Optional[float]:
        """Thousand million multiply-accumulates for 1920 by 1080 pixels."""
        if self.kmac_per_pixel is None:
            return None
        return self.kmac_per_pixel * HD_PIXELS / 1e6

    @property
    def tags(self) -> tuple[str, ...]:
        """Words that a search finds it by."""
        century = f"{ordinal(self.century)} century" if self.century else ""
        words = (
            century,
            self.steadiness if self.boil is not None else "",
            f"{self.weight} cost" if self.kmac_per_pixel is not None else "",
            "" if self.is_local else "whole picture",
        )
        return tuple(word for word in words if word)


def facts_of(card: ModelCard, slot: StyleSlot) -> StyleFacts:
    """Return what a card tells of one of its styles."""
    source = _painting(card.sources, slot)
    return StyleFacts(
        boil=_worst(card.gates.get(slot.id), "boil"),
        kmac_per_pixel=_number(card.gates.get("kmac_per_pixel")),
        is_local=card.local,
        licence=card.licence,
        painting_licence=source.licence if source is not None else "",
        origin=source.origin if source is not None else "",
        century=century_of(slot.year),
    )


def century_of(year: str) -> Optional[int]:
    """Return the century that a year such as ``c. 1831`` lies in; None without a number."""
    found = _YEAR.search(year)
    return (int(found[1]) - 1) // 100 + 1 if found else None


def ordinal(number: int) -> str:
    """Return ``19th`` for 19."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def _painting(sources: Sequence[Source], slot: StyleSlot) -> Optional[Source]:
    """Return the source that is the style's painting, if the card leaves no doubt which it is.

    It is the one by the style's artist; among several, the one whose file has the style's name.
    """
    by_artist = [source for source in sources if slot.artist and source.author == slot.artist]
    named = [source for source in by_artist if slot.id in source.file.casefold()]
    found = named or by_artist
    return found[0] if len(found) == 1 else None


def _worst(gates: object, name: str) -> Optional[float]:
    """Return the largest number that stands under a gate's name, over all camera moves."""
    if not isinstance(gates, dict):
        return None
    values = gates.get(name)
    if not isinstance(values, dict):
        return _number(values)
    numbers = [number for number in map(_number, values.values()) if number is not None]
    return max(numbers, default=None)


def _number(value: object) -> Optional[float]:
    return float(value) if isinstance(value, (int, float)) else None
