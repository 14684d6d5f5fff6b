"""Holds the nodes that shade an effect live, of the layers in its EXR; Expressions only.

::

    fire    source ─ Planck ─ InRec709 ─ Soot          black body; gamut; soot, lit
    smoke   source ─ Absorbed ─ Lit
    water   source ─ Raised ─ Mirror ─ Water           normals; angles; light

The formulas are those of ``worker/effects/shading/``, whose docstrings and
``docs/effects_shading.md`` explain them; the tests compare the pictures. What needs a pixel's
neighbours is read from the layers that the command wrote: ``towards_light``, ``normal`` and
``curvature``. Light is linear Rec.709. A setting is a text, so that it may be a number or name a
knob, animated as it likes: ``parent.exposure``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Union

import nuke

from nuke_plugin.contract.effect_shading import Shading
from nuke_plugin.contract.planck import (
    CORE,
    HOTTEST_KELVIN,
    LEAST_KELVIN,
    XYZ_TO_REC709,
    tristimulus_expression,
)
from nuke_plugin.contract.water_optics import CAUSTIC_FLOOR, F0, REFRACTIVE_INDEX

Texts = Mapping[str, Union[str, tuple[str, ...]]]
"""By field of a shading: a text in the language of Expressions, three of them for a colour."""

NEIGHBOURS = ("light_angle", "shadow_reach_px")
"""Settings that decide a layer of the file, which only a render makes anew; nothing live."""

# Variables are words that Nuke has no meaning for, as it has for x, y, depth and red.
_RADIANS = "0.017453292519943295"


def texts_of(settings: Shading) -> Texts:
    """Return the settings as numbers."""
    made: dict[str, Union[str, tuple[str, ...]]] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        made[field.name] = tuple(map(repr, value)) if isinstance(value, tuple) else repr(value)
    return made


def knob_texts(settings: Shading, owner: str = "parent", before: str = "") -> Texts:
    """Return the settings as knobs of their names on a node, colours as ``colour.r`` and so on.

    ``before`` stands before each name: ``fire_`` for ``parent.fire_exposure``.
    """
    return {
        field.name: tuple(f"{owner}.{before}{field.name}.{part}" for part in "rgb")
        if isinstance(getattr(settings, field.name), tuple)
        else f"{owner}.{before}{field.name}"
        for field in fields(settings)
    }


def add_fire(source: nuke.Node, said: Texts, layer: str = "fire") -> nuke.Node:
    """Return the picture of a fire, premultiplied; to be called in the Group's context."""
    hottest = tristimulus_expression(1, f"(1000 / {said['temperature']})")
    planck = _expression(
        "Planck",
        source,
        {
            "recip": f"1000 / clamp({said['coolest']} + ({said['temperature']} - {said['coolest']})"
            f" * {layer}.temperature, {LEAST_KELVIN}, {HOTTEST_KELVIN})",
            "thick": f"{said['soot']} * max({layer}.soot, 0)",
            "leaves": "thick > 0.001 ? (1 - exp(-thick)) / thick : 1 - thick / 2",
            "bright": f"leaves * (1 - exp(-{said['density']} * max({layer}.density, 0)))"
            f" * {CORE} / ({hottest}) * pow(2, {said['exposure']})",
        },
        [*(f"{tristimulus_expression(i, 'recip')} * bright" for i in range(3)), "1 - exp(-thick)"],
    )
    rows = (f"{x} * r + {y} * g + {z} * b" for x, y, z in XYZ_TO_REC709)
    colours = ("in_red", "in_green", "in_blue")
    inside = _expression(
        "InRec709",
        planck,
        {**dict(zip(colours, rows)), "least": "min(min(in_red, min(in_green, in_blue)), 0)"},
        [*(f"g > 0 ? ({name} - least) * (g / (g - least)) : 0" for name in colours), "a"],
    )
    return _expression("Soot", inside, *_scattered(said, said["soot"], layer, "{channel} + "))


def add_smoke(source: nuke.Node, said: Texts, layer: str = "smoke") -> nuke.Node:
    """Return the picture of smoke, premultiplied; to be called in the Group's context."""
    alpha = f"1 - exp(-{said['density']} * max({layer}.density, 0))"
    absorbed = _expression("Absorbed", source, {}, ["0", "0", "0", alpha])
    return _expression("Lit", absorbed, *_scattered(said, said["density"], layer, ""))


