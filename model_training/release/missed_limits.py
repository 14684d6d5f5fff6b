"""Holds what a card says in words of the limits that its styles miss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from model_training.evaluation.limits import LEAST_TEXTURE, MOST_BOIL, missed
from model_training.training.config import StyleConfig


def missed_limits(styles: Iterable[StyleConfig], gates: Mapping[str, Any]) -> str:
    """A sentence for each gate that some styles miss, with their worst values; or nothing.

    `gates` are the card's (`release.card_gates`); a style that was not measured misses nothing.
    """
    by_gate: dict[str, list[str]] = {}
    for style in styles:
        numbers = gates.get(style.id)
        if numbers is None:
            continue
        misses = list(missed(numbers))
        for gate in dict.fromkeys(name.partition(".")[0] for name in misses):
            by_gate.setdefault(gate, []).append(
                f"{style.title}{_worst(numbers, gate, [n for n in misses if n.startswith(gate)])}"
            )
    return " ".join(f"{_asked(gate)}: {', '.join(names)}." for gate, names in by_gate.items())


def _asked(gate: str) -> str:
    if gate == "boil":
        return f"Boil above {MOST_BOIL:.2f}, or half of the twin's"
    if gate == "texture":
        return f"Texture below {LEAST_TEXTURE:.2f}"
    return f"Beyond the limit of {gate.replace('_', ' ')}"


def _worst(numbers: Mapping[str, Any], gate: str, misses: list[str]) -> str:
    value = numbers.get(gate)
    if isinstance(value, Mapping):
        found = [value[name.partition(".")[2]] for name in misses]
        values = [number for number in found if isinstance(number, float)]
        value = (min if gate == "texture" else max)(values, default=None)
    return f" {value:.2g}" if isinstance(value, float) else ""
