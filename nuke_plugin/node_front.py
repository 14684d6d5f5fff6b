"""Holds the making of the front of the *ImpastoStyle* Group: each knob, its tooltip, the order.

What acts live in the graph is a link to a knob inside; links travel with the Group. Text that is
stored in the script must do no harm where the plugin is absent, so a button only calls and says so.
Labels differ from names, because Nuke saves an equal label as an empty one.
"""

from __future__ import annotations

from collections.abc import Sequence

import nuke

from nuke_plugin import live_colour, live_grain, node_label
from nuke_plugin import style_knobs as knobs
from nuke_plugin.contract.light_settings import AUTO, CARRY, LIGHTS, PREMULTS
from nuke_plugin.contract.stroke_settings import LARGEST_SCALE, SMALLEST_SCALE
from nuke_plugin.front_parts import KEPT, Knobs, add_gpu, add_render, add_tiles, link, number
from nuke_plugin.style_graph import MASKED


def front(models: Sequence[str], styles: Sequence[str]) -> list[nuke.Knob]:
    """Return the knobs of a new node, in their order, before they belong to one."""
    add = Knobs()
    add(nuke.Tab_Knob("impasto", "ImpastoStyle"), "Paints the plate in the style of a painting.")
    _add_styles(add, models, styles)
    _add_painting(add)
    add_render(add)
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


def _add_styles(add: Knobs, models: Sequence[str], styles: Sequence[str]) -> None:
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
    for index, (name, weight) in enumerate(knobs.STYLES.items(), 1):
        items = [*styles] if name == knobs.STYLE else [knobs.NO_STYLE, *styles]
        title = "Style" if index == 1 else f"Style {index}"
        add(nuke.Enumeration_Knob(name, title, items), tooltips[name])
        add(
            _number(weight, "weight"),
            "The style's share beside the others: only the proportions of the weights count, and "
            "one style alone is painted whole. May be animated. It needs a new Render.",
            starts_line=False,
        )
    add(nuke.Text_Knob(knobs.ABOUT, "", " "), "What is known of the chosen styles on this machine.")


def _add_painting(add: Knobs) -> None:
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
    add_gpu(add)
    add(
        nuke.Boolean_Knob(knobs.HALF_PRECISION, "Half precision", False),
        "Let the network count in half precision: faster on a graphics card, nearly the same "
        "picture. A model without such a network paints as before and says so.",
        starts_line=False,
    )
    add_tiles(add)


def _add_live(add: Knobs) -> None:
    add(nuke.Text_Knob("mix_divider", "Live"), "What is below acts at once, without a render.")
    add(
        link(knobs.KEEP_PLATE_COLOUR, "Keep plate colour", f"{live_colour.AMOUNT}.which"),
        "How much of the plate's colour stays under the painting's brightness, live: 0 is the "
        "style's own colour, at 1 only luma is painted.",
    )
    add(
        link(knobs.PLATE_GRAIN, "Plate grain", f"{live_grain.AMOUNT}.mix"),
        "How much of the plate's grain lies on top of the painting, live: 0 is none, 1 all of it. "
        "Edges are larger than grain and stay out.",
    )
    add(
        link(knobs.GRAIN_SIZE, "Grain size", f"{live_grain.SOFT}.size"),
        "Size of the blur that tells grain from picture, in pixels: about that of the coarsest "
        "grain. Larger plates have larger grain.",
    )
    add(
        link(knobs.MASK_CHANNEL, "Mask channel", f"{MASKED}.maskChannelMask"),
        "The channel of the mask input that says where the painting shows. Without a mask input "
        "it shows everywhere.",
    )
    add(
        link(knobs.INVERT_MASK, "invert", f"{MASKED}.invert_mask"),
        "Show the painting where the mask is black instead.",
        starts_line=False,
    )
    add(
        link(knobs.FRINGE, "fringe only", f"{MASKED}.fringe"),
        "Show the painting only where the mask is soft, most where it is half.",
        starts_line=False,
    )
    add(
        link(knobs.MIX, "Mix", f"{MASKED}.mix"),
        "Fades between plate and painting, live. At 0 the node gives its input, bit for bit.",
    )


def _add_hidden(add: Knobs) -> None:
    """Add what the plugin keeps; what the results have is at first what neutral settings give."""
    neutral = {
        knobs.STYLE2: knobs.NO_STYLE,
        knobs.STYLE3: knobs.NO_STYLE,
        knobs.LIGHT: CARRY,
        knobs.PREMULT: AUTO,
    }
    add(nuke.String_Knob(knobs.VERSION_KNOB, "Version of this node"), KEPT)
    for name, kept in knobs.RENDERED_TEXTS.items():
        text = nuke.String_Knob(kept, f"{name} of the results")
        text.setValue(neutral.get(name, ""))
        add(text, KEPT)
    for name, kept in knobs.RENDERED_NUMBERS.items():
        number = nuke.Double_Knob(kept, f"{name} of the results")
        number.setValue(0.0 if name == knobs.STRENGTH else 1.0)
        add(number, KEPT)
    for name, kept in knobs.RENDERED_SWITCHES.items():
        add(nuke.Boolean_Knob(kept, f"{name} of the results", False), KEPT)
    add(nuke.String_Knob(knobs.NOTICE, "Notice in the label"), KEPT)
    add(nuke.String_Knob(knobs.FRAMES_NOTICE, "Frames in the label"), KEPT)


def _number(name: str, label: str, least: float = 0.0, most: float = 1.0) -> nuke.Double_Knob:
    return number(name, label, knobs.NEUTRAL_NUMBERS[name], least, most)
