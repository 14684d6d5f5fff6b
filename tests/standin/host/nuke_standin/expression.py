"""Holds Nuke's expression language, as far as the stand-in's knobs use it.

Grammar: C-like arithmetic, comparison, && || !, a ? b : c, functions, dotted knob
names and [Tcl]. An unknown name raises, as an expression error does in Nuke.
"""

from __future__ import annotations

import math
import re
from typing import Any, Callable

from nuke_standin.lookup import find_knob, node_attribute
from nuke_standin.tcl_words import skip_brackets

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<operator>\*\*|==|!=|<=|>=|&&|\|\||[-+*/%^<>!?:(),])"
    r"|(?P<tcl>\[)"
    r'|(?P<string>"[^"]*"))'
)

_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "ceil": lambda x: float(math.ceil(x)),
    "clamp": lambda x, low=0.0, high=1.0: min(max(x, low), high),
    "cos": math.cos,
    "exp": math.exp,
    "floor": lambda x: float(math.floor(x)),
    "int": lambda x: float(int(x)),
    "lerp": lambda a, b, x: a + (b - a) * x,
    "log": math.log,
    "max": max,
    "min": min,
    "pow": math.pow,
    "rint": lambda x: float(math.floor(x + 0.5)),
    "sin": math.sin,
    "sqrt": math.sqrt,
    "trunc": lambda x: float(int(x)),
}
_BINARY: list[dict[str, Callable[[float, float], float]]] = [
    {"||": lambda a, b: float(bool(a) or bool(b))},
    {"&&": lambda a, b: float(bool(a) and bool(b))},
    {"==": lambda a, b: float(a == b), "!=": lambda a, b: float(a != b)},
    {
        "<": lambda a, b: float(a < b),
        ">": lambda a, b: float(a > b),
        "<=": lambda a, b: float(a <= b),
        ">=": lambda a, b: float(a >= b),
    },
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: a / b, "%": math.fmod},
    {"^": math.pow, "**": math.pow},
]


class ExpressionError(RuntimeError):
    """An expression that cannot be evaluated; the message holds its text."""


def evaluate(text: str, node: Any, frame: float, view: str = "main") -> float:
    """Evaluate an expression in the scope of `node` at `frame`."""
    return _Parser(text, node, frame, view).result()


class _Parser:
    def __init__(self, text: str, node: Any, frame: float, view: str) -> None:
        self.text, self.node, self.frame, self.view = text, node, frame, view
        self.tokens = self._tokens()
        self.position = 0

    def _tokens(self) -> list[tuple[str, str]]:
        from nuke_standin.tcl import Tcl

        tokens: list[tuple[str, str]] = []
        position, text = 0, self.text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise ExpressionError(f"{self.text}: syntax error at {text[position:]!r}")
            kind = str(match.lastgroup)
            if kind == "tcl":
                start = match.end() - 1
                position = skip_brackets(text, start)
                tokens.append(
                    (
                        "value",
                        Tcl(self.node, self.frame, self.view).run(text[start + 1 : position - 1]),
                    )
                )
                continue
            tokens.append((kind, match.group(kind)))
            position = match.end()
        return tokens

    def _peek(self) -> str:
        if self.position < len(self.tokens) and self.tokens[self.position][0] == "operator":
            return self.tokens[self.position][1]
        return ""

    def _take(self, operator: str) -> None:
        if self._peek() != operator:
            raise ExpressionError(f"{self.text}: expected {operator!r}")
        self.position += 1

    def result(self) -> float:
        value = self._choice()
        if self.position != len(self.tokens):
            raise ExpressionError(f"{self.text}: unexpected {self.tokens[self.position][1]!r}")
        return float(value)

    def _choice(self) -> float:
        value = self._binary(0)
        if self._peek() == "?":
            self._take("?")
            first = self._choice()
            self._take(":")
            second = self._choice()
            return first if value else second
        return value

    def _binary(self, level: int) -> float:
        if level == len(_BINARY):
            return self._unary()
        value = self._binary(level + 1)
        while self._peek() in _BINARY[level]:
            operator = self._peek()
            self.position += 1
            value = _BINARY[level][operator](value, self._binary(level + 1))
        return value

    def _unary(self) -> float:
        operator = self._peek()
        if operator in ("-", "+", "!"):
            self.position += 1
            value = self._unary()
            return {"-": -value, "+": value, "!": float(not value)}[operator]
        return self._primary()

    def _primary(self) -> float:
        if self._peek() == "(":
            self._take("(")
            value = self._choice()
            self._take(")")
            return value
        if self.position >= len(self.tokens):
            raise ExpressionError(f"{self.text}: unexpected end")
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            return float(text)
        if kind == "value":
            return self._tcl_number(text)
        if kind == "name":
            return self._call(text) if self._peek() == "(" else self._name(text)
        raise ExpressionError(f"{self.text}: unexpected {text!r}")

    def _tcl_number(self, text: str) -> float:
        try:
            return float({"true": "1", "false": "0"}.get(text, text) or "0")
        except ValueError:
            raise ExpressionError(f"{self.text}: {text!r} is not a number") from None

    def _call(self, name: str) -> float:
        self._take("(")
        arguments: list[float] = []
        while self._peek() != ")":
            arguments.append(self._choice())
            if self._peek() == ",":
                self._take(",")
        self._take(")")
        if name not in _FUNCTIONS:
            raise ExpressionError(f"{self.text}: no function {name!r}")
        return float(_FUNCTIONS[name](*arguments))

    def _name(self, name: str) -> float:
        constants = {"frame": self.frame, "t": self.frame, "pi": math.pi, "true": 1.0, "false": 0.0}
        if name in constants:
            return float(constants[name])
        knob = find_knob(name, self.node)
        if knob is not None:
            return float(knob._number(self.frame, self.view))
        owner, _, component = name.rpartition(".")
        knob = find_knob(owner, self.node) if owner else None
        if knob is not None and component in knob._components():
            return float(knob._number(self.frame, self.view, knob._components().index(component)))
        attribute = node_attribute(name, self.node, self.frame)
        if attribute is not None:
            return attribute
        raise ExpressionError(f"{self.text}: Nothing is named {name!r}")
