"""Holds the way from any Impasto node to what its render asks for."""

from __future__ import annotations

from typing import Optional

import nuke

from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.effect_render import EffectRender
from nuke_plugin.impasto_nodes import is_effect_node
from nuke_plugin.job_settings import JobSettings
from nuke_plugin.render_settings import RenderSettings


def settings_of(node: nuke.Group, frames: Optional[FrameRange] = None) -> JobSettings:
    """Return what a node's knobs ask for, over its own frames or those that are given.

    Raises whatever keeps the node from being rendered.
    """
    kind = EffectRender if is_effect_node(node) else RenderSettings
    return kind.from_node(node, frames)
