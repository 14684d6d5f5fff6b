"""Holds which version of the *ImpastoStyle* node this plugin makes, and which one a script holds.

It is no version of the product: it rises only when the nodes inside or the knobs on the front
change, and with it a step in ``node_upgrade``.
"""

from __future__ import annotations

import nuke

from nuke_plugin.contract.errors import NodeNewer
from nuke_plugin.style_knobs import VERSION_KNOB

NODE_VERSION = 3
"""1: mix and mask by a Keymix; it kept the product's version. 2: up to three styles, light, alpha
and how the network runs; the plate's colour, grain and the mask's fringe live. 3: at strength 0 the
input itself."""


def version_of(group: nuke.Group) -> int:
    """Return the version of an ImpastoStyle node."""
    text = str(group[VERSION_KNOB].value())
    return int(text) if text.isdigit() else 1


def mark(group: nuke.Group) -> None:
    """Say on the node that it is of the present version."""
    group[VERSION_KNOB].setValue(str(NODE_VERSION))


def is_newer(group: nuke.Group) -> bool:
    """Whether a newer plugin made the node: nothing in it may be touched, for it is not known."""
    return version_of(group) > NODE_VERSION


def check_known(group: nuke.Group) -> None:
    """Raise ``NodeNewer`` for a node that this plugin does not know."""
    if is_newer(group):
        raise NodeNewer(group.fullName(), version_of(group), NODE_VERSION)
