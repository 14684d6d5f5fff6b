"""Holds the way of an older Impasto node to the present version, in place.

A Group is a copy of everything in it, so a script keeps the node it was saved with until somebody
changes it. The steps change what stands inside, one version after the other; then the front is made
anew, because a knob can only be added at the end, and all values, animations and expressions are
put back. The node itself, its name, wires, colour and whatever others put on it stay.

Nodes are made inside the Group, which must not happen while Nuke loads: its loader would go on in
the wrong place. So a loaded node waits for the end of the script, a pasted one for the event loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

import nuke

from nuke_plugin import effect_front, node_front, style_graph, style_knobs, undo
from nuke_plugin.contract.errors import ImpastoError, NodeEdited, NodeOlder
from nuke_plugin.node_knobs import EFFECT_VERSION_KNOB, VERSION_KNOB
from nuke_plugin.node_parts import RESULT
from nuke_plugin.node_version import check_known, kind_of, known_version, mark, version_of

_KEYMIX_NAMES = {"maskChannel": "maskChannelMask", "invertMask": "invert_mask", "mix": "mix"}


def check_current(group: nuke.Group) -> None:
    """Raise ``NodeNewer`` or ``NodeOlder`` for a node of another version, without a change to it.

    For whoever looks at nodes at times that no user chose, when a script may be loading.
    """
    check_known(group)
    if version_of(group) < known_version(group):
        raise NodeOlder(group.fullName(), version_of(group), known_version(group))


def ensure_current(group: nuke.Group) -> bool:
    """Bring a node to the present version; whether it was older.

    Never to be called while a script is loading, or in a callback of a knob. Raises ``NodeEdited``
    for an older node whose parts are missing, which then stays as it is, and ``NodeNewer``.
    """
    check_known(group)
    version, known = version_of(group), known_version(group)
    if version == known:
        return False
    way = _WAYS[kind_of(group)]
    with undo.not_recorded():
        for number in range(version, known):
            way.steps[number](group)
        _renew_front(group, way)
        mark(group)
    return True


def upgrade_all(groups: Iterable[nuke.Group]) -> None:
    """Bring nodes to the present version and say so; what cannot be is said and left alone."""
    for group in groups:
        try:
            if ensure_current(group):
                nuke.tprint(
                    f"Impasto: {group.fullName()} was made by an older Impasto and was brought to "
                    f"version {known_version(group)} of the node. Save the script to keep it."
                )
        except ImpastoError as error:
            nuke.warning(error.message)


def _to_2(group: nuke.Group) -> None:
    """Add what acts live, and let a Merge, which has a fringe, take the place of the Keymix."""
    names = ("IMG", "MASK", "PAINTED", "RESULT", "UNMASKED", "MASKED", "BLEND")
    for name in (getattr(style_graph, of) for of in names):
        style_graph.inner(group, name)  # all or nothing
    img, mask = (style_graph.inner(group, name) for name in (style_graph.IMG, style_graph.MASK))
    result = style_graph.inner(group, RESULT)
    keymix = style_graph.inner(group, style_graph.MASKED)
    if keymix.Class() != "Keymix":
        raise NodeEdited(group.fullName(), f"node {style_graph.MASKED} (Keymix) inside")
    values = {new: _value_of(keymix[old]) for old, new in _KEYMIX_NAMES.items()}
    with group:
        live = style_graph.live_picture(img, style_graph.inner(group, style_graph.PAINTED))
        result.setInput(1, live)
        keymix.setName("OlderMasked")
        masked = style_graph.masked_by(img, result, mask)
        for name, value in values.items():
            _give(masked[name], value)
        style_graph.inner(group, style_graph.BLEND).setInput(2, masked)
        nuke.delete(keymix)
    style_graph.lay_out(group)


def _to_3(group: nuke.Group) -> None:
    """Let strength 0 pass the input itself, as mix 0 does."""
    blend = style_graph.inner(group, style_graph.BLEND)
    blend["which"].setExpression(style_graph.WHICH_BLEND)


@dataclass(frozen=True)
class _Way:
    """How nodes of one kind are brought over."""

    steps: Mapping[int, Callable[[nuke.Group], None]]
    """By version, what leads to the next one inside."""

    front: Callable[[nuke.Group], Sequence[nuke.Knob]]
    """The front as a new node has it, with the items of the node's menus."""

    add: Callable[[nuke.Group, Sequence[nuke.Knob]], None]
    """Gives a node its front."""

    texts_start: Mapping[str, str]
    """What the plugin's own label and help begin with; any other is the user's and stays."""

    before: Mapping[str, Any]
    """What a node did before it had a control, where a new one does something else."""


def _style_front(group: nuke.Group) -> Sequence[nuke.Knob]:
    return node_front.front(_items(group, style_knobs.MODEL), _items(group, style_knobs.STYLE))


def _effect_front(group: nuke.Group) -> Sequence[nuke.Knob]:
    return effect_front.front(_items(group, style_knobs.MODEL))


_WAYS: dict[str, _Way] = {
    VERSION_KNOB: _Way(
        {1: _to_2, 2: _to_3},
        _style_front,
        node_front.add_knobs,
        {"label": "[if {[value Result.which] == 0}", "help": "<b>ImpastoStyle</b>"},
        {style_knobs.SCALE_STROKES: False},
    ),
    EFFECT_VERSION_KNOB: _Way(
        {},
        _effect_front,
        effect_front.add_knobs,
        {"label": "[if {[value Result.which] == 0}", "help": "<b>ImpastoEffect</b>"},
        {},
    ),
}
"""By kind of node, the way of its older versions."""


def _renew_front(group: nuke.Group, way: _Way) -> None:
    """Make the front as a new node has it, with the values of the old one."""
    front = way.front(group)
    ours = {knob.name() for knob in front}
    present = [name for name in group.knobs() if name in ours]
    values = {name: _value_of(group[name]) for name in present if _holds_value(group[name])}
    texts = {name: str(group[name].value()) for name in ("label", "help")}
    for name in reversed(present):  # the tab last, when nothing is left in it
        group.removeKnob(group[name])
    way.add(group, front)
    for name, held in way.before.items():
        if name not in present:
            group[name].setValue(held)
    for name, value in values.items():
        _give(group[name], value)
    for name, text in texts.items():
        if not text.startswith(way.texts_start[name]):
            group[name].setValue(text)


def _items(group: nuke.Group, menu: str) -> list[str]:
    return list(group[menu].values()) if menu in group.knobs() else []


def _holds_value(knob: nuke.Knob) -> bool:
    """Whether a knob on the front keeps something itself; a link's stays inside."""
    if knob.Class() == "Text_Knob":
        return knob.name() in (style_knobs.ABOUT, style_knobs.STATUS)
    return knob.Class() not in ("Link_Knob", "Tab_Knob", "PyScript_Knob", "PyCustom_Knob")


def _value_of(knob: nuke.Knob) -> tuple[bool, Any]:
    """Return a knob's value, and whether it is a script's text, which keeps what moves."""
    moves = knob.isAnimated() or knob.hasExpression()
    is_number = isinstance(knob, nuke.Array_Knob) and not isinstance(knob, nuke.Enumeration_Knob)
    return (True, knob.toScript()) if moves or is_number else (False, knob.value())


def _give(knob: nuke.Knob, value: tuple[bool, Any]) -> None:
    is_script, content = value
    if is_script:
        knob.fromScript(content)
    else:
        knob.setValue(content)
