"""Holds what the tests of ImpastoEffect work with: a node on a drawn matte, in a comp."""

from __future__ import annotations

from typing import Any

from tests.nuke_plugin.comp import Comp, picture

WIDTH, HEIGHT = 48, 36


def effect_node(comp: Comp, model: str = "tiny_fire", **choices: Any) -> Any:
    """Return a new ImpastoEffect node whose matte is the comp's plate, with values on its knobs."""
    import nuke

    from nuke_plugin import effect_node as nodes

    for selected in nuke.selectedNodes():
        selected.setSelected(False)
    comp.plate.setSelected(True)
    node = nodes.create(model)
    node["useGPUIfAvailable"].setValue(False)
    for name, value in choices.items():
        node[name].setValue(value)
    return node


def rendered(node: Any, frames: str = "", force: bool = False) -> Any:
    """Return the job that rendered a node's frames to the end."""
    from nuke_plugin import render
    from nuke_plugin.contract.frame_range import FrameRange

    return render.render_and_wait(node, FrameRange.parse(frames) if frames else None, force)


def brightest(node: Any, frame: int) -> float:
    """Return the largest number of a node's picture."""
    return max(value for rows in picture(node, frame).values() for row in rows for value in row)
