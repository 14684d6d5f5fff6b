"""Holds the tries of Tcl, of file names, and of how a script is loaded, changed and undone."""

from __future__ import annotations

import os
from pathlib import Path

import nuke

from nuke_plugin import cache_paths, render, style_graph, style_node, undo
from nuke_plugin.node_parts import RESULT_READ
from nuke_plugin.self_check.assumption import NotApplicable, holds
from nuke_plugin.self_check.bench import Bench


def truth_of_a_switch(bench: Bench) -> str:
    """Ask in a label whether a Boolean_Knob is off, while it is and while it is not."""
    group = bench.group_with(nuke.Boolean_Knob("follow", "Follow", False))
    group["label"].setValue('[if {![value follow]} {return "off"} else {return "on"}]')
    found = [group["label"].evaluate()]
    group["follow"].setValue(True)
    found.append(group["label"].evaluate())
    return holds(found == ["off", "on"], f"it says {found}")


def label_looks_inside(bench: Bench) -> str:
    """Let a whole ImpastoStyle node say in its label what is inside."""
    node = style_node.create()
    node.hideControlPanel()
    found = node["label"].evaluate()
    return holds(found.startswith("not rendered here"), repr(found.strip()))


def file_name_pattern(bench: Bench) -> str:
    """Ask for the file of a disabled Write whose name has Tcl and a frame number."""
    write = nuke.nodes.Write(file="[string tolower /Shot]/plate.%04d.exr", disable=True)
    found = nuke.filename(write)
    return holds(found == "/shot/plate.%04d.exr", repr(found))


def place_of_the_script(bench: Bench) -> str:
    """Work out the folder of the script by Tcl in a file knob, and by the plugin's own look-up."""
    if not cache_paths.script_is_saved():
        raise NotApplicable("the script was never saved; save it and run the check again")
    text = f"{cache_paths.SCRIPT_FOLDER}/plate.%04d.exr"
    write = nuke.nodes.Write(file=text, disable=True)
    by_tcl, own = nuke.filename(write), cache_paths.without_script_folder(text)
    return holds(by_tcl == own, f"Tcl says {by_tcl}, the plugin {own}")


def project_directory(bench: Bench) -> str:
    """Work out the project directory, from which Nuke reads relative files."""
    found = nuke.root()["project_directory"].evaluate()
    is_folder = not found or Path(os.getcwd(), found).is_dir()
    return holds(is_folder, repr(found))


def outside_of_a_group(bench: Bench) -> str:
    """Step from a node inside a Group to the Group, and from a Group to its Output."""
    group = bench.style_group(bench.constant(0, 0, 0))
    inside = style_graph.inner(group, style_graph.BLEND)
    up, out = inside.parent(), group.output()
    found = up.fullName() if up else None, out.Class() if out else None
    is_right = found == (group.fullName(), "Output") and out.input(0).name() == style_graph.BLEND
    return holds(is_right, f"up leads to {found[0]}, out to {found[1]}")


def deleted_node(bench: Bench) -> str:
    """Ask for the name of a node that was deleted."""
    node = nuke.nodes.NoOp()
    nuke.delete(node)
    try:
        name = node.name()
    except ValueError as error:
        return holds(True, f"ValueError: {error}")
    return holds(False, f"it still says {name!r}")


def no_undo_recorded(bench: Bench) -> str:
    """Count the steps of Undo before and after nodes came and went with Undo off."""
    before = nuke.Undo.undoSize()
    with undo.not_recorded():
        node = nuke.nodes.NoOp()
        node["label"].setValue("gone")
        nuke.delete(node)
    after = nuke.Undo.undoSize()
    return holds(before == after, f"{before} steps before, {after} after")


def undo_off_within_off(bench: Bench) -> str:
    """Switch Undo off twice and on once."""
    undo_history = nuke.Undo()
    undo_history.disable()
    try:
        with undo.not_recorded():
            pass
        is_off = bool(nuke.Undo.disabled())
    finally:
        undo_history.enable()
    return holds(is_off, "still off" if is_off else "on again")


