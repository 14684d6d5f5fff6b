"""Holds the nodes that stand inside every Impasto Group: the Write of plates, the Read of results.

With the results on disk nothing of this plugin is needed to render.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

import nuke

from nuke_plugin.contract.errors import NodeEdited

PLATE_WRITE = "PlateWrite"
RESULT_READ = "ResultRead"
RESULT = "Result"
"""The Switch that shows the result where there is one."""

RESULT_IS_THERE = (
    f"!{RESULT_READ}.error && frame >= {RESULT_READ}.first && frame <= {RESULT_READ}.last"
)


def inner(group: nuke.Group, name: str) -> nuke.Node:
    """Return a node inside the Group by its name; raises ``NodeEdited`` when it is gone."""
    found = find_inner(group, name)
    if found is None:
        raise NodeEdited(group.fullName(), f"node {name} inside")
    return found


def find_inner(group: nuke.Group, name: str) -> Optional[nuke.Node]:
    """Return a node inside the Group by its name, without entering the Group, or None."""
    for node in group.nodes():
        if node.name() == name:
            return node
    return None


def plate_write(img: nuke.Node) -> nuke.Node:
    """Return the Write of what the worker reads; disabled, so that no farm renders it."""
    write = nuke.nodes.Write(name=PLATE_WRITE)
    write.setInput(0, img)
    write["file_type"].setValue("exr")  # the knobs of EXR exist only from here on
    write["datatype"].setValue("16 bit half")
    write["compression"].setValue("Zip (1 scanline)")
    write["autocrop"].setValue(False)
    write["metadata"].setValue("all metadata")
    write["raw"].setValue(True)
    write["channels"].setValue("all")
    write["create_directories"].setValue(True)
    write["disable"].setValue(True)
    return write


def result_read() -> nuke.Node:
    """Return the Read of the results."""
    read = nuke.nodes.Read(name=RESULT_READ)
    read["raw"].setValue(True)
    read["before"].setValue("black")
    read["after"].setValue("black")
    read["on_error"].setValue("error")
    read["localizationPolicy"].setValue("off")  # a local copy would outlive the next render
    return read


def connect(node: nuke.Node, *inputs: nuke.Node) -> None:
    """Connect a node's inputs in their order."""
    for index, source in enumerate(inputs):
        node.setInput(index, source)


def place(group: nuke.Group, places: Mapping[str, tuple[int, int]]) -> None:
    """Put the nodes inside where a curious compositor can read them."""
    for node in group.nodes():
        if node.name() in places:
            node.setXYpos(*places[node.name()])
