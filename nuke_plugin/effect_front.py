"""Holds the making of the front of the *ImpastoEffect* Group: each knob, its tooltip, the order.

All numbers are Double_Knobs: an Int_Knob of a user loses its range in a script.
"""

from __future__ import annotations

from collections.abc import Sequence

import nuke

from nuke_plugin import effect_knobs as knobs
from nuke_plugin import effect_label, node_knobs
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.effect_settings import MOST_INTENSITY
from nuke_plugin.contract.effect_shading import MOST_STOPS
from nuke_plugin.contract.planck import HOTTEST_KELVIN, LEAST_KELVIN
from nuke_plugin.contract.stroke_settings import LARGEST_SCALE, SMALLEST_SCALE
from nuke_plugin.effect_graph import FADED, MATTE
from nuke_plugin.front_parts import KEPT, Knobs, add_gpu, add_render, add_tiles, link, number

_ANIMATED = " May be animated. It needs a new Render."


def front(models: Sequence[str]) -> list[nuke.Knob]:
    """Return the knobs of a new node, in their order, before they belong to one."""
    add = Knobs()
    add(nuke.Tab_Knob("impasto", "ImpastoEffect"), "Makes fire, smoke or water from a matte.")
    _add_effect(add, models)
    add_render(add)
    _add_live(add)
    _add_hidden(add)
    for kind in knobs.KINDS:
        _add_shading(add, kind)
    return add.knobs


def add_knobs(group: nuke.Group, knobs_of_front: Sequence[nuke.Knob]) -> None:
    """Give a Group its front."""
    for knob in knobs_of_front:
        group.addKnob(knob)
    group["label"].setValue(effect_label.LABEL)
    group["help"].setValue(effect_label.HELP)
    knobs.apply_flags(group)


def _add_effect(add: Knobs, models: Sequence[str]) -> None:
    add(
        nuke.CascadingEnumeration_Knob(node_knobs.LIBRARY, "Library", list(models)),
        "Every installed effect, by what it makes: choosing one sets Effect. The Impasto panel "
        "shows them as pictures.",
    )
    add(
        nuke.Enumeration_Knob(node_knobs.MODEL, "Effect", list(models)),
        "The trained effect. Effects are searched in IMPASTO_MODELS, then in the folder that ships "
        "with Impasto.",
    )
    add(
        nuke.Text_Knob(node_knobs.ABOUT, "", " "),
        "What is known of the chosen effect on this machine.",
    )
    add(
        link(knobs.MATTE_CHANNEL, "Matte channel", f"{MATTE}.from0"),
        "The channel of the matte input that burns, smokes or is water. It needs a new Render.",
        starts_line=True,
    )
    add(
        _number(knobs.SEED, "Seed", 0, 100),
        "Another whole number, another effect of the same kind." + _ANIMATED,
    )
    add(
        _number(knobs.SPEED, "Speed", -2, 2),
        "How fast time goes by: 1 is 24 frames a second, 0.5 slow motion, below 0 runs back, 0 "
        "stands still. When it is animated the way so far is summed up, so nothing jumps."
        + _ANIMATED,
    )
    add(
        _number(knobs.SCALE, "Scale", SMALLEST_SCALE, LARGEST_SCALE),
        "Size of the effect beside the frame, 0.25 to 4, whatever the resolution." + _ANIMATED,
    )
    add(
        _number(WIND, "Wind", -4, 4),
        "Pixels a frame to the right in a frame of 540 lines; below 0 to the left. Its way is "
        "summed up as the speed's is." + _ANIMATED,
    )
    add(
        _number(knobs.INTENSITY, "Intensity", 0, 2),
        f"Factor on the matte, 0 to {MOST_INTENSITY:g}: a weaker or stronger source." + _ANIMATED,
    )
    add(
        _number(knobs.LOOP, "Loop", 0, 240),
        "After how many frames the effect begins again without a seam; 0 for never. Speed and wind "
        "must stay as they are in it. It needs a new Render.",
    )
    for slot in knobs.SLOTS:
        add(_number(slot, f"{slot}:"), "A control of the chosen effect." + _ANIMATED)
    add_gpu(add)
    add_tiles(add)


def _add_live(add: Knobs) -> None:
    add(nuke.Text_Knob("mix_divider", "Live"), "What is below acts at once, without a render.")
    add(
        nuke.Boolean_Knob(knobs.OVER_PLATE, "Over plate", False),
        "Show the effect over the plate, live. When it is off, or no plate is connected, the node "
        "gives the effect alone, premultiplied, with its layers.",
        starts_line=True,
    )
    add(
        link(node_knobs.MIX, "Mix", f"{FADED}.which"),
        "Fades the effect, live. At 0 there is nothing of it, or the plate bit for bit.",
    )


