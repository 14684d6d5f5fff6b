"""Holds the nodes that put the plate's grain back on top of the painting, without a render.

::

    plate ─┬─ PlateSoft (Blur) ─ SoftLuma ─┐
           └───────────────────────────────┴─ PlateDetail ─ Grain ─┐
    painting ──────────────────────────────────────────────────────┴─ Grained ─ WithGrain (Switch)

Grain is the plate less its blurred self. So are edges, which would come back as outlines of what
was painted over, but they are larger: what is far above what grain is at that brightness fades out,
by ``d exp(-(d / limit)^4)``. Grain of film and sensors grows with the root of the light, and so
does the limit: 0.12 sqrt(luma + 0.01), which is about three times the grain of a fast stock.
Blur and Expression are in every Nuke; Denoise wants a licence of NukeX.
"""

from __future__ import annotations

import nuke

from nuke_plugin.contract.plate_colour import luma_expression

AMOUNT = "Grained"
"""The Merge whose ``mix`` is the amount, 0 to 1."""

SOFT = "PlateSoft"
"""The Blur whose ``size`` is that of the coarsest grain, in pixels."""

DEFAULT_SIZE_PX = 3

GRAIN_LIMIT = "0.12 * sqrt(max(a, 0) + 0.01)"
"""Above this, in scene light, detail is no grain; ``a`` is the luma of the blurred plate."""

PLACES = {
    SOFT: (640, 380),
    "SoftLuma": (640, 440),
    "PlateDetail": (480, 440),
    "Grain": (480, 500),
    AMOUNT: (320, 500),
    "WithGrain": (160, 560),
}


def add(plate: nuke.Node, painting: nuke.Node) -> nuke.Node:
    """Return the painting with as much of the plate's grain as asked for.

    To be called in the Group's context; ``plate`` holds finite numbers, which a blur cannot spread.
    """
    soft = nuke.nodes.Blur(name=SOFT, channels="rgb")
    soft["crop"].setValue(False)  # overscan has grain too
    soft["size"].setValue(DEFAULT_SIZE_PX)
    soft.setInput(0, plate)
    luma = nuke.nodes.Expression(name="SoftLuma", expr0="r", expr1="g", expr2="b")
    luma["expr3"].setValue(luma_expression("r", "g", "b"))
    luma.setInput(0, soft)
    detail = nuke.nodes.Merge2(name="PlateDetail", operation="minus", bbox="A")
    _only_rgb(detail)  # the alpha stays B's, the luma
    detail.setInput(0, luma)
    detail.setInput(1, plate)
    grain = nuke.nodes.Expression(name="Grain", temp_name0="limit", expr3="0")
    grain["temp_expr0"].setValue(GRAIN_LIMIT)
    for index, channel in enumerate(("r", "g", "b")):
        grain[f"expr{index}"].setValue(f"{channel} * exp(-pow(abs({channel}) / limit, 4))")
    grain.setInput(0, detail)
    grained = nuke.nodes.Merge2(name=AMOUNT, operation="plus", bbox="B")
    _only_rgb(grained)
    grained["mix"].setValue(0)
    grained.setInput(0, painting)
    grained.setInput(1, grain)
    with_grain = nuke.nodes.Switch(name="WithGrain")
    with_grain.setInput(0, painting)
    with_grain.setInput(1, grained)
    with_grain["which"].setExpression(f"{AMOUNT}.mix > 0")
    return with_grain


def _only_rgb(merge: nuke.Node) -> None:
    for name in ("Achannels", "Bchannels", "output"):
        merge[name].setValue("rgb")
