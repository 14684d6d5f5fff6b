"""Holds the render of the plates by Nuke itself, before the worker is asked to paint them.

The rules are those of Nuke's own render dialog: Undo off, the proxy mode saved and set back, a
``RuntimeError`` that begins with "Cancelled" is the user's wish and no error.
"""

from __future__ import annotations

import nuke

from nuke_plugin import undo
from nuke_plugin.contract.errors import NodeBusy, PlateRenderFailed, RenderCancelled
from nuke_plugin.render_settings import RenderSettings
from nuke_plugin.style_graph import PLATE_WRITE, inner


def render_plates(node: nuke.Group, settings: RenderSettings) -> None:
    """Write the plates of every frame and view; shows Nuke's own progress bar until it is done.

    Raises ``NodeBusy`` inside another render, ``RenderCancelled`` or ``PlateRenderFailed``.
    """
    if nuke.executing():
        raise NodeBusy(settings.node_name, "Nuke is rendering something else")
    write = inner(node, PLATE_WRITE)
    ranges = nuke.FrameRanges(settings.frames.to_text().split(","))
    root = nuke.root()
    proxy = root.proxy()
    with undo.not_recorded():
        try:
            root.setProxy(False)
            write["disable"].setValue(False)
            nuke.executeMultiple([write], ranges, list(settings.views), continueOnError=False)
        except RuntimeError as error:
            if str(error).startswith("Cancelled"):
                raise RenderCancelled(0) from error
            raise PlateRenderFailed(settings.node_name, settings.plates[0], str(error)) from error
        finally:
            write["disable"].setValue(True)
            root.setProxy(proxy)