def add_water(source: nuke.Node, said: Texts, layer: str = "water") -> nuke.Node:
    """Return the picture of water, premultiplied; to be called in the Group's context."""
    relief = said["relief"]
    raised = _expression(
        "Raised",
        source,
        {
            "lean_x": f"{relief} * normal.x",
            "lean_y": f"{relief} * normal.y",
            "span": "sqrt(lean_x * lean_x + lean_y * lean_y + normal.z * normal.z)",
        },
        ["lean_x / span", "lean_y / span", "normal.z / span", "0"],
    )
    view = _direction("-90", said["view"])
    sun = _direction(said["sun_azimuth"], said["sun_elevation"])
    between = f"sqrt({_dot(*((f'({v} + {s})',) * 2 for v, s in zip(view, sun)))})"
    half = [f"(({v} + {s}) / {between})" for v, s in zip(view, sun)]
    normal = ("r", "g", "b")
    power = f"(2 / pow({said['roughness']}, 4) - 2)"
    head_on = _fresnel(_dot(*zip(half, view)))
    mirror = _expression(
        "Mirror",
        raised,
        {
            "facing": _dot(*zip(normal, view)),
            "lit": f"max({_dot(*zip(normal, sun))}, 0)",
            "glint": f"pow(clamp({_dot(*zip(normal, half))}, 0, 1), {power})",
            "peak": f"({head_on}) * ({power} + 2) / 8",
        },
        [
            _fresnel("min(abs(facing), 1)"),
            f"sqrt(min(abs(2 * facing * b - {view[2]}), 1))",
            "lit",
            "peak * glint * lit",
        ],
    )
    bent = (
        f"{said['caustics']} * {relief} * {said['depth_px']} * {1 - 1 / REFRACTIVE_INDEX}"
        f" * {layer}.curvature"
    )
    floor = CAUSTIC_FLOOR**2
    temporary = {
        "clarities": f"max({said['depth_px']} + {relief} * {layer}.height, 0)"
        f" / {said['clarity_px']}",
        "gathered": f"sqrt({1 + floor} / (pow(1 + {bent}, 2) + {floor}))",
        "cover": f"clamp({said['foam']} * {layer}.foam, 0, 1)",
        "shape": f"clamp({layer}.matte, 0, 1)",
    }
    light = [_water(said, index) for index in range(3)]
    return _expression("Water", mirror, temporary, [*light, "shape"])


def _water(said: Texts, index: int) -> str:
    """Return a channel of the light, of r, g, b, a as *Mirror* leaves them: F, up, lit, glint."""
    names = ("zenith", "horizon", "sun", "colour", "bottom", "tint", "foam_colour")
    zenith, horizon, sun, deep, bottom, tint, foam = (said[name][index] for name in names)
    daylight = f"(({zenith} + {horizon}) / 2 + {sun} * b)"
    sky = f"({horizon} + ({zenith} - {horizon}) * g)"
    body = f"({deep} + pow({tint}, clarities) * ({bottom} * gathered - {deep}))"
    surface = f"({sky} * r + {sun} * a + {body} * {daylight} * (1 - r))"
    over = f"((1 - cover) * {surface} + cover * {foam} * {daylight})"
    return f"{over} * shape * pow(2, {said['exposure']})"


def _scattered(
    said: Texts, factor: object, layer: str, before: str
) -> tuple[dict[str, str], list[str]]:
    """Return the variables and texts that light particles whose alpha is a."""
    temporary = {
        "arrives": f"exp(-{said['shadow']} * {factor} * {layer}.towards_light)",
        "bright": f"a * pow(2, {said['exposure']})",
    }
    light = [
        f"{before.format(channel=channel)}{said['colour'][index]}"
        f" * ({said['ambient'][index]} + {said['light'][index]} * arrives) * bright"
        for index, channel in enumerate("rgb")
    ]
    return temporary, [*light, "a"]


def _direction(azimuth: object, elevation: object) -> tuple[str, str, str]:
    """Return the unit vector of two angles in degrees."""
    turn, rise = f"(({azimuth}) * {_RADIANS})", f"(({elevation}) * {_RADIANS})"
    return f"(cos({rise}) * cos{turn})", f"(cos({rise}) * sin{turn})", f"sin{rise}"


def _dot(*pairs: Sequence[str]) -> str:
    return " + ".join(f"{a} * {b}" for a, b in pairs)


def _fresnel(facing: str) -> str:
    return f"{F0} + {1 - F0} * pow(1 - ({facing}), 5)"


def _expression(
    name: str, source: nuke.Node, temporary: Mapping[str, str], texts: Sequence[str]
) -> nuke.Node:
    """Return an Expression of rgba with up to four variables."""
    node = nuke.nodes.Expression(name=name)
    node.setInput(0, source)
    for index, (variable, text) in enumerate(temporary.items()):
        node[f"temp_name{index}"].setValue(variable)
        node[f"temp_expr{index}"].setValue(text)
    for index, text in enumerate(texts):
        node[f"expr{index}"].setValue(text)
    return node
