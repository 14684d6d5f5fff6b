"""Holds the strip in a node's properties: which of its frames are fresh, stale or missing.

It is a text with coloured blocks, not a widget, because a text needs nothing of the plugin where
the script is opened without it. Nuke tells nobody that something upstream was edited, so while the
properties are open the strip is looked after by a timer, which takes a small part of the time only,
and never more than a slice of a judging at once.
"""

from __future__ import annotations

import time
from collections import deque
from itertools import groupby
from typing import Any, Optional

import nuke

from nuke_plugin import effect_results, frame_states, impasto_nodes, node_knobs, undo
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.frame_states import FRESH, MISSING, STALE, FrameStates, Judging

FAILED = "failed"
_COLOURS = {FRESH: "#6a9f5b", STALE: "#c9973f", MISSING: "#6f6f6f", FAILED: "#b5473c"}
_WORST_LAST = (FRESH, STALE, MISSING, FAILED)

BLOCKS = 48
"""Most blocks of a strip; in a longer range each stands for several frames, for their worst."""

_LEAST_PAUSE_SECONDS = 2.0
_LARGEST_SHARE = 0.05
"""Of the main thread's time that the timer may take."""

_LARGEST_SHARE_OF_A_ROUND = 0.25
"""Of the main thread's time while it judges what is open, slice by slice."""

_BREATH_SECONDS = 0.02
"""Least pause between two slices: what the interface has waiting is done meanwhile."""

_waiting: deque[tuple[nuke.Group, Judging]] = deque()
"""What is still to be judged in this round."""

_spent_seconds = 0.0
"""What this round took up to now."""

_failed: dict[tuple[str, str], FrameRange] = {}
"""By script and node: the node of another script that has its name did not fail."""

_timer: Optional[Any] = None


def note_failed(node: nuke.Group, frames: FrameRange) -> None:
    """Remember which frames of a node's last render failed; none for a render that was whole."""
    _failed[_place(node)] = frames


def show(node: nuke.Group) -> None:
    """Bring a node's strip, and the notice in its label, up to date, at once."""
    _show_states(node, frame_states.of(node))


def show_soon(node: nuke.Group) -> None:
    """Bring them up to date slice by slice; at once where no timer looks after them."""
    if _timer is None:
        show(node)
    elif all(other is not node for other, _ in _waiting):
        _waiting.append((node, Judging(node)))
        _timer.start(0)


def _show_states(node: nuke.Group, states: FrameStates) -> None:
    to_render = set(states.to_render)
    failed = [frame for frame in _failed.get(_place(node), ()) if frame in to_render]
    texts = {
        node_knobs.FRAMES: strip_text(states, FrameRange.from_frames(failed)),
        node_knobs.FRAMES_NOTICE: _notice(states, FrameRange.from_frames(failed)),
    }
    knobs = node.knobs()
    with undo.not_noticed():
        if impasto_nodes.is_effect_node(node):  # others, such as a farm, may have made them
            effect_results.note_kinds(node)
        for name, text in texts.items():
            if name in knobs and knobs[name].value() != text:
                knobs[name].setValue(text)


def _place(node: nuke.Group) -> tuple[str, str]:
    return nuke.root().name(), node.fullName()


def strip_text(states: FrameStates, failed: FrameRange) -> str:
    """Return the strip as rich text: blocks in the order of the frames, then how many of each."""
    if not states.total:
        return "No frames: connect a plate, or correct the frame range."
    state_of = dict.fromkeys(states.fresh, FRESH)
    state_of.update(dict.fromkeys(states.stale, STALE))
    state_of.update(dict.fromkeys(states.missing, MISSING))
    state_of.update(dict.fromkeys(failed, FAILED))
    in_order = [state_of[frame] for frame in sorted(state_of)]
    count = min(BLOCKS, len(in_order))
    edges = [len(in_order) * index // count for index in range(count + 1)]
    blocks = [
        max(in_order[first:last], key=_WORST_LAST.index) for first, last in zip(edges, edges[1:])
    ]
    runs = ((state, len(list(run))) for state, run in groupby(blocks))
    strip = "".join(
        f"<font color='{_COLOURS[state]}'>{'&#9632;' * length}</font>" for state, length in runs
    )
    counts = ", ".join(
        f"{in_order.count(state)} {state}" for state in _WORST_LAST if state in in_order
    )
    return f"{strip}<br>{counts}"


def _notice(states: FrameStates, failed: FrameRange) -> str:
    """Return the line for the label in the graph; empty while there is nothing to say."""
    if failed:
        return f"failed: {failed.to_text()}"
    if not (states.fresh or states.stale):
        return ""  # nothing was rendered: the label says that it shows the input
    counted = ((len(states.stale), STALE), (len(states.missing), MISSING))
    return ", ".join(f"{count} {state}" for count, state in counted if count)


def start() -> None:
    """Look after the strips of all nodes whose properties are open, as long as Nuke runs.

    Where there is no Qt, no properties are open.
    """
    global _timer
    _waiting.clear()
    try:
        from nuke_plugin.qt import QtCore
    except ImportError:
        return
    application = QtCore.QCoreApplication.instance()
    if application is None or _timer is not None:
        return
    _timer = QtCore.QTimer(application)
    _timer.setSingleShot(True)
    _timer.timeout.connect(_look)
    _timer.start(int(1000 * _LEAST_PAUSE_SECONDS))


def _look() -> None:
    """Judge a slice of what waits; where nothing does, begin a round of what is open."""
    global _spent_seconds
    began, is_executing = time.monotonic(), nuke.executing()
    try:
        if not is_executing:
            if not _waiting:
                _spent_seconds = 0.0
                shown = (node for node in impasto_nodes.all_nodes() if node.shown())
                _waiting.extend((node, Judging(node)) for node in shown)
            if _waiting:
                _judge_a_slice()
    finally:
        took = time.monotonic() - began
        _spent_seconds += took
        if _waiting and not is_executing:
            pause = max(_BREATH_SECONDS, took / _LARGEST_SHARE_OF_A_ROUND)
        else:
            pause = max(_LEAST_PAUSE_SECONDS, _spent_seconds / _LARGEST_SHARE)
        assert _timer is not None
        _timer.start(int(1000 * pause))


def _judge_a_slice() -> None:
    """Judge a slice of the first that waits; one that cannot be judged waits no more."""
    node, judging = _waiting.popleft()
    if not impasto_nodes.is_attached(node):
        return
    states = judging.go_on()
    if states is None:
        _waiting.appendleft((node, judging))
    else:
        _show_states(node, states)
