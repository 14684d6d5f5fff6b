"""Holds the .nk text of nodes: how knobs, user knobs, Groups and wires are written and read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

from nuke_standin import callbacks
from nuke_standin.knob import DO_NOT_WRITE, STARTLINE, Knob
from nuke_standin.knob_kinds import USER_KINDS, bare_knob
from nuke_standin.session import session
from nuke_standin.tcl_words import split_commands

TO_SCRIPT = 1
TO_VALUE = 2
WRITE_USER_KNOB_DEFS = 4
WRITE_ALL = 8
WRITE_NON_DEFAULT_ONLY = 16

_NEVER_WRITTEN = {"panel", "indicators", "rootNodeUpdated", "window"}
_AFTER_USER_KNOBS = ("name", "label", "selected", "xpos", "ypos")


# -- writing ----------------------------------------------------------------------
def knob_lines(node: Any, flags: int) -> list[str]:
    """Return 'name value' lines of a node's knobs, as writeKnobs(flags) and scripts hold them.

    Without TO_SCRIPT and TO_VALUE they are names alone.
    """
    builtin = [knob for knob in node._knobs.values() if not knob._user]
    first = [knob for knob in builtin if knob._name == "file_type"]
    rest = [knob for knob in builtin if knob._name not in ("file_type", *_AFTER_USER_KNOBS)]
    last = [node._knobs[name] for name in _AFTER_USER_KNOBS if name in node._knobs]
    lines: list[str] = []
    for knob in first + rest + last:
        if _is_written(knob, flags):
            lines.append(_line(knob, flags))
    for knob in [knob for knob in node._knobs.values() if knob._user]:
        if flags & WRITE_USER_KNOB_DEFS:
            lines.append(f"addUserKnob {{{knob._definition()}}}")
        if knob._saves_value and _is_written(knob, flags):
            lines.append(_line(knob, flags))
    return lines


def _line(knob: Knob, flags: int) -> str:
    if not flags & (TO_SCRIPT | TO_VALUE):
        return knob._name
    return f"{knob._name} {_value_text(knob, flags)}"


def _value_text(knob: Knob, flags: int) -> str:
    return (
        knob._to_script()
        if flags & TO_SCRIPT or not flags & TO_VALUE
        else knob._text(session.root._frame_now())
    )


def _is_written(knob: Knob, flags: int) -> bool:
    if (
        knob.getFlag(DO_NOT_WRITE)
        or knob._name in _NEVER_WRITTEN
        or knob.Class() == "Obsolete_Knob"
    ):
        return False
    if knob._name == "name":
        return True
    if not knob._saves_value and (knob._user or knob._is_default()):
        return False
    return not (flags & WRITE_NON_DEFAULT_ONLY and knob._is_unwritten())


def node_texts(
    nodes: Iterable[Any],
    indent: str = "",
    outside: str = "push 0",
    known: Optional[dict[int, str]] = None,
) -> list[str]:
    """Return script lines that build `nodes` (of one group) and the wires between them.

    `known` holds the variable of each node written so far: one namespace for the whole script.
    """
    chosen = list(nodes)
    known = {} if known is None else known
    lines: list[str] = []
    for node in _inputs_first(chosen):
        if node.clones():
            from nuke_standin.errors import NotModelled

            raise NotModelled(f"clones in a script ({node.fullName()})")
        for wired in reversed(node._inputs[: node.inputs()]):
            lines.append(
                indent + (outside if id(wired) not in known else f"push ${known[id(wired)]}")
            )
            if wired is None:
                lines[-1] = indent + "push 0"
        lines.append(f"{indent}{node.Class()} {{")
        lines.append(f"{indent} inputs {node.inputs()}")
        flags = TO_SCRIPT | WRITE_NON_DEFAULT_ONLY | WRITE_USER_KNOB_DEFS
        lines += [f"{indent} {line}" for line in knob_lines(node, flags)]
        lines.append(f"{indent}}}")
        if hasattr(node, "_children"):
            lines += node_texts(node._children.values(), indent + " ", known=known)
            lines.append(f"{indent}end_group")
        known[id(node)] = f"N{len(known) + 1:x}"
        lines.append(f"{indent}set {known[id(node)]} [stack 0]")
    return lines


def _inputs_first(nodes: list[Any]) -> list[Any]:
    ordered: list[Any] = []

    def visit(node: Any) -> None:
        if node in ordered or node not in nodes:
            return
        for wired in node._inputs:
            if wired is not None:
                visit(wired)
        ordered.append(node)

    for node in nodes:
        visit(node)
    return ordered


# -- reading ----------------------------------------------------------------------
def read_knobs(node: Any, text: str) -> None:
    """Apply 'name value' lines to a node; an unknown knob is refused, as Nuke reports it."""
    for words in split_commands(text):
        name = str(words[0])
        if name == "inputs":
            continue
        if name == "addUserKnob":
            _add_user_knob(node, split_commands(words[1])[0])
            continue
        knob = node._knobs.get(name)
        if knob is None:
            raise RuntimeError(f"{node.fullName()}: no such knob: {name}")
        value = str(words[1]) if len(words) > 1 else ""
        if name == "name":
            if node._group is not None:
                node.setName(value)
            else:
                knob._value = value
            continue
        knob._from_script(value)
        if name == "file_type":
            node._knob_changed(knob)


def _add_user_knob(node: Any, words: list[Any]) -> None:
    number, name = int(words[0]), str(words[1]) if len(words) > 1 else ""
    if number not in USER_KINDS:
        raise RuntimeError(f"addUserKnob: unknown kind {number}")
    kind = USER_KINDS[number]
    knob = bare_knob(kind, name or f"unnamed_{len(node._knobs)}")
    rest = [str(word) for word in words[2:]]
    while rest:
        option = rest.pop(0)
        if option in ("+STARTLINE", "-STARTLINE"):
            knob._flags = knob._flags | STARTLINE if option[0] == "+" else knob._flags & ~STARTLINE
        elif option[:1] in "+-" and not option[1:2].isdigit():
            continue  # other flags are not kept by a reload
        elif option == "l":
            knob._label = rest.pop(0)
        elif option == "t":
            knob._tooltip = rest.pop(0)
        elif option == "R":
            knob._define("R", f"{rest.pop(0)} {rest.pop(0)}")
        else:
            knob._define(option, rest.pop(0))
    node._attach(knob, user=True)


class ScriptReader:
    """Runs script text: a stack of nodes, as Nuke's loader keeps one."""

    def __init__(self, stack: Optional[list[Any]] = None) -> None:
        self.stack: list[Any] = list(stack or [])
        self.variables: dict[str, Any] = {}
        self.groups: list[Any] = []
        self.made: list[Any] = []
        self.depth = len(session.group_stack)

    def run(self, text: str) -> list[Any]:
        """Build what the text describes; return the top-level nodes made."""
        was_loading, session.loading = session.loading, True
        try:
            for words in split_commands(text):
                self._command(str(words[0]), [str(word) for word in words[1:]])
            if self.groups:
                raise RuntimeError("the script ends inside a Group")
        finally:
            session.loading = was_loading
            del session.group_stack[self.depth :]
        return self.made

    def _command(self, name: str, words: list[str]) -> None:
        if name == "version" or name == "define_window_layout_xml":
            return
        if name == "Root":
            read_knobs(session.root, words[0])
        elif name == "set":
            self.variables[words[0]] = self.stack[-1] if self.stack else None
        elif name == "push":
            self.stack.append(self._pushed(words[0]))
        elif name == "end_group":
            self._end_group()
        elif name == "clone":
            from nuke_standin.errors import NotModelled

            raise NotModelled("clones in a script")
        else:
            self._node(name, words[0] if words else "")

    def _pushed(self, word: str) -> Any:
        if word in ("0", "$cut_paste_input") and word.lstrip("$") not in self.variables:
            return None
        return self.variables[word.lstrip("$")]

    def _node(self, node_class: str, body: str) -> None:
        from nuke_standin.creation import make_node

        wanted = [str(words[1]) for words in split_commands(body) if words[0] == "inputs"]
        count = sum(int(part) for part in wanted[0].split("+")) if wanted else None
        node = make_node(node_class)
        read_knobs(node, body)
        if count is None:
            count = 1 if node._class != "Group" and node.maximumInputs() else 0
        node._inputs = [self.stack.pop() if self.stack else None for _ in range(count)]
        if hasattr(node, "_children"):
            self.groups.append((node, self.stack))
            self.stack = []
            session.group_stack.append(node)
            return
        self._finish(node)

    def _end_group(self) -> None:
        node, self.stack = self.groups.pop()
        session.group_stack.pop()
        self._finish(node)

    def _finish(self, node: Any) -> None:
        self.stack.append(node)
        if not self.groups:
            self.made.append(node)
        callbacks.run("onCreate", node)
