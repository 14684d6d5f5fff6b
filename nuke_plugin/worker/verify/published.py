"""Holds the checks of the numbers that a card publishes: within bounds, and measured again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from nuke_plugin.contract.card import ImportedCard
from nuke_plugin.worker.measure.exact_motion import MOVES, CameraShot, painted_shot
from nuke_plugin.worker.measure.gates import MeasuredSet, measure_gates
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.measure.stability import grain_gain, stability
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK, Finding
from nuke_plugin.worker.verify.precision import HALF_TOLERANCE
from nuke_plugin.worker.verify.subject import Subject

LIMITS = {"onnx_max_abs": 1e-4, "fp16_max_abs": HALF_TOLERANCE}
"""Largest values of what is published once for the model."""

STYLE_LIMITS = {
    "grain_gain": 1.0,
    "identity_mean_abs": 0.01,
    "tile_max_abs": 1e-5,
    "far_field": 0.0,
}
"""Largest values of what is published for each style."""

RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 0.02, 1e-4
"""How far a number may lie from what is measured again: other processors round otherwise."""

_BY_MOVE = ("e_stab", "boil", "texture")


def check_limits(subject: Subject) -> Finding:
    """What the card publishes is complete and within what a model may ship with."""
    gates = subject.card.gates
    if not gates:
        return Finding("limits", NOT_RUN, "the card publishes no gates")
    if isinstance(subject.card, ImportedCard):
        text = "they are for what is trained here; this network was imported"
        return Finding("limits", NOT_RUN, text)
    wrong = list(above(gates, LIMITS))
    for slot in subject.card.styles:
        own = gates.get(slot.id, {})
        for key, limit in STYLE_LIMITS.items():
            if not isinstance(own.get(key), float):
                wrong.append(f"{slot.id}.{key} is missing")
            elif not own[key] <= limit:
                wrong.append(f"{slot.id}.{key} is {own[key]:.3g}, above {limit:g}")
        wrong += [
            f"{slot.id}.{key}.{move} is missing"
            for key in _BY_MOVE
            for move in MOVES
            if move not in own.get(key, {})
        ]
        wrong += _sweep_faults(slot.id, own.get("strength_sweep", {}))
    if wrong:
        return Finding("limits", FAILED, f"{'; '.join(wrong)}. Train on, or export again.")
    return Finding("limits", OK, f"the gates of {len(subject.card.styles)} styles are in bounds")


def above(gates: Mapping[str, Any], limits: Mapping[str, float]) -> Iterator[str]:
    """Yield which of the numbers that a card publishes are above their limits."""
    for key, limit in limits.items():
        if key in gates and not gates[key] <= limit:
            yield f"{key} is {gates[key]:.3g}, above {limit:g}"


def check_gates(subject: Subject) -> Finding:
    """What the card publishes is found again on the shipped stills.

    A quick look measures one style's pan and grain. Distances to the paintings need the paintings,
    which do not ship: they are not measured again.
    """
    gates = subject.card.gates
    if not any(slot.id in gates for slot in subject.card.styles):
        return Finding("gates", NOT_RUN, "the card publishes no gates of its styles")
    found = _measured_quickly(subject) if subject.is_quick else _measured(subject)
    return found_again(gates, found)


def found_again(
    gates: Mapping[str, Any],
    found: Mapping[str, Any],
    tolerances: Mapping[tuple[str, ...], float] | None = None,
) -> Finding:
    """Return whether numbers that were measured again are those that a card publishes.

    What the card does not name is passed over. ``tolerances`` are absolute ones, by path.
    """
    worst, worst_text, count = 0.0, "", 0
    for path, value in _numbers(found):
        published = _at(gates, path)
        if published is None:
            continue
        count += 1
        usual = max(RELATIVE_TOLERANCE * abs(published), ABSOLUTE_TOLERANCE)
        allowed = (tolerances or {}).get(path, usual)
        excess = abs(value - published) / allowed
        if not (excess <= worst or math.isnan(worst)):
            worst = excess
            worst_text = f"{'.'.join(path)} is {value:.4g}, the card says {published:.4g}"
    if not worst <= 1:
        text = f"{worst_text}. Export the model again: its card is another network's, or edited."
        return Finding("gates", FAILED, text, worst)
    text = f"{count} gates were found again{f', farthest: {worst_text}' if worst_text else ''}"
    return Finding("gates", OK if count else FAILED, text, worst)


def _measured(subject: Subject) -> Mapping[str, Any]:
    paint = ModelPainter(subject.network)
    return measure_gates(paint, paint.styles, subject.card.halo_px)


def _measured_quickly(subject: Subject) -> Mapping[str, Any]:
    """Return the first style's pan and grain, on the same pictures as the card's."""
    paint, style = ModelPainter(subject.network), subject.card.styles[0].id
    measured, move = MeasuredSet.shipped(), next(iter(MOVES))
    shots = [CameraShot.of(still, MOVES[move], measured.frames) for still in measured.stills]
    values = [stability(painted_shot(paint, shot.plates, style), shot) for shot in shots]
    own: dict[str, Any] = {
        key: {move: float(np.mean([getattr(value, key) for value in values]))} for key in _BY_MOVE
    }
    own["grain_gain"] = grain_gain(measured.stills[0], style, paint, measured.frames)
    return {style: own}


def _sweep_faults(style: str, sweep: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a sweep of the strength: the style nears, the content recedes."""
    nearing = list(sweep.get("style_distance", {}).values())
    receding = list(sweep.get("content_distance", {}).values())
    if not all(near > far for near, far in pairwise(nearing)):
        yield f"{style}.strength_sweep.style_distance does not fall"
    if not all(near < far for near, far in pairwise(receding)):
        yield f"{style}.strength_sweep.content_distance does not rise"


def _numbers(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[Any, float]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, (*path, name))
        else:
            yield (*path, name), float(value)


def number_at(tree: Any, key: str) -> float | None:
    """Return the number of a name such as ``coupling.empty``; None where there is none."""
    return _at(tree, tuple(key.split(".")))


def _at(tree: Any, path: tuple[str, ...]) -> float | None:
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    is_number = isinstance(tree, (int, float)) and math.isfinite(tree)
    return float(tree) if is_number else None
