"""Holds the way of an effect's look from an ImpastoEffect node and onto others."""

from __future__ import annotations

import os
from collections.abc import Iterator

import nuke

from nuke_plugin import effect_knobs, effect_node, node_knobs
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.effect_shading import Colour
from nuke_plugin.contract.errors import ModelError
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.effect_list import EffectList
from nuke_plugin.looks import names
from nuke_plugin.looks.effect_look import EFFECT_LOOK_FORMAT, EffectLook
from nuke_plugin.looks.facts import Fact
from nuke_plugin.looks.knob_numbers import colour_of, edited, number_of, set_colour, set_number
from nuke_plugin.looks.look_record import now, this_author

_NUMBERS = (effect_knobs.SPEED, effect_knobs.SCALE, effect_knobs.INTENSITY)
_CHOICE = (node_knobs.MODEL, node_knobs.ABOUT, node_knobs.NOTICE, effect_knobs.CONTROLS, WIND)
_NEEDED = (*_NUMBERS, node_knobs.MIX)


def take(node: nuke.Group, name: str, said: list[Fact]) -> EffectLook:
    """Return an ImpastoEffect's look; raises ``FieldInvalid`` for settings that are none."""
    model = str(node[node_knobs.MODEL].value())
    kind = effect_knobs.kind_of(node)
    title, sha256, has_wind = model, None, True
    try:
        card = ModelLibrary.from_environment(os.environ).find_effect(model).card
        title, sha256 = card.title, card.network.sha256
        has_wind = any(control.id == WIND for control in card.controls)
    except ModelError:
        pass  # the comparison with what is installed says so
    speed, scale, intensity = (number_of(node, knob, said) for knob in _NUMBERS)
    knobs = dict(zip(effect_knobs.control_ids(node), effect_knobs.SLOTS))
    if has_wind:
        knobs[WIND] = WIND
    controls = {of: number_of(node, knob, said) for of, knob in knobs.items()}
    numbers: dict[str, float] = {}
    colours: dict[str, Colour] = {}
    for field, default in effect_knobs.shading_fields(kind).items():
        knob = effect_knobs.shading_knob(kind, field)
        if isinstance(default, tuple):
            colour = colour_of(node, knob, said)
            colours.update({} if colour is None else {field: colour})
        else:
            number = number_of(node, knob, said)
            numbers.update({} if number is None else {field: number})
    return EffectLook(
        impasto_effect_look=EFFECT_LOOK_FORMAT,
        name=names.tidy(name) or names.tidy(title),
        effect=kind,
        model=model,
        model_sha256=sha256,
        speed=1.0 if speed is None else speed,
        scale=1.0 if scale is None else scale,
        intensity=1.0 if intensity is None else intensity,
        controls={of: value for of, value in controls.items() if value is not None},
        mix=number_of(node, node_knobs.MIX, said),
        numbers=numbers,
        colours=colours,
        author=this_author(),
        date=now(),
    )


def give(node: nuke.Group, look: EffectLook, effects: EffectList) -> Iterator[Fact]:
    """Give an ImpastoEffect of the present version a look; yield what could not be set."""
    missing = [name for name in (*_CHOICE, effect_knobs.KIND) if name not in node.knobs()]
    if missing:
        yield edited(node, missing[0])
    else:
        learned = [of for of in look.controls if of != WIND]
        effect_node.choose(node, effects, look.model)
        if effects.card(look.model) is None:
            effect_node.hold(node, look.effect, learned)
        slots = dict(zip(effect_knobs.control_ids(node), effect_knobs.SLOTS))
        for of, value in look.controls.items():
            yield from set_number(node, of if of == WIND else slots.get(of, of), value)
    for name, value in zip(_NUMBERS, (look.speed, look.scale, look.intensity)):
        yield from set_number(node, name, value, _NEEDED)
    if look.mix is not None:
        yield from set_number(node, node_knobs.MIX, look.mix, _NEEDED)
    for field, number in look.numbers.items():
        yield from set_number(node, effect_knobs.shading_knob(look.effect, field), number)
    for field, colour in look.colours.items():
        yield from set_colour(node, effect_knobs.shading_knob(look.effect, field), colour)
