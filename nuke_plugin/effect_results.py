"""Holds which effect each frame on disk is of, for the node that shades them.

A folder may hold frames of two effects: some were made before another was chosen. Each is shaded by
the layers it has, never by the formulas of another, whose layers it lacks: Nuke would turn red. The
node knows them by a hidden number, which is a curve where frames differ, so that it needs nothing
of the plugin, and shows nothing at a frame whose file is of no effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Optional

import nuke

from nuke_plugin import effect_knobs, node_version
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.job_settings import results_on_disk
from nuke_plugin.result_headers import ResultHeaders


def note_kinds(node: nuke.Group) -> None:
    """Let the node shade each frame that is on disk as what it is; nothing about a file raises."""
    knob = node.knobs().get(effect_knobs.RENDERED_KIND)
    if knob is None or not node_version.is_current(node):
        return  # a render says what is wrong with the node
    try:
        kinds = kinds_on_disk(results_on_disk(node))
    except ImpastoError:
        return  # results without a place; a render says why
    text = _as_script(kinds) if kinds else knob.toScript()
    if knob.toScript() != text:
        knob.fromScript(text)


def kinds_on_disk(patterns: Iterable[str]) -> dict[int, int]:
    """Return the number of the effect of each frame on disk, -1 for a file that is of none.

    A frame whose views are of different effects is of none either: a number holds for all views.
    """
    found: dict[int, int] = {}
    for text in patterns:
        pattern = FramePattern.parse(text)
        headers = ResultHeaders(pattern)
        for frame in pattern.existing_frames():
            kind = _number_of(headers.effect(frame))
            found[frame] = kind if found.get(frame, kind) == kind else effect_knobs.NO_KIND
    return found


def _number_of(effect: Optional[str]) -> int:
    kinds = effect_knobs.KINDS
    return kinds.index(effect) if effect in kinds else effect_knobs.NO_KIND


def _as_script(kinds: Mapping[int, int]) -> str:
    """Return the numbers as a script holds them: one, or a curve with keys where they change.

    A key at both ends of a run, so that the straight lines between them are of use to no frame.
    """
    if len(set(kinds.values())) == 1:
        return str(next(iter(kinds.values())))
    keys: list[str] = []
    for kind, run in groupby(sorted(kinds), kinds.__getitem__):
        frames = list(run)
        keys.extend(f"x{frame} {kind}" for frame in dict.fromkeys((frames[0], frames[-1])))
    return "{curve L " + " ".join(keys) + "}"
