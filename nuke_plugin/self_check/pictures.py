"""Holds the tries of what Nuke's own nodes do with pixels."""

from __future__ import annotations

import math

import nuke

from nuke_plugin import (
    effect_shading_graph,
    live_colour,
    live_grain,
    style_graph,
    style_knobs,
)
from nuke_plugin.contract.effect_shading import SmokeShading
from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS
from nuke_plugin.node_parts import RESULT_READ
from nuke_plugin.self_check.assumption import NotApplicable, holds
from nuke_plugin.self_check.bench import FIRST, Bench, execute, is_near, seen, seen_at, shown

_PLATE, _PAINTED = (0.2, 0.4, 0.1, 0.5), (0.5, 0.1, 0.3, 1.0)


def finite_numbers(bench: Bench) -> str:
    """Look at the plate that the live nodes are given, made of what is no number."""
    odd = nuke.nodes.Expression(expr0="sqrt(-1)", expr1="exp(1000)", expr2="0.25", expr3="1")
    odd.setInput(0, bench.constant(0, 0, 0))
    red, green, _, _ = seen(odd)
    if not (math.isnan(red) and math.isinf(green)):
        raise NotApplicable(f"sqrt(-1) and exp(1000) are {red:g} and {green:g} here, so no plate")
    style_graph.live_picture(odd, bench.constant(*_PAINTED))
    found = seen(_of(bench, style_graph.FINITE_PLATE))
    return holds(is_near(found, (0, 0, 0.25, 1)), shown(found))


def plate_colour(bench: Bench) -> str:
    """Compare what the nodes for the plate's colour show with the formula, worked out here."""
    style_graph.live_picture(bench.constant(*_PLATE), bench.constant(*_PAINTED))
    _of(bench, live_colour.AMOUNT)["which"].setValue(1)
    found = seen(_of(bench, "Colour"))[:3]
    plate, painted = (sum(map(lambda w, c: w * c, LUMA_WEIGHTS, of)) for of in (_PLATE, _PAINTED))
    wanted = [c * min(1, painted / plate) + max(0, painted - plate) for c in _PLATE[:3]]
    return holds(is_near(found, wanted), f"{shown(found)}; the formula says {shown(wanted)}")


def grain(bench: Bench) -> str:
    """Compare what the Expression of the grain shows with the formula, worked out here."""
    style_graph.live_picture(bench.constant(*_PLATE), bench.constant(*_PAINTED))
    detail, luma = (0.05, -0.02, 0.3), 0.5
    expression = _of(bench, "Grain")
    expression.setInput(0, bench.constant(*detail, luma))
    found = seen(expression)[:3]
    limit = 0.12 * math.sqrt(luma + 0.01)
    wanted = [value * math.exp(-((abs(value) / limit) ** 4)) for value in detail]
    return holds(is_near(found, wanted), f"{shown(found)}; the formula says {shown(wanted)}")


def knobs_of_the_group(bench: Bench) -> str:
    """Show a number and a colour that stand on a Group through an Expression inside it."""
    group = bench.group_with(nuke.Double_Knob("bright", "Bright"), nuke.Color_Knob("hue", "Hue"))
    group["bright"].setValue(0.25)
    group["hue"].setValue([0.5, 0.75, 2.0])
    with group:
        source = nuke.nodes.Constant(channels="rgba")
        texts = [f"parent.bright * parent.hue.{part}" for part in "rgb"]
        inside = nuke.nodes.Expression(expr0=texts[0], expr1=texts[1], expr2=texts[2], expr3="1")
        inside.setInput(0, source)
        nuke.nodes.Output().setInput(0, inside)
    found = seen(group)
    wanted = (0.125, 0.1875, 0.5, 1)
    return holds(is_near(found, wanted), f"{shown(found)}, and {shown(wanted)} is right")


def layers_in_expressions(bench: Bench) -> str:
    """Shade smoke whose density came out of a file's layer, and compare it with the formula."""
    copy = nuke.nodes.Copy(from0="rgba.red", to0="depth.Z")
    picture = bench.constant(0.5, 0, 0, 1)
    copy.setInput(0, picture)
    copy.setInput(1, picture)
    file = bench.written(copy, "layers.%04d.exr")
    shading = SmokeShading(density=2.0)
    said = effect_shading_graph.texts_of(shading)
    last = effect_shading_graph.add_smoke(bench.read(file), said, "depth")
    absorbed = last.input(0)
    absorbed["expr3"].setValue(str(absorbed["expr3"].value()).replace("depth.density", "depth.Z"))
    last["temp_expr0"].setValue("1")
    found = seen_at(last, FIRST)[3]
    wanted = 1 - math.exp(-2.0 * 0.5)
    return holds(is_near([found], [wanted]), f"{found:g}, and the formula says {wanted:g}")


def merge_keeps_alpha(bench: Bench) -> str:
    """Add rgb to a picture by the Merge of the grain."""
    style_graph.live_picture(bench.constant(*_PLATE), bench.constant(0.5, 0.1, 0.3, 0.7))
    merge = _of(bench, live_grain.AMOUNT)
    merge["mix"].setValue(1)
    merge.setInput(1, bench.constant(0.1, 0.1, 0.1, 0.25))
    found = seen(merge)
    return holds(is_near(found, (0.6, 0.2, 0.4, 0.7)), shown(found))


def fringe(bench: Bench) -> str:
    """Show a painting of 1 over a plate of 0 where masks of three values are soft."""
    mask = bench.constant(0, 0, 0, 1)
    masked = style_graph.masked_by(bench.constant(0, 0, 0), bench.constant(1, 1, 1), mask)
    masked["maskChannelMask"].setValue("rgba.alpha")
    masked["fringe"].setValue(True)
    found = []
    for value in (0.25, 0.5, 1.0):
        mask["color"].setValue([0, 0, 0, value])
        found.append(seen(masked)[0])
    return holds(is_near(found, (0.75, 1, 0)), f"masks of 0.25, 0.5 and 1 give {shown(found)}")


