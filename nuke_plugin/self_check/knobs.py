"""Holds the tries of what knobs hold, and what of it a script keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import nuke

from nuke_plugin import style_graph, style_knobs, style_node
from nuke_plugin.node_parts import RESULT_READ
from nuke_plugin.self_check.assumption import holds
from nuke_plugin.self_check.bench import FIRST, Bench

_FILE_TCL = "[file dirname [value root.name]]/impasto/%V/painted.%04d.exr"


def exr_write_knobs(bench: Bench) -> str:
    """Set every text that the plugin sets on a Write, and read it back."""
    write = bench.write(bench.constant(0, 0, 0), bench.file("unused.%04d.exr"))
    wanted = {
        "datatype": "16 bit half",
        "compression": "Zip (1 scanline)",
        "metadata": "all metadata",
        "channels": "all",
        "autocrop": False,
        "raw": True,
        "create_directories": True,
    }
    for name, value in wanted.items():
        write[name].setValue(value)
    found = {name: write[name].value() for name in wanted}
    wrong = [f"{name} is {found[name]!r}" for name in wanted if found[name] != wanted[name]]
    return holds(not wrong, ", ".join(wrong) or "all of them")


def read_knobs(bench: Bench) -> str:
    """Set every text that the plugin sets on a Read, and read it back."""
    read = nuke.nodes.Read()
    wanted = {
        "before": "black",
        "after": "black",
        "on_error": "error",
        "localizationPolicy": "off",
        "raw": True,
    }
    for name, value in wanted.items():
        read[name].setValue(value)
    wrong = [
        f"{name} is {read[name].value()!r}" for name in wanted if read[name].value() != wanted[name]
    ]
    return holds(not wrong, ", ".join(wrong) or "all of them")


def kinds_of_knobs(bench: Bench) -> str:
    """Ask one knob of each kind that the plugin makes for its class."""
    made = {
        "Tab_Knob": nuke.Tab_Knob("a", "A"),
        "Text_Knob": nuke.Text_Knob("b", "B", " "),
        "PyScript_Knob": nuke.PyScript_Knob("c", "C", "pass"),
        "Link_Knob": nuke.Link_Knob("d", "D"),
        "Double_Knob": nuke.Double_Knob("e", "E"),
        "Enumeration_Knob": nuke.Enumeration_Knob("f", "F", ["one"]),
    }
    group = bench.group_with(*made.values())
    found = {name: group[knob.name()].Class() for name, knob in made.items()}
    wrong = [f"{name} calls itself {found[name]}" for name in made if found[name] != name]
    is_array = isinstance(group["e"], nuke.Array_Knob) and isinstance(
        group["f"], nuke.Enumeration_Knob
    )
    return holds(
        not wrong and is_array, ", ".join(wrong) or f"their own; numbers are Array_Knob: {is_array}"
    )


def cascading_menu(bench: Bench) -> str:
    """Choose from a menu of two levels."""
    group = bench.group_with(
        nuke.CascadingEnumeration_Knob("library", "Library", ["a/one", "b/two"])
    )
    group["library"].setValue("b/two")
    found = group["library"].value(), list(group["library"].values())
    return holds(found == ("b/two", ["a/one", "b/two"]), f"value {found[0]!r}, values {found[1]}")


def menus_are_kept(bench: Bench) -> str:
    """Give a menu other items after it was added, copy the node, and look at the pasted one."""
    group = bench.group_with(nuke.Enumeration_Knob("style", "Style", ["one"]))
    group["style"].setValues(["one", "two", "gone"])
    group["style"].setValue("gone")
    bench.copied(group)
    knob = bench.pasted()["style"]
    found = knob.value(), list(knob.values())
    return holds(
        found == ("gone", ["one", "two", "gone"]), f"value {found[0]!r}, values {found[1]}"
    )


def default_is_saved(bench: Bench) -> str:
    """Give a number that holds 1 the default 1, copy the node, and look at the pasted one."""
    group = bench.group_with(nuke.Double_Knob(style_knobs.STRENGTH, "Strength"))
    group[style_knobs.STRENGTH].setValue(1.0)
    style_knobs.apply_flags(group)
    bench.copied(group)
    found = float(bench.pasted()[style_knobs.STRENGTH].value())
    return holds(found == 1, f"{found:g} came back for 1")


def default_is_reset_to(bench: Bench) -> str:
    """Give a number the default 1 while it holds 0.25, and ask for both."""
    group = bench.group_with(nuke.Double_Knob(style_knobs.STRENGTH, "Strength"))
    group[style_knobs.STRENGTH].setValue(0.25)
    style_knobs.apply_flags(group)
    knob = group[style_knobs.STRENGTH]
    found = float(knob.value()), float(knob.defaultValue())
    return holds(found == (0.25, 1), f"value {found[0]:g}, default {found[1]:g}")


def unsaved_knob(bench: Bench) -> str:
    """Forbid a knob to be saved while its node is being pasted, and copy that node."""
    bench.copied(bench.group_with(nuke.String_Knob("notice", "Notice")))

    def forbid() -> None:
        node = nuke.thisNode()
        if "notice" in node.knobs():
            node["notice"].setFlag(nuke.DO_NOT_WRITE)

    with _on_create(forbid):
        pasted = bench.pasted()
    pasted["notice"].setValue("not to be saved")
    text = bench.copied(pasted, "again.nk")
    return holds("not to be saved" not in text, "left out" if "not to be" not in text else "saved")


def knobs_on_create(bench: Bench) -> str:
    """Look, while a Group is pasted, at the value of its own knob."""
    group = bench.group_with(nuke.String_Knob(style_knobs.NOTICE, "Notice"))
    group[style_knobs.NOTICE].setValue("kept")
    bench.copied(group)
    found: list[str] = []

    def look() -> None:
        knobs = nuke.thisNode().knobs()
        found.append(
            knobs[style_knobs.NOTICE].value() if style_knobs.NOTICE in knobs else "no knob"
        )

    with _on_create(look):
        bench.pasted()
    return holds(found == ["kept"], f"found {found}")


def knob_added_again(bench: Bench) -> str:
    """Take a knob away under an expression that looks at it, and add one of its name."""
    group = bench.group_with(nuke.Double_Knob("strength", "Strength"))
    looking = nuke.nodes.Grade()
    looking["mix"].setExpression(f"{group.name()}.strength")
    group.removeKnob(group["strength"])
    group.addKnob(nuke.Double_Knob("strength", "Strength"))
    group["strength"].setValue(0.25)
    has_expression, value = looking["mix"].hasExpression(), float(looking["mix"].value())
    is_right = bool(has_expression) and value == 0.25
    return holds(is_right, f"expression there: {bool(has_expression)}, its value {value:g} of 0.25")


def values_at_frames(bench: Bench) -> str:
    """Ask a number with an expression for its values at frames that are not the current one."""
    knob = nuke.nodes.Grade()["mix"]
    knob.setExpression("frame / 10000")
    view = nuke.views()[0]
    found = [float(knob.getValueAt(frame, 0, view)) for frame in (FIRST, FIRST + 0.5)]
    found.append(float(knob.valueAt(FIRST + 1)))
    right = [0.1001, 0.10015, 0.1002]
    is_right = all(abs(a - b) < 1e-6 for a, b in zip(found, right))
    return holds(is_right, f"{found}, and {right} is right")


def animation_as_text(bench: Bench) -> str:
    """Carry an animation from one number to another as the text of a script."""
    group = bench.group_with(
        nuke.Double_Knob("strength", "Strength"), nuke.Double_Knob("kept", "Kept")
    )
    source, kept = group["strength"], group["kept"]
    source.setAnimated()
    source.setValueAt(0.25, FIRST)
    source.setValueAt(0.75, FIRST + 10)
    kept.fromScript(source.toScript())
    found = [float(kept.valueAt(FIRST)), float(kept.valueAt(FIRST + 10))]
    is_same = kept.toScript() == source.toScript()
    return holds(found == [0.25, 0.75] and is_same, f"{found}, texts are equal: {is_same}")


def curve_as_text(bench: Bench) -> str:
    """Give a number a curve that steps from frame to frame, some below 0, and ask for each."""
    knob = nuke.Double_Knob("kind")
    node = nuke.nodes.Group()
    node.addKnob(knob)
    knob.fromScript("{curve L x-2 1 x3 1 x4 -1 x5 2 x9 2}")
    found = [float(knob.valueAt(frame)) for frame in (-2, 0, 3, 4, 5, 7, 9)]
    return holds(found == [1, 1, 1, -1, 2, 2, 2], f"values {found}")


def clearing_animation(bench: Bench) -> str:
    """Clear the animation of a number that has an expression."""
    knob = nuke.nodes.Grade()["mix"]
    knob.setExpression("0.25")
    knob.clearAnimated()
    left = bool(knob.hasExpression()), bool(knob.isAnimated())
    knob.setValue(0.5)
    is_free = left == (False, False) and float(knob.value()) == 0.5
    return holds(
        is_free, f"expression left: {left[0]}, animation left: {left[1]}, value {knob.value():g}"
    )


def links(bench: Bench) -> str:
    """Follow the Mix of a whole ImpastoStyle node to the knob inside, and set it there."""
    node = style_node.create()
    node.hideControlPanel()
    link = node[style_knobs.MIX]
    is_link = isinstance(link, nuke.Link_Knob)
    inner = link.getLinkedKnob() if is_link else None
    if inner is None:
        return holds(False, f"{type(link).__name__}, leading to no knob")
    inner.setValue(0.25)
    found = inner.name(), float(link.value())
    return holds(found == ("mix", 0.25), f"leads to {found[0]}, and shows {found[1]:g} of 0.25")


def typed_file(bench: Bench) -> str:
    """Type a file with Tcl, a view and a range into a Read."""
    read = nuke.nodes.Read()
    read["file"].fromUserText(f"{_FILE_TCL} {FIRST}-{FIRST + 7}")
    found = read["file"].value(), int(read["first"].value()), int(read["last"].value())
    return holds(found == (_FILE_TCL, FIRST, FIRST + 7), f"{found[0]}, {found[1]} to {found[2]}")


def file_knobs(bench: Bench) -> str:
    """Ask the files of a Read, of a Write and of a whole node's results what they are."""
    node = style_node.create()
    node.hideControlPanel()
    inner = style_graph.inner(node, RESULT_READ)
    made = (nuke.nodes.Read()["file"], nuke.nodes.Write()["file"], inner["file"])
    are_files = all(isinstance(knob, nuke.File_Knob) for knob in made)
    classes = sorted({knob.Class() for knob in made})
    return holds(are_files and classes == ["File_Knob"], ", ".join(classes))


def views_of_a_write(bench: Bench) -> str:
    """Ask a new Write for the views that it writes."""
    value = nuke.nodes.Write()["views"].value()
    names = value.split()
    return holds(bool(names) and set(names) <= set(nuke.views()), repr(value))


def names_of_changed_knobs(bench: Bench) -> str:
    """Ask a Grade with one changed knob for the names of what is not at its default."""
    grade = nuke.nodes.Grade(multiply=2)
    names = grade.writeKnobs(nuke.WRITE_NON_DEFAULT_ONLY).split()
    is_right = "multiply" in names and "add" not in names and set(names) <= set(grade.knobs())
    return holds(is_right, " ".join(names) or "nothing")


@contextmanager
def _on_create(callback: Callable[[], Any]) -> Iterator[None]:
    nuke.addOnCreate(callback, nodeClass="Group")
    try:
        yield
    finally:
        nuke.removeOnCreate(callback, nodeClass="Group")
