"""Holds the making of the front of the *ImpastoStyle* Group: each knob, its tooltip, the order.

What acts live in the graph is a link to a knob inside; links travel with the Group. Text that is
stored in the script must do no harm where the plugin is absent, so a button only calls and says so.
Labels differ from names, because Nuke saves an equal label as an empty one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import nuke

from nuke_plugin import live_colour, live_grain, node_label
from nuke_plugin import style_knobs as knobs
from nuke_plugin.contract.light_settings import AUTO, CARRY, LIGHTS, PREMULTS
from nuke_plugin.contract.stroke_settings import LARGEST_SCALE, SMALLEST_SCALE
from nuke_plugin.style_graph import MASKED, RESULT_READ

_BUTTON = """try:
    import nuke_plugin.{module}
except ImportError:
    nuke.message('Impasto is not installed in this Nuke. Frames that were rendered still show.')
else:
    nuke_plugin.{module}.{function}(nuke.thisNode())"""

_KEPT = "Kept by the plugin: what the frames on disk were painted with, or which node this is."


def front(models: Sequence[str], styles: Sequence[str]) -> list[nuke.Knob]:
    """Return the knobs of a new node, in their order, before they belong to one."""
    add = _Knobs()
    add(nuke.Tab_Knob("impasto", "ImpastoStyle"), "Paints the plate in the style of a painting.")
    _add_styles(add, models, styles)
    _add_painting(add)
    _add_render(add)
    _add_live(add)
    _add_hidden(add)
    return add.knobs


def add_knobs(group: nuke.Group, knobs_of_front: Sequence[nuke.Knob]) -> None:
    """Give a Group its front; the nodes inside must exist for the links."""
    for knob in knobs_of_front:
        group.addKnob(knob)
    group["label"].setValue(node_label.LABEL)
    group["help"].setValue(node_label.HELP)
    knobs.apply_flags(group)


def _add_styles(add: _Knobs, models: Sequence[str], styles: Sequence[str]) -> None:
    add(
        nuke.CascadingEnumeration_Knob(knobs.LIBRARY, "Library", list(models)),
        "Every installed style, by model: choosing one sets Model and Style. The Impasto panel "
        "shows them as pictures.",
    )
    add(
        nuke.Enumeration_Knob(knobs.MODEL, "Model", list(models)),
        "The trained network. One model holds several styles. Models are searched in "
        "IMPASTO_MODELS, then in the folder that ships with Impasto.",
    )
    tooltips = {
        knobs.STYLE: "The painting whose palette and strokes the plate takes on.",
        knobs.STYLE2: "A second style of the model to blend with the first, or none.",
        knobs.STYLE3: "A third style of the model to blend with the others, or none.",
    }
    for number, (name, weight) in enumerate(knobs.STYLES.items(), 1):
        items = [*styles] if name == knobs.STYLE else [knobs.NO_STYLE, *styles]
        title = "Style" if number == 1 else f"Style {number}"
        add(nuke.Enumeration_Knob(name, title, items), tooltips[name])
        add(
            _number(weight, "weight"),
            "The style's share beside the others: only the proportions of the weights count, and "
            "one style alone is painted whole. May be animated. It needs a new Render.",
            starts_line=False,
        )
    add(nuke.Text_Knob(knobs.ABOUT, "", " "), "What is known of the chosen styles on this machine.")


def _add_painting(add: _Knobs) -> None:
    add(
        _number(knobs.STRENGTH, "Strength"),
        "How strongly the network paints: 0 gives the input, bit for bit and at once, 1 the full "
        "style. May be animated. It needs a new Render; to fade the result without one, use Mix.",
    )
    add(
        nuke.Boolean_Knob(knobs.SCALE_STROKES, "Strokes follow the frame", True),
        "Give strokes one size beside the frame at every resolution, a proxy's included. When it "
        "is off the plate's own pixels are painted, and a stroke is as many pixels at every "
        "resolution.",
        starts_line=True,
    )
    add(
        _number(knobs.STROKE_SCALE, "Stroke scale", SMALLEST_SCALE, LARGEST_SCALE),
        "Size of the strokes while they follow the frame, 0.25 to 4: at 1 they cover as much of it "
        "as of the painting the model learned. May be animated. It needs a new Render.",
    )
    add(
        _number(knobs.STROKE_DETAIL, "Detail"),
        "How much of the plate's fine detail comes back where strokes are enlarged: 0 none, 1 all. "
        "May be animated. It needs a new Render.",
    )
    add(
        nuke.Enumeration_Knob(knobs.COLORSPACE, "Plate colour space", list(knobs.COLORSPACES)),
        "The working colour space of this script, in which the plates are written. Scene-linear "
        "Rec.709 (sRGB primaries) is Nuke's default; choose ACEScg in an ACES script.",
    )
    add(
        nuke.Enumeration_Knob(knobs.LIGHT, "Bright light", list(LIGHTS)),
        "What becomes of light brighter than the network can see: carry takes it round the network "
        "and keeps highlights, compress lets strokes form it, for skies and fire, clip cuts it off "
        "at white.",
    )
    add(
        nuke.Enumeration_Knob(knobs.PREMULT, "Premultiplied", list(PREMULTS)),
        "Whether colours are divided by their alpha for the painting and multiplied again after "
        "it, so that soft edges get no rim: auto where an alpha cuts out an element, on always, "
        "off never.",
        starts_line=False,
    )
    add(
        nuke.Boolean_Knob(knobs.USE_GPU, "Use GPU if available", True),
        "Paint on the graphics card where the worker finds one that works; else, and when this is "
        "off, on the processor.",
        starts_line=True,
    )
    add(
        nuke.Boolean_Knob(knobs.HALF_PRECISION, "Half precision", False),
        "Let the network count in half precision: faster on a graphics card, nearly the same "
        "picture. A model without such a network paints as before and says so.",
        starts_line=False,
    )
    sizes = [knobs.AUTOMATIC_TILES, "1024", "2048", "4096"]
    add(
        nuke.Enumeration_Knob(knobs.TILE_SIZE, "Tile size", sizes),
        "Paint large frames in tiles of about this many pixels a side, to fit the memory beside "
        "Nuke; None leaves it to the worker. Tiles overlap by as much as the model needs and have "
        "no seams. A model that must see the whole frame gets it.",
    )


def _add_render(add: _Knobs) -> None:
    add(
        nuke.Text_Knob("render_divider", "Render"),
        "What is above takes effect when the frames are rendered again.",
    )
    add(
        nuke.String_Knob(knobs.FRAME_RANGE, "Frame range"),
        "Frames to render, such as 1001-1024, 1001-1024x2 or 1001,1010. Empty: all frames of "
        "the input.",
    )
    add(
        _link(knobs.RESULTS, "Results", f"{RESULT_READ}.file"),
        "Where the painted frames are written and read. The default stands beside the script; "
        "the plates go to a folder 'plates' next to them. Clear cache removes both.",
    )
    add(
        _button(knobs.VERSION_DOWN, "v-", "result_buttons", "press_version_down"),
        "Show the results of the version before: vN in their path.",
        starts_line=False,
    )
    add(
        _button(knobs.VERSION_UP, "v+", "result_buttons", "press_version_up"),
        "Give the results the next version, vN in their path; the older ones stay on disk.",
        starts_line=False,
    )
    add(
        _button(knobs.OPEN_FOLDER, "Open folder", "result_buttons", "press_open_folder"),
        "Show the results in the system's file browser.",
        starts_line=False,
    )
    add(
        _button(knobs.CLEAR_CACHE, "Clear cache", "result_buttons", "press_clear_cache"),
        "Remove this node's painted frames and plates from the disk, after a question. Other files "
        "stay.",
        starts_line=False,
    )
    add(
        nuke.Text_Knob(knobs.FRAMES, "Frames", " "),
        "Each block is a frame, or the worst of several: green is painted from the plate and with "
        "the settings of now, amber is stale, grey is missing, red failed in the last render.",
    )
    add(
        _button(knobs.RENDER, "Render", "render", "press_render"),
        "Paint the frames that are stale or missing: Nuke writes their plates, and the worker "
        "paints them in the background. Nuke stays usable.",
        starts_line=True,
    )
    add(
        _button(knobs.RENDER_FRAME, "Render this frame", "render", "press_render_frame"),
        "Paint the current frame, if it is stale or missing.",
    )
    add(
        _button(knobs.RENDER_ALL, "Render all", "render", "press_render_all"),
        "Paint every frame of the range again, fresh ones too.",
    )
    add(
        _button(knobs.CANCEL, "Cancel", "render", "press_cancel"),
        "Stop painting. Frames that are finished stay and are shown.",
    )
    add(nuke.Text_Knob(knobs.STATUS, "", " "), "What the last Render did or is doing.")


def _add_live(add: _Knobs) -> None:
    add(nuke.Text_Knob("mix_divider", "Live"), "What is below acts at once, without a render.")
    add(
        _link(knobs.KEEP_PLATE_COLOUR, "Keep plate colour", f"{live_colour.AMOUNT}.which"),
        "How much of the plate's colour stays under the painting's brightness, live: 0 is the "
        "style's own colour, at 1 only luma is painted.",
    )
    add(
        _link(knobs.PLATE_GRAIN, "Plate grain", f"{live_grain.AMOUNT}.mix"),
        "How much of the plate's grain lies on top of the painting, live: 0 is none, 1 all of it. "
        "Edges are larger than grain and stay out.",
    )
    add(
        _link(knobs.GRAIN_SIZE, "Grain size", f"{live_grain.SOFT}.size"),
        "Size of the blur that tells grain from picture, in pixels: about that of the coarsest "
        "grain. Larger plates have larger grain.",
    )
    add(
        _link(knobs.MASK_CHANNEL, "Mask channel", f"{MASKED}.maskChannelMask"),
        "The channel of the mask input that says where the painting shows. Without a mask input "
        "it shows everywhere.",
    )
    add(
        _link(knobs.INVERT_MASK, "invert", f"{MASKED}.invert_mask"),
        "Show the painting where the mask is black instead.",
        starts_line=False,
    )
    add(
        _link(knobs.FRINGE, "fringe only", f"{MASKED}.fringe"),
        "Show the painting only where the mask is soft, most where it is half.",
        starts_line=False,
    )
    add(
        _link(knobs.MIX, "Mix", f"{MASKED}.mix"),
        "Fades between plate and painting, live. At 0 the node gives its input, bit for bit.",
    )


def _add_hidden(add: _Knobs) -> None:
    """Add what the plugin keeps; what the results have is at first what neutral settings give."""
    neutral = {
        knobs.STYLE2: knobs.NO_STYLE,
        knobs.STYLE3: knobs.NO_STYLE,
        knobs.LIGHT: CARRY,
        knobs.PREMULT: AUTO,
    }
    add(nuke.String_Knob(knobs.VERSION_KNOB, "Version of this node"), _KEPT)
    for name, kept in knobs.RENDERED_TEXTS.items():
        text = nuke.String_Knob(kept, f"{name} of the results")
        text.setValue(neutral.get(name, ""))
        add(text, _KEPT)
    for name, kept in knobs.RENDERED_NUMBERS.items():
        number = nuke.Double_Knob(kept, f"{name} of the results")
        number.setValue(0.0 if name == knobs.STRENGTH else 1.0)
        add(number, _KEPT)
    for name, kept in knobs.RENDERED_SWITCHES.items():
        add(nuke.Boolean_Knob(kept, f"{name} of the results", False), _KEPT)
    add(nuke.String_Knob(knobs.NOTICE, "Notice in the label"), _KEPT)
    add(nuke.String_Knob(knobs.FRAMES_NOTICE, "Frames in the label"), _KEPT)


def _button(name: str, label: str, module: str, function: str) -> nuke.PyScript_Knob:
    return nuke.PyScript_Knob(name, label, _BUTTON.format(module=module, function=function))


def _number(name: str, label: str, least: float = 0.0, most: float = 1.0) -> nuke.Double_Knob:
    knob = nuke.Double_Knob(name, label)
    knob.setRange(least, most)
    knob.setValue(knobs.NEUTRAL_NUMBERS[name])
    return knob


def _link(name: str, label: str, target: str) -> nuke.Link_Knob:
    knob = nuke.Link_Knob(name, label)
    knob.setLink(target)
    return knob


class _Knobs:
    """Gathers knobs, each with its tooltip and its place in the line."""

    def __init__(self) -> None:
        self.knobs: list[nuke.Knob] = []

    def __call__(self, knob: nuke.Knob, tooltip: str, starts_line: Optional[bool] = None) -> None:
        knob.setTooltip(tooltip)
        if starts_line is True:
            knob.setFlag(nuke.STARTLINE)
        elif starts_line is False:
            knob.clearFlag(nuke.STARTLINE)
        self.knobs.append(knob)