def inverted_mask(bench: Bench) -> str:
    """Show a painting of 1 over a plate of 0 by half of an inverted mask of 0.25."""
    mask = bench.constant(0, 0, 0, 0.25)
    masked = style_graph.masked_by(bench.constant(0, 0, 0), bench.constant(1, 1, 1), mask)
    masked["maskChannelMask"].setValue("rgba.alpha")
    masked["invert_mask"].setValue(True)
    masked["mix"].setValue(0.5)
    found = seen(masked)[0]
    return holds(is_near([found], [0.375]), shown([found]))


def switch_and_errors(bench: Bench) -> str:
    """Let a Switch show its first input while its second is a file that is not there."""
    switch = nuke.nodes.Switch()
    switch.setInput(0, bench.constant(*_PLATE))
    switch.setInput(1, bench.read(bench.file("absent.%04d.exr")))
    found = seen(switch)
    is_quiet = not switch.treeHasError()
    return holds(is_quiet and is_near(found, _PLATE), f"{shown(found)}, no error: {is_quiet}")


def missing_results(bench: Bench) -> str:
    """Look at the node's own graph where a result is there, where it is missing, and outside."""
    file = bench.written(bench.constant(*_PAINTED), "result.%04d.exr", (FIRST, FIRST + 2))
    group = bench.style_group(bench.constant(*_PLATE))
    read = style_graph.inner(group, RESULT_READ)
    read["file"].setValue(file)
    read["first"].setValue(FIRST)
    read["last"].setValue(FIRST + 2)
    red = [seen_at(group, FIRST + frame)[0] for frame in (0, 1, 2, 50)]
    wanted = [_PAINTED[0], _PLATE[0], _PAINTED[0], _PLATE[0]]
    return holds(is_near(red, wanted), f"red is {shown(red)}, and {shown(wanted)} is right")


def rest_of_the_plate(bench: Bench) -> str:
    """Look at the alpha of a node whose result has another, and of the Copy inside it."""
    group = _with_result(bench, bench.constant(*_PAINTED))
    found = *seen_at(group, FIRST), seen(style_graph.inner(group, style_graph.PAINTED))[3]
    right = (*_PAINTED[:3], _PLATE[3], _PLATE[3])
    return holds(is_near(found, right), f"{shown(found)}, and {shown(right)} is right")


def mix_of_0(bench: Bench) -> str:
    """Compare a node at mix 0 with its plate, bit for bit."""
    group = _with_result(bench, bench.constant(*_PAINTED))
    style_graph.inner(group, style_graph.MASKED)["mix"].setValue(0)
    found, plate = seen_at(group, FIRST), seen_at(group.input(0), FIRST)
    return holds(found == plate, f"{shown(found)}; the plate is {shown(plate)}")


def strength_of_0(bench: Bench) -> str:
    """Compare a node with its plate where its strength is 0, and where it is 1."""
    group = _with_result(bench, bench.constant(*_PAINTED), last=FIRST + 1)
    group[style_knobs.STRENGTH].setExpression(f"frame == {FIRST}")
    painted, found = seen_at(group, FIRST), seen_at(group, FIRST + 1)
    plate = seen_at(group.input(0), FIRST + 1)
    is_right = found == plate and is_near(painted[:3], _PAINTED[:3])
    return holds(is_right, f"{shown(found)}, at 1 {shown(painted)}; the plate is {shown(plate)}")


def connected_mask(bench: Bench) -> str:
    """Ask the node's own graph whether a mask is connected, before and after one is."""
    group = bench.style_group(bench.constant(*_PLATE))
    which = style_graph.inner(group, style_graph.BLEND)["which"]
    before = float(which.value())
    group.setInput(1, bench.constant(0, 0, 0))
    after = float(which.value())
    return holds(
        (before, after) == (1, 2), f"Blend.which is {before:g} without a mask, {after:g} with"
    )


def raw_half_floats(bench: Bench) -> str:
    """Write a bright, a negative and a dark value as a plate and read them back."""
    light = (40.0, -0.5, 0.25, 0.5)
    found = seen_at(bench.read(bench.written(bench.constant(*light), "raw.%04d.exr")), FIRST)
    return holds(is_near(found, light), f"{shown(found)}; {shown(light)} was written")


def reload_shows_new_files(bench: Bench) -> str:
    """Write a file again under a Read that has shown it, and press reload."""
    source = bench.constant(0.25, 0.25, 0.25)
    write = bench.write(bench.small(source), bench.file("again.%04d.exr"))
    execute(write)
    read = bench.read(bench.file("again.%04d.exr"))
    before = seen_at(read, FIRST)[0]
    source["color"].setValue([0.75, 0.75, 0.75, 1])
    execute(write)
    read["reload"].execute()
    after = seen_at(read, FIRST)[0]
    return holds(is_near((before, after), (0.25, 0.75)), f"{before:g}, then {after:g}")


def _with_result(bench: Bench, painted: nuke.Node, last: int = FIRST) -> nuke.Group:
    """Return a Group like an ImpastoStyle node whose results from ``FIRST`` on are a painting."""
    file = bench.written(painted, "result.%04d.exr", range(FIRST, last + 1))
    group = bench.style_group(bench.small(bench.constant(*_PLATE)))
    read = style_graph.inner(group, RESULT_READ)
    read["file"].setValue(file)
    read["first"].setValue(FIRST)
    read["last"].setValue(last)
    return group


def _of(bench: Bench, name: str) -> nuke.Node:
    return style_graph.inner(bench.group, name)
