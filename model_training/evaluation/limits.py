"""Holds what a style's numbers should be: where a report marks one, and what a card says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nuke_plugin.worker.measure.exact_motion import MOVES
from nuke_plugin.worker.verify.published import STYLE_LIMITS

MOST_BOIL = 0.20
MOST_BOIL_OF_TWIN = 0.5
LEAST_TEXTURE = 0.08
MOST_STYLE_DISTANCE_OF_TWIN = 1.1


@dataclass(frozen=True)
class Miss:
    """One number of a style that lies beyond one limit; a number may miss several."""

    gate: str
    """``boil``, ``grain_gain``, ``strength_sweep``."""

    part: str
    """What of it: a move, a distance of the sweep; empty where it is one number."""

    limit: str
    """The limit in words: ``above 0.20``."""

    value: float | None
    """The number; or its share of the twin's, where that is what is limited."""

    @property
    def name(self) -> str:
        """As reports name it: ``boil.pan`` or ``grain_gain``."""
        return f"{self.gate}.{self.part}" if self.part else self.gate


def misses(numbers: Mapping[str, Any]) -> Iterator[Miss]:
    """What a style misses, limit by limit.

    Boil is held to its limit, and to half of the twin's where one was measured, under the camera
    moves that every card has; texture to its limit, which a calm painting may well miss.
    """
    twin = numbers.get("twin", {})
    for move in MOVES:
        boil, texture = numbers["boil"][move], numbers["texture"][move]
        if boil > MOST_BOIL:
            yield Miss("boil", move, f"above {MOST_BOIL:.2f}", boil)
        if twin and boil > MOST_BOIL_OF_TWIN * twin["boil"][move]:
            yield Miss("boil", move, "above half of the twin's", boil / twin["boil"][move])
        if texture < LEAST_TEXTURE:
            yield Miss("texture", move, f"below {LEAST_TEXTURE:.2f}", texture)
    for name, limit in STYLE_LIMITS.items():
        if name in numbers and not numbers[name] <= limit:
            yield Miss(name, "", f"above {limit:g}", numbers[name])
    if "style_distance" in twin and "style_distance" in numbers:
        share = numbers["style_distance"] / twin["style_distance"]
        if share > MOST_STYLE_DISTANCE_OF_TWIN:
            words = f"above {MOST_STYLE_DISTANCE_OF_TWIN:g} of the twin's"
            yield Miss("style_distance", "", words, share)
    sweep = numbers.get("strength_sweep")
    if sweep:
        near, far = (list(sweep[name].values()) for name in ("style_distance", "content_distance"))
        if not all(a > b for a, b in pairwise(near)):
            yield Miss("strength_sweep", "style_distance", "does not fall throughout", None)
        if not all(a < b for a, b in pairwise(far)):
            yield Miss("strength_sweep", "content_distance", "does not rise throughout", None)


def missed(numbers: Mapping[str, Any]) -> dict[str, str]:
    """The same by the number's name, with all that it misses in words."""
    found: dict[str, str] = {}
    for miss in misses(numbers):
        found[miss.name] = (
            f"{before} and {miss.limit}" if (before := found.get(miss.name)) else (miss.limit)
        )
    return found
