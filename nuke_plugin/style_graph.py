"""Holds the nodes inside the *ImpastoStyle* Group; all of them are Nuke's own.

::

    img ─┬─ PlateWrite                       plates for the worker; disabled, so no farm renders it
         ├─────────────┐
         │  ResultRead ├─ Painted (Copy)     rgb from the result, everything else from the plate
         ├─────────────┴─ Result (Switch)    the plate wherever there is no result
         ├─ Unmasked (Dissolve) ┐
         ├─ Masked (Keymix) ────┤            both by mix; Masked by the mask input too
         └──────────────────────┴─ Blend (Switch) ── Output

With the results on disk nothing of this plugin is needed to render. Three expressions make it so.
They name no node outside the Group, so it can be copied, cloned and put into another Group:

* ``Result``: ``error`` is true of a Read whose file is missing; outside its range a Read is black.
* ``Blend``: at mix 0 the plate itself, bit for bit, also where the result holds a NaN.
* ``Blend``: an input of a Group that is not connected is a black picture inside, which a Keymix
  would obey, so whether a mask is connected is asked of the Group: ``[exists parent.input1]``.
"""

from __future__ import annotations

from typing import Optional

import nuke

from nuke_plugin.contract.errors import NodeEdited

PLATE_WRITE = "PlateWrite"
RESULT_READ = "ResultRead"
RESULT = "Result"
MASKED = "Masked"

RESULT_IS_THERE = (
    f"!{RESULT_READ}.error && frame >= {RESULT_READ}.first && frame <= {RESULT_READ}.last"
)
BLEND = f"{MASKED}.mix == 0 ? 0 : 1 + [exists parent.input1]"


def build(group: nuke.Group) -> None:
    """Fill an empty Group; never to be called while a script is loading."""
    with group:
        img = nuke.nodes.Input(name="img")
        mask = nuke.nodes.Input(name="mask")
        img["number"].setValue(0)
        mask["number"].setValue(1)
        _plate_write(img)
        painted = _painted(img, _result_read())
        result = nuke.nodes.Switch(name=RESULT)
        _connect(result, img, painted)
        result["which"].setExpression(RESULT_IS_THERE)
        unmasked = nuke.nodes.Dissolve(name="Unmasked", channels="rgb")
        _connect(unmasked, img, result)
        unmasked["which"].setExpression(f"{MASKED}.mix")
        masked = nuke.nodes.Keymix(name=MASKED, channels="rgb", bbox="B")
        _connect(masked, img, result, mask)
        blend = nuke.nodes.Switch(name="Blend")
        _connect(blend, img, unmasked, masked)
        blend["which"].setExpression(BLEND)
        _connect(nuke.nodes.Output(), blend)
    _lay_out(group)


def inner(group: nuke.Group, name: str) -> nuke.Node:
    """Return a node inside the Group by its name; raises ``NodeEdited`` when it is gone."""
    found = find_inner(group, name)
    if found is None:
        raise NodeEdited(group.fullName(), name)
    return found


def find_inner(group: nuke.Group, name: str) -> Optional[nuke.Node]:
    """Return a node inside the Group by its name, without entering the Group, or None."""
    for node in group.nodes():
        if node.name() == name:
            return node
    return None


def _plate_write(img: nuke.Node) -> nuke.Node:
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


def _result_read() -> nuke.Node:
    read = nuke.nodes.Read(name=RESULT_READ)
    read["raw"].setValue(True)
    read["before"].setValue("black")
    read["after"].setValue("black")
    read["on_error"].setValue("error")
    read["localizationPolicy"].setValue("off")  # a local copy would outlive the next render
    return read


def _painted(img: nuke.Node, read: nuke.Node) -> nuke.Node:
    painted = nuke.nodes.Copy(name="Painted", bbox="B")
    _connect(painted, img, read)
    for index, channel in enumerate(("rgba.red", "rgba.green", "rgba.blue")):
        painted[f"from{index}"].setValue(channel)
        painted[f"to{index}"].setValue(channel)
    return painted


def _connect(node: nuke.Node, *inputs: nuke.Node) -> None:
    for index, source in enumerate(inputs):
        node.setInput(index, source)


def _lay_out(group: nuke.Group) -> None:
    """Put the nodes where a curious compositor can read them."""
    places = {
        "img": (0, 0),
        PLATE_WRITE: (-160, 80),
        RESULT_READ: (160, 60),
        "Painted": (160, 160),
        RESULT: (160, 220),
        "mask": (320, 0),
        "Unmasked": (0, 300),
        MASKED: (320, 300),
        "Blend": (0, 400),
        "Output1": (0, 460),
    }
    for node in group.nodes():
        if node.name() in places:
            node.setXYpos(*places[node.name()])
