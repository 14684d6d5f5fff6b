"""Holds the names of the knobs on the front of the *ImpastoStyle* Group, and what belongs together.

The names follow Nuke's own nodes (``useGPUIfAvailable``, ``maskChannelMask``, ``invert_mask``,
``mix``). What each knob is and says stands in ``node_front``.
"""

from __future__ import annotations

from collections.abc import Mapping

import nuke

from nuke_plugin import node_knobs
from nuke_plugin.node_knobs import ABOUT as ABOUT
from nuke_plugin.node_knobs import AUTOMATIC_TILES as AUTOMATIC_TILES
from nuke_plugin.node_knobs import CANCEL as CANCEL
from nuke_plugin.node_knobs import FRAME_RANGE as FRAME_RANGE
from nuke_plugin.node_knobs import FRAMES as FRAMES
from nuke_plugin.node_knobs import FRAMES_NOTICE as FRAMES_NOTICE
from nuke_plugin.node_knobs import LIBRARY as LIBRARY
from nuke_plugin.node_knobs import MIX as MIX
from nuke_plugin.node_knobs import MIXED as MIXED
from nuke_plugin.node_knobs import MODEL as MODEL
from nuke_plugin.node_knobs import NOTICE as NOTICE
from nuke_plugin.node_knobs import RENDER as RENDER
from nuke_plugin.node_knobs import RENDERED_MODEL as RENDERED_MODEL
from nuke_plugin.node_knobs import RESULTS as RESULTS
from nuke_plugin.node_knobs import STATUS as STATUS
from nuke_plugin.node_knobs import TILE_SIZE as TILE_SIZE
from nuke_plugin.node_knobs import USE_GPU as USE_GPU
from nuke_plugin.node_knobs import VERSION_KNOB as VERSION_KNOB
from nuke_plugin.node_knobs import check_present as check_present

STYLE, STYLE2, STYLE3 = "style", "style2", "style3"
WEIGHT, WEIGHT2, WEIGHT3 = "style_weight", "style2_weight", "style3_weight"
STYLES = {STYLE: WEIGHT, STYLE2: WEIGHT2, STYLE3: WEIGHT3}
"""The menus of styles, each with the knob of its weight; the first always holds one."""

NO_STYLE = "(none)"
"""What the second and third menu of styles hold while they hold none; no style's id."""

STRENGTH, COLORSPACE = "strength", "plate_colorspace"
SCALE_STROKES, STROKE_SCALE, STROKE_DETAIL = "scale_strokes", "stroke_scale", "stroke_detail"
LIGHT, PREMULT = "light", "premult"
HALF_PRECISION = "halfPrecision"

KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE = "keep_plate_colour", "plate_grain", "plate_grain_size"
MASK_CHANNEL, INVERT_MASK, FRINGE = "maskChannelMask", "invert_mask", "fringe"
LIVE = (KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE, MASK_CHANNEL, INVERT_MASK, FRINGE, MIX)
"""Knobs that act without a render, in their order; each is a link to a knob inside."""

RENDERED_STYLE = "rendered_style"
RENDERED_STRENGTH, RENDERED_COLORSPACE = "rendered_strength", "rendered_colorspace"
RENDERED_TEXTS = {
    MODEL: RENDERED_MODEL,
    STYLE: RENDERED_STYLE,
    STYLE2: "rendered_style2",
    STYLE3: "rendered_style3",
    COLORSPACE: RENDERED_COLORSPACE,
    LIGHT: "rendered_light",
    PREMULT: "rendered_premult",
}
RENDERED_NUMBERS = {
    STRENGTH: RENDERED_STRENGTH,
    WEIGHT: "rendered_style_weight",
    WEIGHT2: "rendered_style2_weight",
    WEIGHT3: "rendered_style3_weight",
    STROKE_SCALE: "rendered_stroke_scale",
    STROKE_DETAIL: "rendered_stroke_detail",
}
RENDERED_SWITCHES = {
    SCALE_STROKES: "rendered_scale_strokes",
    HALF_PRECISION: "rendered_halfPrecision",
}
RENDERED = {**RENDERED_TEXTS, **RENDERED_NUMBERS, **RENDERED_SWITCHES}
"""What a painting depends on, each with the hidden knob that holds it as the results have it. Which
processor painted, and in tiles of what size, is none of it."""

HIDDEN = (VERSION_KNOB, *RENDERED.values(), NOTICE, FRAMES_NOTICE)

DEFAULT_COLORSPACE = "scene-linear Rec.709"
COLORSPACES = (DEFAULT_COLORSPACE, "ACEScg")

FOR_A_RENDER = (*RENDERED, *RENDERED.values(), FRAME_RANGE, USE_GPU, TILE_SIZE)
"""What a render reads, or notes what it painted in."""


NEUTRAL_NUMBERS = dict.fromkeys((*STYLES.values(), STRENGTH, STROKE_SCALE, STROKE_DETAIL), 1.0)
"""What the number knobs of the front hold at first, and again when they are reset by hand."""


def apply_flags(group: nuke.Group) -> None:
    """Set what a script does not keep, flags and defaults; on creation, loading and pasting."""
    node_knobs.set_flags(group, NEUTRAL_NUMBERS, HIDDEN)


def chosen_styles(group: nuke.Group) -> dict[str, str]:
    """Return the style that each menu holds, by the menu's name; of the further ones if any."""
    chosen = {name: str(group[name].value()) for name in STYLES if name in group.knobs()}
    return {name: of for name, of in chosen.items() if name == STYLE or of != NO_STYLE}


def rendered_values(group: nuke.Group) -> dict[str, str]:
    """Return what the painting depends on now: texts as they are, numbers as a script holds them.

    So an animation is kept whole, as ``note_rendered`` puts it back.
    """
    texts = {name: str(group[name].value()) for name in RENDERED_TEXTS}
    others = (*RENDERED_NUMBERS, *RENDERED_SWITCHES)
    return {**texts, **{name: group[name].toScript() for name in others}}


def note_rendered(group: nuke.Group, values: Mapping[str, str], is_mixed: bool = False) -> None:
    """Remember what the results were painted with, for the label; values of ``rendered_values``.

    With ``is_mixed`` frames of other settings lie beside them.
    """
    node_knobs.note(group, RENDERED, values, is_mixed)
