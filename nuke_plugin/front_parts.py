"""Holds the parts of a front that every Impasto node has: the render's knobs, buttons, links.

Text that is stored in the script must do no harm where the plugin is absent, so a button only calls
and says so. Labels differ from names, because Nuke saves an equal label as an empty one.
"""

from __future__ import annotations

from typing import Optional

import nuke

from nuke_plugin import node_knobs as knobs
from nuke_plugin.node_parts import RESULT_READ

_BUTTON = """try:
    import nuke_plugin.{module}
except ImportError:
    nuke.message('Impasto is not installed in this Nuke. Frames that were rendered still show.')
else:
    nuke_plugin.{module}.{function}(nuke.thisNode())"""

KEPT = "Kept by the plugin: what the frames on disk were painted with, or which node this is."


class Knobs:
    """Gathers knobs, each with its tooltip and its place in the line."""

    def __init__(self) -> None:
        self.knobs: list[nuke.Knob] = []

    def __call__(self, knob: nuke.Knob, tooltip: str, starts_line: Optional[bool] = None) -> None:
        """Add a knob; None leaves its place in the line to its class."""
        knob.setTooltip(tooltip)
        if starts_line is True:
            knob.setFlag(nuke.STARTLINE)
        elif starts_line is False:
            knob.clearFlag(nuke.STARTLINE)
        self.knobs.append(knob)


def add_render(add: Knobs) -> None:
    """Add what renders: range, files, frames, buttons; what is above it needs a render."""
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
        link(knobs.RESULTS, "Results", f"{RESULT_READ}.file"),
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


def add_gpu(add: Knobs) -> None:
    """Add the choice of the processor."""
    add(
        nuke.Boolean_Knob(knobs.USE_GPU, "Use GPU if available", True),
        "Paint on the graphics card where the worker finds one that works; else, and when this is "
        "off, on the processor.",
        starts_line=True,
    )


def add_tiles(add: Knobs) -> None:
    """Add the size of the tiles."""
    sizes = [knobs.AUTOMATIC_TILES, "1024", "2048", "4096"]
    add(
        nuke.Enumeration_Knob(knobs.TILE_SIZE, "Tile size", sizes),
        "Paint large frames in tiles of about this many pixels a side, to fit the memory beside "
        "Nuke; None leaves it to the worker. Tiles overlap by as much as the model needs and have "
        "no seams. Those of a model that looks at the whole frame fade into each other, each in "
        "colours of its own; with None it gets the whole frame.",
    )


def number(
    name: str, label: str, value: float, least: float = 0.0, most: float = 1.0
) -> nuke.Double_Knob:
    """Return a knob for a number; the range is that of its slider."""
    knob = nuke.Double_Knob(name, label)
    knob.setRange(least, most)
    knob.setValue(value)
    return knob


def link(name: str, label: str, target: str) -> nuke.Link_Knob:
    """Return a link to a knob inside; links travel with the Group."""
    knob = nuke.Link_Knob(name, label)
    knob.setLink(target)
    return knob


def _button(name: str, label: str, module: str, function: str) -> nuke.PyScript_Knob:
    return nuke.PyScript_Knob(name, label, _BUTTON.format(module=module, function=function))
