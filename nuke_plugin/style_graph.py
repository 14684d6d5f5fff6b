"""Holds the nodes inside the *ImpastoStyle* Group; all of them are Nuke's own.

::

    img ─┬─ PlateWrite                       plates for the worker; disabled, so no farm renders it
         ├──────────────┐
         │   ResultRead ├─ Painted (Copy)    rgb from the result, everything else from the plate
         │              └─ live_colour ── live_grain      keep plate colour, plate grain
         ├──────────────────────┴─ Result (Switch)        the plate wherever there is no result
         ├─ Unmasked (Dissolve) ┐
         ├─ Masked (Merge) ─────┤            both by mix; Masked by the mask input too
         └──────────────────────┴─ Blend (Switch) ── Output

With the results on disk nothing of this plugin is needed to render. Three expressions make it so.
They name no node outside the Group, so it can be copied, cloned and put into another Group:

* ``Result``: ``error`` is true of a Read whose file is missing; outside its range a Read is black.
* ``Blend``: at mix 0 and at strength 0 the plate itself, bit for bit, also where the result holds
  a NaN, and where the plate is of 32 bits: what the worker is given and paints is half float.
  Strength is asked of the Group, frame by frame: ``parent.strength``.
* ``Blend``: an input of a Group that is not connected is a black picture inside, which a Merge
  would obey, so whether a mask is connected is asked of the Group: ``[exists parent.input1]``.
"""

from __future__ import annotations

from typing import Optional

import nuke

from nuke_plugin import live_colour, live_grain
from nuke_plugin.contract.errors import NodeEdited
from nuke_plugin.style_knobs import STRENGTH

IMG, MASK = "img", "mask"
PLATE_WRITE = "PlateWrite"
RESULT_READ = "ResultRead"
FINITE_PLATE = "FinitePlate"
PAINTED = "Painted"
RESULT = "Result"
UNMASKED, MASKED, BLEND = "Unmasked", "Masked", "Blend"

RESULT_IS_THERE = (
    f"!{RESULT_READ}.error && frame >= {RESULT_READ}.first && frame <= {RESULT_READ}.last"
)
WHICH_BLEND = f"{MASKED}.mix == 0 || parent.{STRENGTH} == 0 ? 0 : 1 + [exists parent.input1]"


def build(group: nuke.Group) -> None:
    """Fill an empty Group; never to be called while a script is loading."""
    with group:
        img = nuke.nodes.Input(name=IMG)
        mask = nuke.nodes.Input(name=MASK)
        img["number"].setValue(0)
        mask["number"].setValue(1)
        _plate_write(img)
        painted = _painted(img, _result_read())
        result = nuke.nodes.Switch(name=RESULT)
        _connect(result, img, live_picture(img, painted))
        result["which"].setExpression(RESULT_IS_THERE)
        unmasked = nuke.nodes.Dissolve(name=UNMASKED, channels="rgb")
        _connect(unmasked, img, result)
        unmasked["which"].setExpression(f"{MASKED}.mix")
        masked = masked_by(img, result, mask)
        blend = nuke.nodes.Switch(name=BLEND)
        _connect(blend, img, unmasked, masked)
        blend["which"].setExpression(WHICH_BLEND)
        _connect(nuke.nodes.Output(), blend)
    lay_out(group)


def live_picture(img: nuke.Node, painted: nuke.Node) -> nuke.Node:
    """Return the painting with what acts on it live; inside the Group's context."""
    plate = nuke.nodes.Expression(name=FINITE_PLATE)
    plate.setInput(0, img)
    for index, channel in enumerate(("r", "g", "b")):
        # A blur would spread what is no number, and inf/inf is none.
        plate[f"expr{index}"].setValue(f"isnan({channel}) || isinf({channel}) ? 0 : {channel}")
    plate["expr3"].setValue("a")
    return live_grain.add(plate, live_colour.add(plate, painted))


def masked_by(img: nuke.Node, result: nuke.Node, mask: nuke.Node) -> nuke.Node:
    """Return the Merge that holds the node's own mask and mix; inside the Group's context."""
    masked = nuke.nodes.Merge2(name=MASKED, operation="copy", bbox="B")
    for name in ("Achannels", "Bchannels", "output"):
        masked[name].setValue("rgb")
    _connect(masked, img, result, mask)
    return masked


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
    painted = nuke.nodes.Copy(name=PAINTED, bbox="B")
    _connect(painted, img, read)
    for index, channel in enumerate(("rgba.red", "rgba.green", "rgba.blue")):
        painted[f"from{index}"].setValue(channel)
        painted[f"to{index}"].setValue(channel)
    return painted


def _connect(node: nuke.Node, *inputs: nuke.Node) -> None:
    for index, source in enumerate(inputs):
        node.setInput(index, source)


def lay_out(group: nuke.Group) -> None:
    """Put the nodes where a curious compositor can read them."""
    places = {
        IMG: (0, 0),
        PLATE_WRITE: (-160, 80),
        RESULT_READ: (160, 60),
        PAINTED: (160, 160),
        FINITE_PLATE: (480, 160),
        **live_colour.PLACES,
        **live_grain.PLACES,
        RESULT: (0, 620),
        MASK: (320, 600),
        UNMASKED: (0, 700),
        MASKED: (320, 700),
        BLEND: (0, 800),
        "Output1": (0, 860),
    }
    for node in group.nodes():
        if node.name() in places:
            node.setXYpos(*places[node.name()])
