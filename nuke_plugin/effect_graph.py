"""Holds the nodes inside the *ImpastoEffect* Group; all of them are Nuke's own.

::

    plate ─ Sized (Switch) ─ Matte (Copy) ── PlateWrite    the matte, in the plate's format if any
    matte ──┴────────────────┘
            Sized ─ Empty                                  nothing, in that format
    ResultRead ─ fire, smoke, water ─ Shaded (Switch)      light, of the channels in the file
            Empty, Shaded ─ Result (Switch)                nothing where there is no result
            Empty, Result ─ Faded (Dissolve)               by mix
            plate, Faded ─ Over (Merge)
            Empty, Faded, plate, Over ─ Shown (Switch) ─ Output

Which effect a result holds stands on the front, frame by frame, as the files say
(``effect_results``): the menu may say another by now. No expression names a node outside the Group,
so it can be copied, cloned and put into another Group. An input of a Group that is not connected is
a black picture inside, so whether a plate is connected is asked of the Group:
``[exists parent.input1]``.
"""

from __future__ import annotations

import nuke

from nuke_plugin import effect_shading_graph
from nuke_plugin.contract.effect_card import FIRE, SMOKE, WATER
from nuke_plugin.contract.effect_shading import SHADINGS
from nuke_plugin.effect_knobs import OVER_PLATE, RENDERED_KIND
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

MATTE_INPUT, PLATE_INPUT = "matte", "plate"
SIZED, MATTE, EMPTY = "Sized", "Matte", "Empty"
SHADED, FADED, OVER, SHOWN = "Shaded", "Faded", "Over", "Shown"

HAS_PLATE = "[exists parent.input1]"
WHICH_RESULT = f"{RESULT_IS_THERE} && parent.{RENDERED_KIND} >= 0"
"""A file that is of no effect has no layer to shade, and counts as none."""

WHICH_SHOWN = f"2 * (parent.{OVER_PLATE} && {HAS_PLATE}) + ({FADED}.which > 0)"
"""At mix 0 the plate itself or nothing at all, bit for bit, also where a result holds a NaN."""


def build(group: nuke.Group) -> None:
    """Fill an empty Group; never while a script is loading. The front comes after it."""
    with group:
        matte_in = nuke.nodes.Input(name=MATTE_INPUT)
        plate = nuke.nodes.Input(name=PLATE_INPUT)
        matte_in["number"].setValue(0)
        plate["number"].setValue(1)
        sized = nuke.nodes.Switch(name=SIZED)
        connect(sized, matte_in, plate)
        sized["which"].setExpression(HAS_PLATE)
        matte = nuke.nodes.Copy(name=MATTE, from0="rgba.alpha", to0="rgba.alpha")
        connect(matte, sized, matte_in)
        plate_write(matte)["channels"].setValue("alpha")
        only = nuke.nodes.Remove(operation="keep", channels="rgba", name="OnlyColours")
        only.setInput(0, sized)
        empty = nuke.nodes.Expression(name=EMPTY, expr0="0", expr1="0", expr2="0", expr3="0")
        empty.setInput(0, only)
        shaded = _shaded(result_read())
        result = nuke.nodes.Switch(name=RESULT)
        connect(result, empty, shaded)
        result["which"].setExpression(WHICH_RESULT)
        faded = nuke.nodes.Dissolve(name=FADED, channels="all")
        connect(faded, empty, result)
        faded["which"].setValue(1)
        over = nuke.nodes.Merge2(name=OVER, operation="over", bbox="union")
        connect(over, plate, faded)
        shown = nuke.nodes.Switch(name=SHOWN)
        connect(shown, empty, faded, plate, over)
        shown["which"].setExpression(WHICH_SHOWN)
        connect(nuke.nodes.Output(), shown)
    place(group, _PLACES)


def _shaded(source: nuke.Node) -> nuke.Node:
    """Return the picture of the results, shaded by what stands on the front."""
    graph = effect_shading_graph
    makers = {FIRE: graph.add_fire, SMOKE: graph.add_smoke, WATER: graph.add_water}
    shaded = nuke.nodes.Switch(name=SHADED)
    pictures = [
        add(source, graph.knob_texts(SHADINGS[kind](), before=f"{kind}_"))
        for kind, add in makers.items()
    ]
    connect(shaded, *pictures)
    shaded["which"].setExpression(f"parent.{RENDERED_KIND}")
    return shaded


_PLACES = {
    MATTE_INPUT: (-160, 0),
    PLATE_INPUT: (0, 0),
    SIZED: (0, 80),
    MATTE: (-160, 140),
    PLATE_WRITE: (-160, 220),
    "OnlyColours": (0, 140),
    EMPTY: (0, 220),
    RESULT_READ: (320, 80),
    "Planck": (200, 220),
    "InRec709": (200, 280),
    "Soot": (200, 340),
    "Absorbed": (320, 220),
    "Lit": (320, 280),
    "Raised": (440, 220),
    "Mirror": (440, 280),
    "Water": (440, 340),
    SHADED: (320, 420),
    RESULT: (160, 480),
    FADED: (160, 540),
    OVER: (0, 600),
    SHOWN: (0, 680),
    "Output1": (0, 740),
}
