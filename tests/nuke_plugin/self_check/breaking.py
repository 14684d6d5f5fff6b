"""Holds, for each assumption of the self-check, a Nuke that does otherwise.

Each function changes the stand-in host as a Nuke could differ from what the code assumes. The
check must see it; what it is told by is the check's own affair.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import nuke
import nukescripts
import pytest
from nuke_standin import (
    array_knob,
    callbacks,
    choice_knobs,
    creation,
    execution,
    expression,
    group,
    interaction,
    knob,
    knob_holder,
    lookup,
    main_thread,
    node,
    node_pictures,
    other_knobs,
    picture_tree,
    script_text,
    session,
    tcl,
    text_knobs,
    undo_log,
    widgets,
)

Patch = pytest.MonkeyPatch
_BUSY = "I'm already executing something else"


def _built(patch: Patch, node_class: str, change: Callable[..., Any]) -> None:
    """Let ``change`` have the operation of a class of nodes before its picture is made."""
    build = node_pictures.BUILDERS[node_class]

    def changed(tree: Any, of: Any, frame: float) -> Any:
        return change(tree, of, frame, build(tree, of, frame))

    patch.setitem(node_pictures.BUILDERS, node_class, changed)


def _texts(patch: Patch, change: Callable[[str], str], key: str = "expressions") -> None:
    def replaced(tree: Any, of: Any, frame: float, made: Any) -> Any:
        return {**made, key: [[name, change(text)] for name, text in made[key]]}

    _built(patch, "Expression", replaced)


def _without_isnan(patch: Patch) -> None:
    def refused(text: str) -> str:
        if "isnan" in text:
            raise RuntimeError(f"{text}: no function isnan")
        return text

    _texts(patch, refused)


def _masks(patch: Patch, **shape: bool) -> None:
    whole = picture_tree.PictureTree._mask

    def without(self: Any, of: Any, frame: float) -> Any:
        found = whole(self, of, frame)
        return None if found is None else {**found, **shape}

    patch.setattr(picture_tree.PictureTree, "_mask", without)


def _switch_looks_at_all(patch: Patch) -> None:
    def look(tree: Any, of: Any, frame: float, made: Any) -> Any:
        tree.inputs(of, frame, of.inputs())
        return made

    _built(patch, "Switch", look)


def _error_is_never_true(patch: Patch) -> None:
    asked = expression.node_attribute

    def quiet(path: str, scope: Any, frame: float) -> Any:
        return 0.0 if path.endswith(".error") else asked(path, scope, frame)

    patch.setattr(expression, "node_attribute", quiet)


def _copy_takes_alpha(patch: Patch) -> None:
    def more(tree: Any, of: Any, frame: float, made: Any) -> Any:
        return {**made, "pairs": [*made["pairs"], ["rgba.alpha", "rgba.alpha"]]}

    _built(patch, "Copy", more)


def _switch_works_on_pixels(patch: Patch) -> None:
    def brighter(tree: Any, of: Any, frame: float, made: Any) -> Any:
        points = {"blackpoint": 0.0, "whitepoint": 1.0, "black": 0.0, "white": 1.0}
        values = {**points, "multiply": 1.0001, "add": 0.0, "gamma": 1.0}
        return {
            "op": "grade",
            "inputs": [made],
            "channels": "rgb",
            "mix": 1.0,
            "black_clamp": False,
            "white_clamp": False,
            **{name: [value] * 4 for name, value in values.items()},
        }

    _built(patch, "Switch", brighter)


def _read_clamps(patch: Patch) -> None:
    def clamped(tree: Any, of: Any, frame: float, made: Any) -> Any:
        limits = {"minimum": [0.0] * 4, "maximum": [1.0] * 4}
        inputs = [tree._append(made, of, frame)]
        return {"op": "clamp", "inputs": inputs, "channels": "all", "mix": 1.0, **limits}

    _built(patch, "Read", clamped)


def _no_compression(patch: Patch) -> None:
    grown = knob_holder.writer_knobs

    def fewer(file_type: str) -> Any:
        return {name: entry for name, entry in grown(file_type).items() if name != "compression"}

    patch.setattr(knob_holder, "writer_knobs", fewer)


def _no_policy(patch: Patch) -> None:
    choose = choice_knobs.Enumeration_Knob.setValue

    def refused(self: Any, item: Any) -> bool:
        if self._name == "localizationPolicy":
            raise TypeError(f"{item} is not in the menu")
        return choose(self, item)

    patch.setattr(choice_knobs.Enumeration_Knob, "setValue", refused)


def _first_items_alone(patch: Patch) -> None:
    def first(self: Any) -> list[tuple[str, str]]:
        return [("M", "{" + self._items[0] + "}")]

    patch.setattr(choice_knobs.Enumeration_Knob, "_definition_extras", first)


def _created_before_knobs(patch: Patch) -> None:
    make = creation.make_node

    def told_at_once(node_class: str) -> Any:
        made = make(node_class)
        callbacks.run("onCreate", made)
        return made

    patch.setattr(creation, "make_node", told_at_once)


def _removal_breaks_expressions(patch: Patch) -> None:
    remove = knob_holder.KnobHolder.removeKnob

    def thorough(self: Any, k: Any) -> None:
        remove(self, k)
        for other in self._group._children.values():
            for held in other._knobs.values():
                if isinstance(held, array_knob.Array_Knob):
                    looks = [isinstance(one, str) and k.name() in one for one in held._value]
                    held._value = [0.0 if x else v for x, v in zip(looks, held._value)]

    patch.setattr(knob_holder.KnobHolder, "removeKnob", thorough)


def _groups_stand_still(patch: Patch) -> None:
    find = expression.find_knob

    def still(path: str, scope: Any) -> Any:
        found = find(path, scope)
        if found is None or not path.startswith("parent."):
            return found
        held = copy.copy(found)
        held._number = lambda frame, view="main", index=0: found._number(found._now(), view, index)
        return held

    patch.setattr(expression, "find_knob", still)


def _clears_keys_alone(patch: Patch) -> None:
    clear = array_knob.Array_Knob.clearAnimated

    def timid(self: Any, index: Any = None, view: Any = None) -> bool:
        return False if self.hasExpression() else clear(self, index, view)

    patch.setattr(array_knob.Array_Knob, "clearAnimated", timid)


def _false_is_a_word(patch: Patch) -> None:
    read = expression._Parser._tcl_number

    def strict(self: Any, text: str) -> float:
        if text in ("true", "false"):
            raise RuntimeError(f"{text} is not a number")
        return read(self, text)

    patch.setattr(expression._Parser, "_tcl_number", strict)


def _groups_are_closed(patch: Patch) -> None:
    step = lookup._step

    def outside(scope: Any, name: str, first: bool) -> Any:
        found = step(scope, name, first)
        return None if found is not None and found._group is scope else found

    patch.setattr(lookup, "_step", outside)


def _project_elsewhere(patch: Patch) -> None:
    evaluate = text_knobs.File_Knob.evaluate

    def elsewhere(self: Any) -> str:
        return "/no/such/folder" if self._name == "project_directory" else evaluate(self)

    for kind in (text_knobs.File_Knob, text_knobs.EvalString_Knob):
        patch.setattr(kind, "evaluate", elsewhere)


def _range_is_stuck(patch: Patch) -> None:
    take = knob.Knob.fromScript

    def stuck(self: Any, script: str) -> bool:
        return True if self._name in ("first_frame", "last_frame") else take(self, script)

    patch.setattr(knob.Knob, "fromScript", stuck)


def _always_modified(patch: Patch) -> None:
    def stays(self: Any, b: bool) -> None:
        self._modified = True

    patch.setattr(group.Root, "setModified", stays)


def _records_always(patch: Patch) -> None:
    def record(self: Any, edit: str) -> None:
        self.steps.append((edit, [edit]))

    patch.setattr(undo_log.UndoLog, "record", record)


def _one_switch(patch: Patch) -> None:
    def enable() -> None:
        session.undo.disabled_depth = 0

    patch.setattr(nuke.Undo, "enable", staticmethod(enable))


def _executed(patch: Patch, said: Callable[[RuntimeError], None]) -> None:
    execute = nuke.executeMultiple

    def otherwise(*args: Any, **kwargs: Any) -> None:
        try:
            execute(*args, **kwargs)
        except RuntimeError as error:
            said(error)

    patch.setattr(nuke, "executeMultiple", otherwise)


def _aborts(patch: Patch) -> None:
    def said(error: RuntimeError) -> None:
        raise RuntimeError("User abort") from error

    _executed(patch, said)


def _hops_execute(patch: Patch) -> None:
    run = main_thread._run_and_print_failure

    def executing(call: Any, args: Any, kwargs: Any) -> Any:
        session.executing = True
        try:
            return run(call, args, kwargs)
        finally:
            session.executing = False

    patch.setattr(main_thread, "_run_and_print_failure", executing)


def _never_executes(patch: Patch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError(_BUSY)

    patch.setattr(nuke, "executeMultiple", refuse)


def _two_qts(patch: Patch) -> None:
    other = "PySide2.QtCore" if "PySide6.QtCore" in sys.modules else "PySide6.QtCore"
    patch.setitem(sys.modules, other, ModuleType(other))


def _plain_labels(patch: Patch) -> None:
    show = widgets.properties_of

    def plain(of: Any) -> Any:
        qt, shown = widgets.qt_widgets(), show(of)
        assert qt is not None
        core = sys.modules[qt.__name__.replace("QtWidgets", "QtCore")]
        for label in shown.findChildren(qt.QLabel):
            label.setTextFormat(core.Qt.TextFormat.PlainText)
        return shown

    patch.setattr(widgets, "properties_of", plain)


def _one_line_messages(patch: Patch) -> None:
    show = widgets.show_message
    patch.setattr(session, "shows_dialogs", True)
    patch.setattr(widgets, "show_message", lambda prompt: show(prompt.replace("\n", " ")))


def _loaded_first(patch: Patch) -> None:
    load = nuke.scriptOpen

    def early(filename: Any = None) -> None:
        callbacks.run("onScriptLoad", session.root)
        load(filename)

    patch.setattr(nuke, "scriptOpen", early)


def _forgets_strength(patch: Patch) -> None:
    is_written = script_text._is_written

    def forgetful(of: Any, flags: int) -> bool:
        return of._name != "strength" and is_written(of, flags)

    patch.setattr(script_text, "_is_written", forgetful)


def _cat_files_fail(patch: Patch) -> None:
    def fail(of: Any) -> None:
        raise RuntimeError("Unknown builtin op: aten::reflection_pad2d")

    patch.setattr(execution, "_make_cat_file", fail)


_Array = array_knob.Array_Knob

BREAKERS: dict[str, Callable[[Patch], object]] = {
    "expression-finite": _without_isnan,
    "expression-variables": lambda p: _texts(p, lambda text: "0.5", "variables"),
    "expression-pow": lambda p: _texts(p, lambda text: text.replace("pow(", "max(")),
    "expression-group-knobs": lambda p: _built(
        p, "Expression", lambda t, n, f, made: {**made, "knobs": dict.fromkeys(made["knobs"], 0.0)}
    ),
    "effect-light": lambda p: _texts(p, lambda text: text.replace("depth.Z", "0")),
    "merge-keeps-alpha": lambda p: _built(
        p, "Merge2", lambda t, n, f, made: {**made, "channels": "rgba"}
    ),
    "mask-fringe": lambda p: _masks(p, fringe=False),
    "mask-invert-mix": lambda p: _masks(p, invert=False),
    "switch-ignores-errors": _switch_looks_at_all,
    "read-error-in-expression": _error_is_never_true,
    "copy-keeps-the-rest": _copy_takes_alpha,
    "mix-0-is-the-plate": _switch_works_on_pixels,
    "parent-in-expression": _groups_stand_still,
    "exists-parent-input": lambda p: p.setitem(tcl.COMMANDS, "exists", lambda t, a: "1"),
    "raw-half-floats": _read_clamps,
    "reload-shows-new-files": lambda p: p.setattr(
        knob_holder.KnobHolder, "_press", lambda self, button: True
    ),
    "exr-write-knobs": _no_compression,
    "read-knobs": _no_policy,
    "knob-classes": lambda p: p.setattr(other_knobs.Link_Knob, "Class", lambda self: "Double_Knob"),
    "cascading-value": lambda p: p.setattr(
        choice_knobs.CascadingEnumeration_Knob,
        "value",
        lambda self: self._value.rpartition("/")[2],
    ),
    "menus-are-kept": _first_items_alone,
    "default-is-saved": lambda p: p.setattr(
        knob.Knob, "_is_unwritten", lambda self: self._is_default()
    ),
    "default-moves-nothing": lambda p: p.setattr(_Array, "setDefaultValue", lambda self, s: None),
    "do-not-write": lambda p: p.setattr(script_text, "DO_NOT_WRITE", 0),
    "knobs-before-on-create": _created_before_knobs,
    "knob-added-again": _removal_breaks_expressions,
    "values-at-frames": lambda p: p.setattr(
        _Array, "getValueAt", lambda self, frame, index=-1, view=None: self.getValue(index)
    ),
    "animation-as-text": lambda p: p.setattr(
        _Array, "_script_text", lambda self: str(self._number(self._now()))
    ),
    "curve-as-text": lambda p: p.setattr(
        array_knob, "on_curve", lambda keys, frame: sum(keys.values()) / len(keys)
    ),
    "clear-animated": _clears_keys_alone,
    "linked-knob": lambda p: p.setattr(other_knobs.Link_Knob, "getLinkedKnob", lambda self: None),
    "typed-file": lambda p: p.setattr(
        text_knobs.File_Knob, "fromUserText", lambda self, s: self.setValue(s)
    ),
    "file-knobs": lambda p: p.setattr(
        text_knobs.File_Knob, "Class", lambda self: "EvalString_Knob"
    ),
    "views-of-a-write": lambda p: p.setattr(
        other_knobs.Opaque_Knob, "value", lambda self: [self._value]
    ),
    "names-of-changed-knobs": lambda p: p.setattr(
        script_text, "_line", lambda of, flags: f"{of._name} {of._to_script()}"
    ),
    "tcl-not-bool": _false_is_a_word,
    "label-looks-inside": _groups_are_closed,
    "filename-keeps-pattern": lambda p: p.setattr(
        nuke, "filename", lambda of, i=None: "/shot/plate.1001.exr"
    ),
    "script-folder": lambda p: p.setitem(tcl.COMMANDS, "file", lambda t, a: "/elsewhere"),
    "project-directory": _project_elsewhere,
    "parent-and-output": lambda p: p.setattr(node.Node, "parent", lambda self: session.root),
    "deleted-node": lambda p: p.setattr(creation, "detach", lambda of, is_shared=False: None),
    "undo-nests": _one_switch,
    "undo-off": _records_always,
    "unmodified-again": _always_modified,
    "project-range-stays": _range_is_stuck,
    "closed-properties": lambda p: p.setattr(knob_holder.KnobHolder, "shown", lambda self: True),
    "frame-ranges": lambda p: p.setattr(nuke.FrameRanges, "toFrameList", lambda self: [1, 2, 3]),
    "executing-flag": lambda p: p.setattr(nuke, "executing", lambda: False),
    "cancelled-error": _aborts,
    "failing-frame": lambda p: _executed(p, lambda error: None),
    "disabled-write": lambda p: p.setattr(
        execution, "_refuse_if_not_renderable", lambda write: None
    ),
    "progress-bar": lambda p: p.setattr(interaction.ProgressTask, "isCancelled", lambda self: True),
    "hop-executes": _hops_execute,
    "hop-carries-errors": lambda p: p.setattr(
        nuke, "executeInMainThreadWithResult", lambda call, args=(), kwargs={}: None
    ),
    "posts-in-order": lambda p: p.setattr(
        nuke, "executeInMainThread", lambda call, args=(), kwargs={}: call(*args)
    ),
    "timer-executes": _never_executes,
    "a-real-frame": lambda p: p.setenv("IMPASTO_PYTHON", "/nowhere/python"),
    "qt-binding": _two_qts,
    "closed-panel-is-told": lambda p: p.setattr(knob_holder, "KNOB_CHANGED_ALWAYS", 0),
    "coloured-text": _plain_labels,
    "message-lines": _one_line_messages,
    "drop-callback": lambda p: p.setattr(nukescripts, "dropData", lambda kind, text: None),
    "torchscript-in-nuke": _cat_files_fail,
    "end-of-loading": _loaded_first,
    "saved-script": _forgets_strength,
    "saved-is-unmodified": _always_modified,
    "raw-arguments": lambda p: p.setattr(nuke, "rawArgs", ["Nuke", "-t"]),
}
"""By the id of an assumption, what makes it false."""