def _add_hidden(add: Knobs) -> None:
    """Add what the plugin keeps; what the results have is at first what no node has."""
    add(nuke.String_Knob(node_knobs.EFFECT_VERSION_KNOB, "Version of this node"), KEPT)
    add(nuke.String_Knob(knobs.CONTROLS, "Controls in the slots"), KEPT)
    add(_plain(knobs.KIND, "Kind of effect"), KEPT)
    add(_plain(knobs.RENDERED_KIND, "Kind of the results"), KEPT)
    for name, kept in knobs.RENDERED.items():
        label = f"{name} of the results"
        is_text = name in (node_knobs.MODEL, knobs.CONTROLS)
        add(nuke.String_Knob(kept, label) if is_text else _plain(kept, label), KEPT)
    add(nuke.String_Knob(node_knobs.NOTICE, "Notice in the label"), KEPT)
    add(nuke.String_Knob(node_knobs.FRAMES_NOTICE, "Frames in the label"), KEPT)


def _add_shading(add: Knobs, kind: str) -> None:
    """Add the tab whose knobs turn an effect's light."""
    add(
        nuke.Tab_Knob(f"{kind}_tab", f"{kind.title()} light"),
        f"How the channels of {kind} become light; all of it acts without a render.",
    )
    for field, value in knobs.shading_fields(kind).items():
        name, label = knobs.shading_knob(kind, field), _label(field)
        if isinstance(value, tuple):
            colour = nuke.Color_Knob(name, label)
            colour.setValue(list(value))
            add(colour, _TOOLTIPS[field])
        else:
            assert isinstance(value, (int, float))
            least, most = _RANGES.get(field, (0.0, max(1.0, 4 * float(value))))
            add(number(name, label, float(value), least, most), _TOOLTIPS[field])


def _label(field: str) -> str:
    return field.replace("_px", "").replace("_", " ").capitalize()


def _number(name: str, label: str, least: float = 0.0, most: float = 1.0) -> nuke.Double_Knob:
    return number(name, label, knobs.NUMBERS[name], least, most)


def _plain(name: str, label: str) -> nuke.Double_Knob:
    return nuke.Double_Knob(name, label)


_RANGES = {
    "exposure": (-MOST_STOPS / 4, MOST_STOPS / 4),
    "temperature": (LEAST_KELVIN, HOTTEST_KELVIN / 4),
    "coolest": (LEAST_KELVIN, HOTTEST_KELVIN / 4),
    "view": (1.0, 90.0),
    "sun_azimuth": (-180.0, 180.0),
    "sun_elevation": (0.0, 90.0),
    "roughness": (0.02, 1.0),
    "caustics": (0.0, 4.0),
    "foam": (0.0, 10.0),
}

_TOOLTIPS = {
    "exposure": "Brightness of all light that leaves the effect, in stops.",
    "density": "How dense it is: of smoke, what it hides; of fire, how soon gas shines in full.",
    "colour": "Share of the light that is thrown back: the colour of smoke, soot or deep water.",
    "light": "The light from one side; its direction is that of the render.",
    "ambient": "The light from everywhere.",
    "shadow": "How much of the light from one side is lost in it before it arrives.",
    "temperature": "Kelvin where it is hottest; a flame of wood is at 1300 to 2000.",
    "coolest": "Kelvin where it is coolest, below the temperature: apart from it, dark edges.",
    "soot": "How much soot hides the plate; 0 leaves light alone, without alpha.",
    "relief": "Factor on the height of the waves; 0 is a mirror.",
    "view": "How high the camera stands over the water, in degrees; 90 looks straight down.",
    "zenith": "Colour of the sky above.",
    "horizon": "Colour of the sky at its rim.",
    "sun": "Colour of the sun.",
    "sun_azimuth": "Where the sun stands, in degrees: 0 at the right, 90 behind the water.",
    "sun_elevation": "How high the sun stands, in degrees.",
    "roughness": "Ripples finer than a pixel: how wide and soft the sun glints.",
    "bottom": "Colour of the ground.",
    "tint": "Share of the light that is left after Clarity of water.",
    "clarity_px": "Depth at which Tint is left, in pixels of a frame of 540 lines.",
    "depth_px": "How deep the ground lies, in pixels of a frame of 540 lines.",
    "caustics": "How much waves gather light on the ground.",
    "foam": "Factor on the foam.",
    "foam_colour": "Colour of the foam.",
}