def unmodified_again(bench: Bench) -> str:
    """Make and delete a node in a script that is said to be unmodified, and say so again."""
    root = nuke.root()
    was = root.modified()
    try:
        root.setModified(False)
        nuke.delete(nuke.nodes.NoOp())
        root.setModified(False)
        found = bool(root.modified())
    finally:
        root.setModified(was)
    return holds(not found, "unmodified" if not found else "still modified")


def range_of_the_project(bench: Bench) -> str:
    """Let a node of the plugin read results of frames that lie outside of the project's range."""
    root = nuke.root()
    before = int(root.firstFrame()), int(root.lastFrame())
    frames = before[1] + 101, before[1] + 102
    file = bench.written(bench.constant(1, 1, 1), "late.%04d.exr", frames)
    node = style_node.create()
    node.hideControlPanel()
    read = style_graph.inner(node, RESULT_READ)
    read["file"].setValue(file)
    render.show_files(node)
    range_of_read = int(read["first"].value()), int(read["last"].value())
    after = int(root.firstFrame()), int(root.lastFrame())
    is_right = after == before and range_of_read == frames
    return holds(
        is_right, f"the project's was {before} and is {after}, the Read's is {range_of_read}"
    )


def closed_properties(bench: Bench) -> str:
    """Ask whether the properties of a node are open that never were."""
    found = bool(nuke.nodes.Group().shown())
    return holds(not found, "open" if found else "closed")


def end_of_loading(bench: Bench) -> str:
    """Open a script with a Group and a Grade, and note in which order Nuke calls back."""
    nuke.scriptClear()
    group = nuke.nodes.Group(name="Inside")
    with group:
        nuke.nodes.Grade()
    nuke.nodes.Grade()
    nuke.scriptSaveAs(bench.file("order.nk"), 1)
    called: list[str] = []

    def created() -> None:
        called.append(nuke.thisNode().Class())

    def loaded() -> None:
        called.append("loaded")

    nuke.addOnCreate(created)
    nuke.addOnScriptLoad(loaded)
    try:
        nuke.scriptOpen(bench.file("order.nk"))
    finally:
        nuke.removeOnCreate(created)
        nuke.removeOnScriptLoad(loaded)
    has_nodes = "Grade" in called and "Group" in called
    is_last = called.count("loaded") == 1 and called[-1] == "loaded"
    return holds(has_nodes and is_last, ", ".join(called) or "nothing was called")


def saved_script(bench: Bench) -> str:
    """Save a script with a whole ImpastoStyle node, open it, and look at the node."""
    nuke.scriptClear()
    nuke.scriptSaveAs(bench.file("saved.nk"), 1)
    node = style_node.create()
    name, model, version = node.name(), node["model"].value(), node["impasto_version"].value()
    node["strength"].setValue(0.25)
    nuke.scriptSave()
    nuke.scriptOpen(bench.file("saved.nk"))
    again = nuke.toNode(name)
    if again is None:
        return holds(False, f"no node {name}")
    found = (
        again["model"].value(),
        float(again["strength"].value()),
        again["impasto_version"].value(),
    )
    plate = cache_paths.without_script_folder(cache_paths.default_results(name))
    own = nuke.filename(style_graph.inner(again, RESULT_READ)) or ""
    is_right = found == (model, 0.25, version) and own == plate
    return holds(is_right, f"model {found[0]}, strength {found[1]:g}, results {own}")


def saved_is_unmodified(bench: Bench) -> str:
    """Edit a script, save it, and ask whether it is modified."""
    nuke.nodes.Grade()
    nuke.scriptSave()
    found = bool(nuke.modified())
    return holds(not found, "modified" if found else "unmodified")


def raw_arguments(bench: Bench) -> str:
    """Look for the file that Nuke was told to run among its arguments."""
    files = [argument for argument in nuke.rawArgs if argument.endswith(".py")]
    return holds(bool(files), f"{len(nuke.rawArgs)} arguments, Python files: {files or 'none'}")
