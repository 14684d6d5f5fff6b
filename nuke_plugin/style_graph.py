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

import nuke

from nuke_plugin import live_colour, live_grain
from nuke_plugin.node_parts import (
    PLATE_WRITE,
    RESULT,
    RESULT_IS_THERE,
    RESULT_READ,
    connect,
    place,
    plate_write,
    result_read,
)
from nuke_plugin.node_parts import find_inner as find_inner
from nuke_plugin.node_parts import inner as inner
from nuke_plugin.style_knobs import STRENGTH

IMG, MASK = "img", "mask"
FINITE_PLATE = "FinitePlate"
PAINTED = "Painted"
UNMASKED, MASKED, BLEND = "Unmasked", "Masked", "Blend"

WHICH_BLEND = f"{MASKED}.mix == 0 || parent.{STRENGTH} == 0 ? 0 : 1 + [exists parent.input1]"


def build(group: nuke.Group) -> None:
    """Fill an empty Group; never to be called while a script is loading."""
    with group:
        img = nuke.nodes.Input(name=IMG)
        mask = nuke.nodes.Input(name=MASK)
        img["number"].setValue(0)
        mask["number"].setValue(1)
        plate_write(img)
        painted = _painted(img, result_read())
        result = nuke.nodes.Switch(name=RESULT)
        connect(result, img, live_picture(img, painted))
        result["which"].setExpression(RESULT_IS_THERE)
        unmasked = nuke.nodes.Dissolve(name=UNMASKED, channels="rgb")
        connect(unmasked, img, result)
        unmasked["which"].setExpression(f"{MASKED}.mix")
        masked = masked_by(img, result, mask)
        blend = nuke.nodes.Switch(name=BLEND)
        connect(blend, img, unmasked, masked)
        blend["which"].setExpression(WHICH_BLEND)
        connect(nuke.nodes.Output(), blend)
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
    connect(masked, img, result, mask)
    return masked


def _painted(img: nuke.Node, read: nuke.Node) -> nuke.Node:
    painted = nuke.nodes.Copy(name=PAINTED, bbox="B")
    connect(painted, img, read)
    for index, channel in enumerate(("rgba.red", "rgba.green", "rgba.blue")):
        painted[f"from{index}"].setValue(channel)
        painted[f"to{index}"].setValue(channel)
    return painted


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
    place(group, places)
