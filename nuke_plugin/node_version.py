"""Holds which versions of the Impasto nodes this plugin makes, and which one a script holds.

They are no versions of the product: one rises only when the nodes inside or the knobs on the front
change, and with it a step in ``node_upgrade``.
"""

from __future__ import annotations

import nuke

from nuke_plugin.contract.errors import NodeNewer
from nuke_plugin.node_knobs import EFFECT_VERSION_KNOB, VERSION_KNOB

NODE_VERSION = 3
"""Of ImpastoStyle. 1: mix and mask by a Keymix; it kept the product's version. 2: up to three
styles, light, alpha and how the network runs; the plate's colour, grain and the mask's fringe
live. 3: at strength 0 the input itself."""

EFFECT_VERSION = 1
"""Of ImpastoEffect."""


def kind_of(group: nuke.Group) -> str:
    """Return the name of the version knob by which an Impasto node is of its kind."""
    return EFFECT_VERSION_KNOB if EFFECT_VERSION_KNOB in group.knobs() else VERSION_KNOB


def known_version(group: nuke.Group) -> int:
    """Return the version that this plugin makes of nodes of this kind."""
    return EFFECT_VERSION if kind_of(group) == EFFECT_VERSION_KNOB else NODE_VERSION


def version_of(group: nuke.Group) -> int:
    """Return the version of an Impasto node."""
    text = str(group[kind_of(group)].value())
    return int(text) if text.isdigit() else 1


def mark(group: nuke.Group) -> None:
    """Say on the node that it is of the present version."""
    group[kind_of(group)].setValue(str(known_version(group)))


def is_current(group: nuke.Group) -> bool:
    """Whether a node is of the version that this plugin makes."""
    return version_of(group) == known_version(group)


def is_newer(group: nuke.Group) -> bool:
    """Whether a newer plugin made the node: nothing in it may be touched, for it is not known."""
    return version_of(group) > known_version(group)


def check_known(group: nuke.Group) -> None:
    """Raise ``NodeNewer`` for a node that this plugin does not know."""
    if is_newer(group):
        raise NodeNewer(group.fullName(), version_of(group), known_version(group))
