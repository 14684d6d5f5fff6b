"""Holds what the *ImpastoEffect* node says in the node graph, and its help.

The label is Tcl, which Nuke works out by itself, so that it tells the truth without the plugin too.
"""

from __future__ import annotations

from nuke_plugin.effect_knobs import CONTROLS, RENDERED
from nuke_plugin.node_knobs import MODEL
from nuke_plugin.node_label import state_label

LABEL = state_label(
    "not rendered here, showing nothing",
    MODEL,
    [
        f"[string equal [value {kept}] [value {name}]]"
        if name in (MODEL, CONTROLS)
        else f"[value {kept}] == [value {name}]"
        for name, kept in RENDERED.items()
    ],
)
"""Label of the node in the graph."""

HELP = (
    "<b>ImpastoEffect</b><p>Makes fire, smoke or water from a matte.</p>"
    "<p>Connect a roto shape to <i>matte</i>, the plate to <i>plate</i> for its size, choose an "
    "effect and press Render: Nuke writes the matte, the Impasto worker makes the effect, and the "
    "node shows it premultiplied, in linear Rec.709, with its physical channels as layers.</p>"
    "<p>What stands above <i>Render</i> needs a new render when it is changed, and may be "
    "animated. What stands under <i>Live</i> and in the effect's own tab turns the light at once: "
    "exposure, temperature, density, colour.</p>"
    "<p>Where no frame is on disk, the node shows nothing, or the plate with <i>Over plate</i>, "
    "and its label says so. Mix 0 gives nothing or the plate, bit for bit; a disabled node "
    "gives the matte.</p>"
)
"""What the ? button of the node's properties shows."""
