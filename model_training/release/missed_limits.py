"""Holds what a card says in words of the limits that its styles miss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from model_training.evaluation.limits import LEAST_TEXTURE, MOST_BOIL, missed
from model_training.training.config import StyleConfig


def missed_limits(styles: Sequence[StyleConfig], gates: Mapping[str, Any]) -> str:
    """A sentence for each gate that some styles miss, with their worst values; or nothing.

    `gates` are the card's (`release.card_gates`); a style that was not measured misses nothing.
    """
    by_gate: dict[str, list[tuple[str, float | None]]] = {}
    for style in styles:
        numbers = gates.get(style.id)
        if numbers is None:
            continue
        misses = list(missed(numbers))
        for gate in dict.fromkeys(name.partition(".")[0] for name in misses):
            own = [name.partition(".")[2] for name in misses if name.startswith(gate)]
            worst = _worst(numbers.get(gate), gate, own)
            by_gate.setdefault(gate, []).append((style.title, worst))
    has_twin = any("twin" in gates.get(style.id, {}) for style in styles)
    return " ".join(
        f"{_asked(gate, has_twin)}: {_listed(values, len(styles))}."
        for gate, values in by_gate.items()
    )


def _asked(gate: str, has_twin: bool) -> str:
    if gate == "boil":
        or_twin = ", or half of the twin's" if has_twin else ""
        return f"Boil above {MOST_BOIL:.2f}{or_twin}"
    if gate == "texture":
        return f"Texture below {LEAST_TEXTURE:.2f}"
    return f"Beyond the limit of {gate.replace('_', ' ')}"


def _listed(values: Sequence[tuple[str, float | None]], styles: int) -> str:
    """The styles with their values; of several that are all styles of the model, the range."""
    known = [value for _, value in values if value is not None]
    if len(values) == styles > 2 and len(known) == styles:
        return f"all styles, {min(known):.2g} to {max(known):.2g}"
    return ", ".join(title if value is None else f"{title} {value:.2g}" for title, value in values)


def _worst(value: Any, gate: str, moves: list[str]) -> float | None:
    if not isinstance(value, Mapping):
        return value if isinstance(value, float) else None
    found = [value[move] for move in moves if isinstance(value[move], float)]
    return (min if gate == "texture" else max)(found, default=None)
