"""Holds what a card says in words of the limits that its styles miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from model_training.evaluation.limits import Miss, misses
from model_training.training.config import StyleConfig

NO_TWIN = "No instance norm twin was trained to compare it with."


def missed_limits(styles: Sequence[StyleConfig], gates: Mapping[str, Any]) -> str:
    """A sentence for each limit that some styles miss, with their worst values; or nothing.

    `gates` are the card's (`release.card_gates`); a style that was not measured misses nothing. Of
    what is limited by the twin's the share of it is said, and where there is no twin, that.
    """
    measured = [(style.title, gates[style.id]) for style in styles if style.id in gates]
    by_limit: dict[str, list[tuple[str, float | None]]] = {}
    for title, numbers in measured:
        worst: dict[str, Miss] = {}
        for miss in misses(numbers):
            before = worst.get(_limit(miss))
            worst[_limit(miss)] = miss if before is None else max(before, miss, key=_badness)
        for limit, miss in worst.items():
            by_limit.setdefault(limit, []).append((title, miss.value))
    said = [
        f"{limit}: {_listed(values, len(styles))}." for limit, values in sorted(by_limit.items())
    ]
    if measured and not any("twin" in numbers for _, numbers in measured):
        said.append(NO_TWIN)
    return " ".join(said)


def _limit(miss: Miss) -> str:
    """A limit as a sentence begins."""
    number = f"{miss.gate} of {miss.part}" if miss.value is None else miss.gate
    limit = miss.limit.replace("the twin's", "the instance norm twin's (as a share of it)")
    return f"{number.replace('_', ' ').capitalize()} {limit}"


def _badness(miss: Miss) -> float:
    assert miss.value is not None
    return -miss.value if miss.gate == "texture" else miss.value


def _listed(values: Sequence[tuple[str, float | None]], styles: int) -> str:
    """The styles with their values; of several that are all styles of the model, the range."""
    known = [value for _, value in values if value is not None]
    if len(values) == styles > 2 and len(known) == styles:
        return f"all styles, {min(known):.3g} to {max(known):.3g}"
    return ", ".join(title if value is None else f"{title} {value:.3g}" for title, value in values)
