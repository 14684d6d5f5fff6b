"""Holds the names of the knobs on the front of the *ImpastoEffect* Group, by what belongs together.

What a network learned to be told differs from effect to effect: its card names it. The front has
slots for that, whose labels and ranges follow the effect that is chosen; wind is every effect's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import nuke

from nuke_plugin import node_knobs
from nuke_plugin.contract.effect_card import FIRE, MOST_CONTROLS, SMOKE, WATER, WIND
from nuke_plugin.contract.effect_shading import SHADINGS
from nuke_plugin.effect_shading_graph import NEIGHBOURS
from nuke_plugin.node_knobs import (
    EFFECT_VERSION_KNOB,
    FRAME_RANGE,
    FRAMES_NOTICE,
    MODEL,
    NOTICE,
    RENDERED_MODEL,
    TILE_SIZE,
    USE_GPU,
)

KINDS = (FIRE, SMOKE, WATER)
"""What an effect may be; its number in ``KIND`` is its place here."""

KIND = "effect_kind"

RENDERED_KIND = "rendered_kind"
"""Hidden: what the results on disk are of, a curve where frames differ (``effect_results``)."""

NO_KIND = -1
"""Of a result that is of no effect."""

SEED, SPEED, SCALE, INTENSITY, LOOP = "seed", "speed", "effect_scale", "intensity", "loop"
MATTE_CHANNEL, OVER_PLATE = "matte_channel", "over_plate"

SLOTS = tuple(f"control{number}" for number in range(1, MOST_CONTROLS + 1))
"""Knobs for what a card's network learned, all but wind."""

CONTROLS = "controls"
"""Hidden: which control each slot holds, ids with spaces between; an empty slot has none."""

NUMBERS: Mapping[str, float] = {
    SEED: 0.0,
    SPEED: 1.0,
    SCALE: 1.0,
    WIND: 0.0,
    INTENSITY: 1.0,
    LOOP: 0.0,
    **dict.fromkeys(SLOTS, 0.0),
}
"""The numbers that need a render, each with what it is at first."""

RENDERED: Mapping[str, str] = {
    MODEL: RENDERED_MODEL,
    CONTROLS: "rendered_controls",
    **{name: f"rendered_{name}" for name in NUMBERS},
}
"""What the results depend on, each with the hidden knob that holds it as the results have it."""

HIDDEN = (
    *(EFFECT_VERSION_KNOB, KIND, RENDERED_KIND, CONTROLS),
    *(*RENDERED.values(), NOTICE, FRAMES_NOTICE),
)

FOR_A_RENDER = (KIND, RENDERED_KIND, *RENDERED, *RENDERED.values(), FRAME_RANGE, USE_GPU, TILE_SIZE)
"""What a render reads, or notes what it made it with."""


def shading_knob(kind: str, field: str) -> str:
    """Return the knob that holds a field of an effect's shading: ``fire_exposure``."""
    return f"{kind}_{field}"


def shading_fields(kind: str) -> dict[str, object]:
    """Return what can be turned live of an effect's shading, each with its default."""
    shading = SHADINGS[kind]()
    return {
        field.name: getattr(shading, field.name)
        for field in fields(shading)
        if field.name not in NEIGHBOURS
    }


LIVE_SHADING = tuple(shading_knob(kind, name) for kind in KINDS for name in shading_fields(kind))
"""The knobs that shade the effect without a render."""


def apply_flags(group: nuke.Group) -> None:
    """Set what a script does not keep; on creation, loading and pasting."""
    defaults = {
        shading_knob(kind, name): float(value)
        for kind in KINDS
        for name, value in shading_fields(kind).items()
        if isinstance(value, (int, float))
    }
    node_knobs.set_flags(group, {**NUMBERS, **defaults}, HIDDEN)
    show_what_fits(group)


def show_what_fits(group: nuke.Group) -> None:
    """Show the slots that hold a control, and the shading of the effect that is chosen."""
    knobs = group.knobs()
    chosen = kind_of(group)
    ids = control_ids(group)
    wanted = {slot: index < len(ids) for index, slot in enumerate(SLOTS)}
    for kind in KINDS:
        names = (shading_knob(kind, name) for name in ("light", *shading_fields(kind)))
        wanted.update(dict.fromkeys((*names, f"{kind}_tab"), kind == chosen))
    for name, is_shown in wanted.items():
        if name in knobs and knobs[name].visible() != is_shown:
            knobs[name].setVisible(is_shown)


def kind_of(group: nuke.Group) -> str:
    """Return which effect the node is set to: ``fire``."""
    number = int(group[KIND].value()) if KIND in group.knobs() else 0
    return KINDS[number] if 0 <= number < len(KINDS) else FIRE


def control_ids(group: nuke.Group) -> list[str]:
    """Return the ids of the controls in the slots, in their order."""
    return str(group[CONTROLS].value()).split() if CONTROLS in group.knobs() else []


def rendered_values(group: nuke.Group) -> dict[str, str]:
    """Return what the results depend on now: texts as they are, numbers as a script holds them."""
    return {
        name: str(group[name].value())
        if isinstance(group[kept], nuke.String_Knob)
        else group[name].toScript()
        for name, kept in RENDERED.items()
    }
