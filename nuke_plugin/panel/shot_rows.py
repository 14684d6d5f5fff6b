"""Holds what the *Shots* tab says of a node: its shot, styles, strength and range.

A script may hold one shot or a whole sequence. ``IMPASTO_SHOT`` names the shot of all its nodes;
``IMPASTO_SHOT_PATTERN`` is searched in the path of each node's plate first, then in the script's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

import nuke

from nuke_plugin import node_knobs, style_knobs
from nuke_plugin.contract.errors import ImpastoError, LookError
from nuke_plugin.impasto_nodes import is_effect_node
from nuke_plugin.looks import on_node, shot_name
from nuke_plugin.render_settings import frames_of
from nuke_plugin.style_list import StyleList

_MOST_NODES_UP = 500
"""How far upstream the file of a plate is looked for."""


@dataclass(frozen=True)
class ShotRow:
    """One Impasto node as a row of text."""

    node: str
    """Full name of the node."""

    shot: str
    """Name of its shot; empty when none is found."""

    model: str
    """Id of the model."""

    style: str
    """What the node paints: one title, or several with their weights in percent; or its effect."""

    strength: Optional[float]
    """Strength at the current frame; None on a node without the knob."""

    is_animated: bool
    """Whether the strength changes over time."""

    frames: str
    """Frame range, as text; empty when there is none."""

    problem: str
    """What is wrong, for the tooltip: no shot, no range."""


def row_of(node: nuke.Group, styles: StyleList, environ: Mapping[str, str] = os.environ) -> ShotRow:
    """Return the row of a node; nothing about a node raises."""
    problems: list[str] = []
    shot, frames = "", ""
    try:
        shot = shot_of(node, environ)
    except LookError as error:
        problems.append(error.message)
    try:
        frames = frames_of(node).to_text()
    except ImpastoError as error:
        problems.append(error.message)
    strength = node.knobs().get(style_knobs.STRENGTH)
    model = str(node[style_knobs.MODEL].value())
    return ShotRow(
        node=node.fullName(),
        shot=shot,
        model=model,
        style=_effect_text(node, model)
        if is_effect_node(node)
        else _styles_text(node, model, styles),
        strength=None if strength is None else float(strength.value()),
        is_animated=strength is not None and (strength.isAnimated() or strength.hasExpression()),
        frames=frames,
        problem="\n\n".join(problems),
    )


def shot_of(node: nuke.Group, environ: Mapping[str, str] = os.environ) -> str:
    """Return the name of a node's shot; raises ``LookHasNoPlace`` or ``ShotPatternInvalid``."""
    pattern = environ.get(shot_name.PATTERN_VARIABLE, "").strip()
    if pattern and not environ.get(shot_name.SHOT_VARIABLE, "").strip():
        plate = plate_file(node)
        if plate:
            try:
                return shot_name.shot_name(plate, {shot_name.PATTERN_VARIABLE: pattern})
            except LookError:
                pass  # the plates of this node stand elsewhere: the script's path decides
    return shot_name.shot_name(on_node.script_path(), environ)


def plate_file(node: nuke.Group) -> str:
    """Return the file of the first Read above a node's plate, as its knob holds it; or nothing."""
    above: Optional[nuke.Node] = node.input(0)
    for _ in range(_MOST_NODES_UP):
        if above is None:
            return ""
        if above.Class() == "Read":
            return str(above["file"].value() or "")
        if above.Class() == "Input":
            group = above.parent()
            above = group.input(int(above["number"].value())) if group is not None else None
        else:
            above = above.input(0)
    return ""


def _effect_text(node: nuke.Group, model: str) -> str:
    notice = node.knobs().get(node_knobs.NOTICE)
    is_missing = notice is not None and notice.value()
    return f"{model} (not found)" if is_missing else f"{model} (effect)"


def _styles_text(node: nuke.Group, model: str, styles: StyleList) -> str:
    chosen = style_knobs.chosen_styles(node)
    if len(chosen) == 1:
        (style,) = chosen.values()
        return _title(styles, model, style)
    weights = {name: float(node[style_knobs.STYLES[name]].value()) for name in chosen}
    total = sum(weights.values()) or 1.0
    parts = (
        f"{_title(styles, model, style)} {100 * weights[name] / total:.0f} %"
        for name, style in chosen.items()
    )
    return ", ".join(parts)


def _title(styles: StyleList, model: str, style: str) -> str:
    entry = styles.entry(model, style)
    return entry.title if entry is not None else f"{style} (not found)"
