"""Holds the knobs on the front of the *ImpastoStyle* Group: names, labels, tooltips, order.

The names follow Nuke's own nodes (``maskChannelMask``, ``invert_mask``, ``mix``, mask last). What
acts live in the graph is a link to a knob inside; links travel with the Group. Text that is stored
in the script must do no harm where the plugin is absent, so a button only calls and says so.

Labels differ from names, because Nuke saves an equal label as an empty one. Flags set here are lost
when a script is loaded or pasted: ``apply_flags`` sets them again.
"""

from __future__ import annotations

from collections.abc import Sequence

import nuke

from nuke_plugin import live_colour, live_grain
from nuke_plugin.contract.version import VERSION
from nuke_plugin.style_graph import MASKED, RESULT, RESULT_READ

VERSION_KNOB = "impasto_version"
"""Marks a Group as one of ours, and says which version of it stands in the script."""

MODEL, STYLE, STRENGTH, ABOUT = "model", "style", "strength", "about"
COLORSPACE, FRAME_RANGE, RESULTS = "plate_colorspace", "frame_range", "results"
RENDER, CANCEL, STATUS = "render", "cancel", "status"
KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE = "keep_plate_colour", "plate_grain", "plate_grain_size"
MASK_CHANNEL, INVERT_MASK, FRINGE = "maskChannelMask", "invert_mask", "fringe"
MIX = "mix"
LIVE = (KEEP_PLATE_COLOUR, PLATE_GRAIN, GRAIN_SIZE, MASK_CHANNEL, INVERT_MASK, FRINGE, MIX)
"""Knobs that act without a render, in their order; each is a link to a knob inside."""

RENDERED_MODEL, RENDERED_STYLE = "rendered_model", "rendered_style"
RENDERED_STRENGTH, RENDERED_COLORSPACE = "rendered_strength", "rendered_colorspace"
MIXED = "(mixed)"
"""Stands in ``RENDERED_MODEL`` while frames of another setting lie beside those of the last render;
no model's id, so that it equals none."""

NOTICE = "notice"
"""What the node's label says beside its state: that the style is not installed."""

RENDERED = (RENDERED_MODEL, RENDERED_STYLE, RENDERED_STRENGTH, RENDERED_COLORSPACE)
HIDDEN = (VERSION_KNOB, *RENDERED, NOTICE)

DEFAULT_COLORSPACE = "scene-linear Rec.709"
COLORSPACES = (DEFAULT_COLORSPACE, "ACEScg")

LABEL = (
    f"[if {{[value {RESULT}.which] == 0}} "
    '{return "not rendered here, showing the input"} '
    f'elseif {{[string equal [value {RENDERED_MODEL}] "{MIXED}"]}} '
    '{return "some frames are of an earlier setting, press Render"} '
    f"elseif {{[string equal [value {RENDERED_MODEL}] [value {MODEL}]]"
    f" && [string equal [value {RENDERED_STYLE}] [value {STYLE}]]"
    f" && [string equal [value {RENDERED_COLORSPACE}] [value {COLORSPACE}]]"
    f" && [value {RENDERED_STRENGTH}] == [value {STRENGTH}]}} "
    f'{{return "[value {STYLE}]"}} '
    'else {return "settings changed, press Render"}]'
    f"\n[value {NOTICE}]"
)
"""Label of the node in the graph, in Tcl, so that it tells the truth without the plugin too."""

HELP = (
    "<b>ImpastoStyle</b><p>Paints the plate in the style of a painting.</p>"
    "<p>Connect the plate to <i>img</i>, choose a style and press Render: Nuke writes the plates, "
    "the Impasto worker paints them, and the node shows the painted frames. Only rgb changes; "
    "alpha, other layers, metadata and bounding box stay the plate's. What stands under "
    "<i>Live</i> acts without a render.</p>"
    "<p>Where no painted frame is on disk, the node shows its input and its label says so.</p>"
)

_BUTTON = """try:
    import nuke_plugin.render
except ImportError:
    nuke.message('Impasto is not installed in this Nuke. Frames that were rendered still show.')
else:
    nuke_plugin.render.{function}(nuke.thisNode())"""


