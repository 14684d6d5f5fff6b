"""Holds what the *ImpastoStyle* node says in the node graph, and its help.

The label is Tcl, which Nuke works out by itself, so that it tells the truth without the plugin too.
"""

from __future__ import annotations

from collections.abc import Sequence

from nuke_plugin.node_parts import RESULT
from nuke_plugin.style_knobs import (
    FRAMES_NOTICE,
    MIXED,
    NO_STYLE,
    NOTICE,
    RENDERED,
    RENDERED_MODEL,
    RENDERED_NUMBERS,
    SCALE_STROKES,
    STROKE_DETAIL,
    STROKE_SCALE,
    STYLE,
    STYLE2,
    STYLE3,
    WEIGHT,
    WEIGHT2,
    WEIGHT3,
)


def _is_empty(menu: str) -> str:
    return f"[string equal [value {menu}] {NO_STYLE}]"


_COUNTS_NOT = {
    WEIGHT: f"({_is_empty(STYLE2)} && {_is_empty(STYLE3)})",
    WEIGHT2: _is_empty(STYLE2),
    WEIGHT3: _is_empty(STYLE3),
    STROKE_SCALE: f"![value {SCALE_STROKES}]",
    STROKE_DETAIL: f"![value {SCALE_STROKES}]",
}
"""When a number decides nothing: a weight whose menu is empty or whose style is the only one, the
size of strokes that are not scaled."""


def _is_as_rendered(name: str) -> str:
    kept = RENDERED[name]
    if name not in RENDERED_NUMBERS:
        return f"[string equal [value {kept}] [value {name}]]"
    same = f"[value {kept}] == [value {name}]"
    return f"({_COUNTS_NOT[name]} || {same})" if name in _COUNTS_NOT else same


def state_label(nothing: str, says: str, same: Sequence[str]) -> str:
    """Return the label that tells how results and node stand to each other.

    ``nothing`` is said where there is no result, the knob ``says`` while every test of ``same``
    holds, in Tcl.
    """
    return (
        f"[if {{[value {RESULT}.which] == 0}} "
        f'{{return "{nothing}"}} '
        f'elseif {{[string equal [value {RENDERED_MODEL}] "{MIXED}"]}} '
        '{return "some frames are of an earlier setting, press Render"} '
        f"elseif {{{' && '.join(same)}}} "
        f'{{return "[value {says}]"}} '
        'else {return "settings changed, press Render"}]'
        f"\n[value {FRAMES_NOTICE}]"
        f"\n[value {NOTICE}]"
    )


LABEL = state_label(
    "not rendered here, showing the input", STYLE, [_is_as_rendered(name) for name in RENDERED]
)
"""Label of the node in the graph."""

HELP = (
    "<b>ImpastoStyle</b><p>Paints the plate in the style of a painting.</p>"
    "<p>Connect the plate to <i>img</i>, choose a style and press Render: Nuke writes the plates, "
    "the Impasto worker paints them, and the node shows the painted frames. Only rgb changes; "
    "alpha, other layers, metadata and bounding box stay the plate's.</p>"
    "<p>What stands above <i>Render</i> needs a new render when it is changed, and may be animated "
    "where it is a number. What stands under <i>Live</i> acts at once. Connect a <i>mask</i> to "
    "paint only a part.</p>"
    "<p>Where no painted frame is on disk, the node shows its input and its label says so. Mix 0, "
    "strength 0 and disabling the node give the input, bit for bit.</p>"
)
"""What the ? button of the node's properties shows."""
