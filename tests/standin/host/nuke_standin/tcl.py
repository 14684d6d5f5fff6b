"""Holds the Tcl that knob texts may contain: `[value root.name]`, `[file dirname ...]`, `[if ...]`.

Only the commands in COMMANDS exist; another one raises as Tcl does.
"""

from __future__ import annotations

import fnmatch
import os
from typing import Any, Callable

from nuke_standin.tcl_words import Word, skip_brackets, split_commands, split_list, unescape


class Tcl:
    """Evaluates Tcl in the scope of one node at one frame and view."""

    def __init__(self, node: Any, frame: float, view: str = "main") -> None:
        self.node = node
        self.frame = frame
        self.view = view

    def substitute(self, text: str) -> str:
        """Replace the [commands] and backslash sequences in `text`."""
        out: list[str] = []
        position = 0
        while position < len(text):
            character = text[position]
            if character == "\\":
                escaped, position = unescape(text, position)
                out.append(escaped)
            elif character == "[":
                end = skip_brackets(text, position)
                out.append(self.run(text[position + 1 : end - 1]))
                position = end
            else:
                out.append(character)
                position += 1
        return "".join(out)

    def run(self, script: str) -> str:
        """Run a script and return the result of its last command."""
        result = ""
        for words in split_commands(script):
            name = self._word(words[0])
            command = COMMANDS.get(name)
            if command is None:
                raise RuntimeError(f'invalid command name "{name}"')
            raw = name in ("if", "expr")
            arguments = list(words[1:]) if raw else [self._word(word) for word in words[1:]]
            result = command(self, arguments)
        return result

    def _word(self, word: Word) -> str:
        return str(word) if word.braced or word.plain else self.substitute(str(word))

    def truth(self, condition: str) -> bool:
        from nuke_standin.expression import evaluate

        return evaluate(condition, self.node, self.frame, self.view) != 0


def _value(tcl: Tcl, arguments: list[str]) -> str:
    from nuke_standin.lookup import find_knob

    knob = find_knob(arguments[0], tcl.node)
    if knob is None:
        if len(arguments) > 1:
            return arguments[1]
        raise RuntimeError(f'Nothing is named "{arguments[0]}"')
    return knob._text(tcl.frame, tcl.view)


def _file(tcl: Tcl, arguments: list[str]) -> str:
    operation, paths = arguments[0], [path.replace("\\", "/") for path in arguments[1:]]
    operations: dict[str, Callable[[], Any]] = {
        "dirname": lambda: os.path.dirname(paths[0]) or ".",
        "tail": lambda: os.path.basename(paths[0]),
        "rootname": lambda: os.path.splitext(paths[0])[0],
        "extension": lambda: os.path.splitext(paths[0])[1],
        "join": lambda: os.path.join(*paths),
        "exists": lambda: int(os.path.exists(paths[0])),
        "isfile": lambda: int(os.path.isfile(paths[0])),
        "isdirectory": lambda: int(os.path.isdir(paths[0])),
        "normalize": lambda: os.path.abspath(paths[0]),
    }
    if operation not in operations:
        raise RuntimeError(
            f'bad option "{operation}": must be one of {", ".join(sorted(operations))}'
        )
    return str(operations[operation]()).replace("\\", "/")


def _expr(tcl: Tcl, arguments: list[str]) -> str:
    from nuke_standin.expression import evaluate
    from nuke_standin.numbers import number_text

    return number_text(evaluate(" ".join(arguments), tcl.node, tcl.frame, tcl.view))


def _if(tcl: Tcl, arguments: list[str]) -> str:
    words = [word for word in arguments if word not in ("then",)]
    while words:
        condition, body, words = words[0], words[1], words[2:]
        if tcl.truth(condition):
            return tcl.run(body)
        if words and words[0] == "elseif":
            words = words[1:]
        elif words:
            return tcl.run(words[1] if words[0] == "else" else words[0])
    return ""


def _exists(tcl: Tcl, arguments: list[str]) -> str:
    from nuke_standin.lookup import find_knob, find_node

    return str(
        int(
            find_knob(arguments[0], tcl.node) is not None
            or find_node(arguments[0], tcl.node) is not None
        )
    )


def _string(tcl: Tcl, arguments: list[str]) -> str:
    operation, rest = arguments[0], arguments[1:]
    operations: dict[str, Callable[[], Any]] = {
        "equal": lambda: int(rest[0] == rest[1]),
        "compare": lambda: (rest[0] > rest[1]) - (rest[0] < rest[1]),
        "length": lambda: len(rest[0]),
        "tolower": lambda: rest[0].lower(),
        "toupper": lambda: rest[0].upper(),
        "trim": lambda: rest[0].strip(),
        "match": lambda: int(fnmatch.fnmatchcase(rest[1], rest[0])),
        "first": lambda: rest[1].find(rest[0]),
    }
    if operation not in operations:
        raise RuntimeError(
            f'bad option "{operation}": must be one of {", ".join(sorted(operations))}'
        )
    return str(operations[operation]())


def _format(tcl: Tcl, arguments: list[str]) -> str:
    values: list[Any] = []
    for text in arguments[1:]:
        try:
            values.append(float(text) if "." in text else int(text))
        except ValueError:
            values.append(text)
    return arguments[0] % tuple(values)


def _python(tcl: Tcl, arguments: list[str]) -> str:
    from nuke_standin.session import session

    with session.context(node=tcl.node):
        session.namespace.setdefault("nuke", __import__("nuke"))
        return str(eval(" ".join(arguments), session.namespace))


COMMANDS: dict[str, Callable[[Tcl, list[str]], str]] = {
    "value": _value,
    "knob": _value,
    "file": _file,
    "expr": _expr,
    "if": _if,
    "exists": _exists,
    "string": _string,
    "format": _format,
    "python": _python,
    "frame": lambda tcl, arguments: str(int(tcl.frame)),
    "view": lambda tcl, arguments: tcl.view,
    "getenv": lambda tcl, arguments: os.environ.get(arguments[0], ""),
    "lindex": lambda tcl, arguments: split_list(arguments[0])[int(arguments[1])],
    "concat": lambda tcl, arguments: " ".join(arguments),
    "return": lambda tcl, arguments: arguments[0] if arguments else "",
}