def add_knobs(group: nuke.Group, models: Sequence[str], styles: Sequence[str]) -> None:
    """Give an empty Group its front; the nodes inside must exist for the links."""
    add = _Adder(group)
    add(nuke.Tab_Knob("impasto", "ImpastoStyle"))
    add(
        nuke.Enumeration_Knob(MODEL, "Model", list(models)),
        "The trained network. One model holds several styles. Models are searched in "
        "IMPASTO_MODELS, then in the folder that ships with Impasto.",
    )
    add(
        nuke.Enumeration_Knob(STYLE, "Style", list(styles)),
        "The painting whose palette and strokes the plate takes on. The Impasto panel shows "
        "them all as pictures.",
    )
    add(nuke.Text_Knob(ABOUT, "", " "), "What is known of the chosen style on this machine.")
    strength = nuke.Double_Knob(STRENGTH, "Strength")
    strength.setRange(0, 1)
    strength.setDefaultValue([1])
    strength.setValue(1)
    add(
        strength,
        "How strongly the network paints: 0 gives the plate, 1 the full style. May be animated. "
        "It needs a new Render; to fade the result without one, use Mix.",
    )
    add(
        nuke.Enumeration_Knob(COLORSPACE, "Plate colour space", list(COLORSPACES)),
        "The working colour space of this script, in which the plates are written. Scene-linear "
        "Rec.709 (sRGB primaries) is Nuke's default; choose ACEScg in an ACES script.",
    )
    add(nuke.Text_Knob("render_divider", "Render"))
    add(
        nuke.String_Knob(FRAME_RANGE, "Frame range"),
        "Frames to render, such as 1001-1024, 1001-1024x2 or 1001,1010. Empty: all frames of "
        "the input.",
    )
    add(
        _link(RESULTS, "Results", f"{RESULT_READ}.file"),
        "Where the painted frames are written and read. The default stands beside the script; "
        "the plates go to a folder 'plates' next to them. Delete both to free the disk.",
    )
    add(
        nuke.PyScript_Knob(RENDER, "Render", _BUTTON.format(function="press_render")),
        "Write the plates and let the worker paint them in the background. Nuke stays usable.",
        starts_line=True,
    )
    add(
        nuke.PyScript_Knob(CANCEL, "Cancel", _BUTTON.format(function="press_cancel")),
        "Stop painting. Frames that are finished stay and are shown.",
    )
    add(nuke.Text_Knob(STATUS, "", " "), "What the last Render did or is doing.")
    add(nuke.Text_Knob("mix_divider", "Live"))
    add(
        _link(KEEP_PLATE_COLOUR, "Keep plate colour", f"{live_colour.AMOUNT}.which"),
        "How much of the plate's colour stays under the painting's brightness, live: 0 is the "
        "style's own colour, at 1 only luma is painted.",
    )
    add(
        _link(PLATE_GRAIN, "Plate grain", f"{live_grain.AMOUNT}.mix"),
        "How much of the plate's grain lies on top of the painting, live: 0 is none, 1 all of it. "
        "Edges are larger than grain and stay out.",
    )
    add(
        _link(GRAIN_SIZE, "Grain size", f"{live_grain.SOFT}.size"),
        "Size of the blur that tells grain from picture, in pixels: about that of the coarsest "
        "grain. Larger plates have larger grain.",
    )
    add(
        _link(MASK_CHANNEL, "Mask channel", f"{MASKED}.maskChannelMask"),
        "The channel of the mask input that says where the painting shows. Without a mask input "
        "it shows everywhere.",
    )
    add(
        _link(INVERT_MASK, "invert", f"{MASKED}.invert_mask"),
        "Show the painting where the mask is black instead.",
        starts_line=False,
    )
    add(
        _link(FRINGE, "fringe ", f"{MASKED}.fringe"),
        "Show the painting only where the mask is soft, most where it is half.",
        starts_line=False,
    )
    add(
        _link(MIX, "Mix", f"{MASKED}.mix"),
        "Fades between plate and painting, live. At 0 the node gives its input, bit for bit.",
    )
    for knob in (
        nuke.String_Knob(VERSION_KNOB, "Version of this node"),
        nuke.String_Knob(RENDERED_MODEL, "Model of the results"),
        nuke.String_Knob(RENDERED_STYLE, "Style of the results"),
        nuke.Double_Knob(RENDERED_STRENGTH, "Strength of the results"),
        nuke.String_Knob(RENDERED_COLORSPACE, "Colour space of the results"),
        nuke.String_Knob(NOTICE, "Notice in the label"),
    ):
        add(knob, "Kept by the plugin.")
    group[VERSION_KNOB].setValue(VERSION)
    group["label"].setValue(LABEL)
    group["help"].setValue(HELP)
    apply_flags(group)


def apply_flags(group: nuke.Group) -> None:
    """Set the flags that a script does not keep; on creation, loading and pasting."""
    for name in HIDDEN:
        if name in group.knobs():
            group[name].setVisible(False)


def _link(name: str, label: str, target: str) -> nuke.Link_Knob:
    knob = nuke.Link_Knob(name, label)
    knob.setLink(target)
    return knob


class _Adder:
    """Adds knobs to a Group one after the other."""

    def __init__(self, group: nuke.Group) -> None:
        self._group = group

    def __call__(self, knob: nuke.Knob, tooltip: str = "", starts_line: bool | None = None) -> None:
        if tooltip:
            knob.setTooltip(tooltip)
        if starts_line is True:
            knob.setFlag(nuke.STARTLINE)
        elif starts_line is False:
            knob.clearFlag(nuke.STARTLINE)
        self._group.addKnob(knob)
