"""Holds what a style's numbers should be: where a report marks one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from nuke_plugin.worker.measure.exact_motion import MOVES
from nuke_plugin.worker.verify.published import STYLE_LIMITS

MOST_BOIL = 0.20
MOST_BOIL_OF_TWIN = 0.5
LEAST_TEXTURE = 0.08
MOST_STYLE_DISTANCE_OF_TWIN = 1.1


def missed(numbers: Mapping[str, Any]) -> dict[str, str]:
    """What a style misses: a short reason by the number's name, ``boil.pan`` or ``grain_gain``.

    Boil is held to its limit and to half of the twin's where one was measured, under the camera
    moves that every card has; texture to its limit, which a calm painting may well miss.
    """
    found: dict[str, str] = {}
    twin = numbers.get("twin", {})
    for move in MOVES:
        boil, texture = numbers["boil"][move], numbers["texture"][move]
        if boil > MOST_BOIL:
            found[f"boil.{move}"] = f"above {MOST_BOIL:g}"
        elif twin and boil > MOST_BOIL_OF_TWIN * twin["boil"][move]:
            found[f"boil.{move}"] = "above half of the twin's"
        if texture < LEAST_TEXTURE:
            found[f"texture.{move}"] = f"below {LEAST_TEXTURE:g}"
    for name, limit in STYLE_LIMITS.items():
        if name in numbers and not numbers[name] <= limit:
            found[name] = f"above {limit:g}"
    if "style_distance" in twin and "style_distance" in numbers:
        limit = MOST_STYLE_DISTANCE_OF_TWIN * twin["style_distance"]
        if numbers["style_distance"] > limit:
            found["style_distance"] = f"above {MOST_STYLE_DISTANCE_OF_TWIN:g} of the twin's"
    sweep = numbers.get("strength_sweep")
    if sweep:
        near, far = (list(sweep[name].values()) for name in ("style_distance", "content_distance"))
        if not all(a > b for a, b in pairwise(near)):
            found["strength_sweep.style_distance"] = "does not fall throughout"
        if not all(a < b for a, b in pairwise(far)):
            found["strength_sweep.content_distance"] = "does not rise throughout"
    return found
