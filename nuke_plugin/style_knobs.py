"""Holds the names of the knobs on the front of the *ImpastoStyle* Group, and what belongs together.

The names follow Nuke's own nodes (``useGPUIfAvailable``, ``maskChannelMask``, ``invert_mask``,
``mix``). What each knob is and says stands in ``node_front``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import nuke

from nuke_plugin.contract.errors import NodeEdited

VERSION_KNOB = "impasto_version"
"""Marks a Group as one of ours, and says which version of it stands in the script."""

LIBRARY, MODEL, ABOUT = "library", "model", "about"
STYLE, STYLE2, STYLE3 = "style", "style2", "style3"
WEIGHT, WEIGHT2, WEIGHT3 = "style_weight", "style2_weight", "style3_weight"
STYLES = {STYLE: WEIGHT, STYLE2: WEIGHT2, STYLE3: WEIGHT3}
"""The menus of styles, each with the knob of its weight; the first always holds one."""

NO_STYLE = "(none)"
"""What the second and third menu of styles hold while they hold none; no style's id."""

STRENGTH, COLORSPACE = "strength", "plate_colorspace"
SCALE_STROKES, STROKE_SCALE, STROKE_DETAIL = "scale_strokes", "stroke_scale", "stroke_detail"
LIGHT, PREMULT = "light", "premult"
USE_GPU, HALF_PRECISION, TILE_SIZE = "useGPUIfAvailable", "halfPrecision", "tileSize"
AUTOMATIC_TILES = "None"
"""The item of ``TILE_SIZE`` that leaves the size to the worker, as in Nuke's own nodes."""

FRAME_RANGE, RESULTS = "frame_range", "results"
RENDER, CANCEL, STATUS = "render", "cancel", "status"
RENDER_FRAME, RENDER_ALL = "render_frame", "render_all"
OPEN_FOLDER, CLEAR_CACHE = "open_folder", "clear_cache"
VERSION_UP, VERSION_DOWN = "version_up", "version_down"
FRAMES = "frames"
"""Shows which frames are fresh, stale or missing."""

KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE = "keep_plate_colour", "plate_grain", "plate_grain_size"
MASK_CHANNEL, INVERT_MASK, FRINGE = "maskChannelMask", "invert_mask", "fringe"
MIX = "mix"
LIVE = (KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE, MASK_CHANNEL, INVERT_MASK, FRINGE, MIX)
"""Knobs that act without a render, in their order; each is a link to a knob inside."""

RENDERED_MODEL, RENDERED_STYLE = "rendered_model", "rendered_style"
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

MIXED = "(mixed)"
"""Stands in ``RENDERED_MODEL`` while frames of another setting lie beside those of the last render;
no model's id, so that it equals none."""

NOTICE = "notice"
"""What the node's label says beside its state: that the style is not installed."""

FRAMES_NOTICE = "frames_notice"
"""What the node's label says of frames that are stale, missing or failed. It is not saved: where
the plugin is absent nobody would bring it up to date."""

HIDDEN = (VERSION_KNOB, *RENDERED.values(), NOTICE, FRAMES_NOTICE)

DEFAULT_COLORSPACE = "scene-linear Rec.709"
COLORSPACES = (DEFAULT_COLORSPACE, "ACEScg")

FOR_A_RENDER = (*RENDERED, *RENDERED.values(), FRAME_RANGE, USE_GPU, TILE_SIZE)
"""What a render reads, or notes what it painted in."""


NEUTRAL_NUMBERS = dict.fromkeys((*STYLES.values(), STRENGTH, STROKE_SCALE, STROKE_DETAIL), 1.0)
"""What the number knobs of the front hold at first, and again when they are reset by hand."""


def apply_flags(group: nuke.Group) -> None:
    """Set what a script does not keep, flags and defaults; on creation, loading and pasting."""
    for name, number in NEUTRAL_NUMBERS.items():
        if name in group.knobs():
            _give_default(group[name], number)
    for name in HIDDEN:
        if name in group.knobs():
            group[name].setVisible(False)
    if LIBRARY in group.knobs():
        group[LIBRARY].setFlag(nuke.KNOB_CHANGED_ALWAYS)  # else it does nothing in a closed panel
    if FRAMES_NOTICE in group.knobs():
        group[FRAMES_NOTICE].setFlag(nuke.DO_NOT_WRITE)


def _give_default(knob: nuke.Double_Knob, number: float) -> None:
    """Give a number its default, which must neither move it nor keep it out of the script."""
    knob.setFlag(nuke.ALWAYS_SAVE)  # a value that is the default would be left out, and load as 0
    held = knob.toScript()
    knob.setDefaultValue([number])
    if knob.toScript() != held:
        knob.fromScript(held)


def check_present(group: nuke.Group, names: Iterable[str]) -> None:
    """Raise ``NodeEdited`` where one of these knobs is gone; Nuke lets a user remove any."""
    knobs = group.knobs()
    for name in names:
        if name not in knobs:
            raise NodeEdited(group.fullName(), f"knob {name}")


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
    for name, kept in RENDERED.items():
        if name in RENDERED_TEXTS:
            group[kept].setValue(values[name])
        else:
            group[kept].fromScript(values[name])
    if is_mixed:
        group[RENDERED_MODEL].setValue(MIXED)
