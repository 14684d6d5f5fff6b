"""Holds the language of the Expression node, worked out for all pixels at once.

As Foundry's guide says: C-like syntax, channels by their names (``r``, ``g``, ``b``, ``a`` or
``depth.Z``), 32-bit floating point numbers throughout. What is not here is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Value = Any
"""A float32 number or plane."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_][\w.]*)"
    r"|(?P<operator>==|!=|<=|>=|&&|\|\||[-+*/<>!?:(),]))"
)

_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "abs": np.abs,
    "clamp": lambda x, low=0.0, high=1.0: np.minimum(np.maximum(x, low), high),
    "cos": np.cos,
    "exp": np.exp,
    "isinf": lambda x: np.isinf(x),
    "isnan": lambda x: np.isnan(x),
    "max": lambda *values: _folded(np.maximum, values),
    "min": lambda *values: _folded(np.minimum, values),
    "pow": np.power,
    "sin": np.sin,
    "sqrt": np.sqrt,
}

_BINARY: list[dict[str, Callable[[Value, Value], Value]]] = [
    {"||": lambda a, b: (a != 0) | (b != 0)},
    {"&&": lambda a, b: (a != 0) & (b != 0)},
    {"==": np.equal, "!=": np.not_equal},
    {"<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal},
    {"+": np.add, "-": np.subtract},
    {"*": np.multiply, "/": np.divide},
]


class ExpressionInvalid(Exception):
    """A text that is no expression, or that names what is not there."""


def evaluate(text: str, names: Mapping[str, Value]) -> Value:
    """Return what an expression is, of the planes and numbers it may name; float32."""
    with np.errstate(all="ignore"):
        return _Parser(text, names).result()


def _folded(function: Callable[[Value, Value], Value], values: tuple[Value, ...]) -> Value:
    folded = values[0]
    for value in values[1:]:
        folded = function(folded, value)
    return folded


class _Parser:
    def __init__(self, text: str, names: Mapping[str, Value]) -> None:
        self.text, self.names = text, names
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        at, end = 0, len(text.rstrip())
        while at < end:
            match = _TOKEN.match(text, at)
            if match is None:
                raise ExpressionInvalid(f"{text}: syntax error at {text[at:]!r}")
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()

    def result(self) -> Value:
        value = self._choice()
        if self.position != len(self.tokens):
            raise ExpressionInvalid(f"{self.text}: unexpected {self.tokens[self.position][1]!r}")
        return np.asarray(value, np.float32)

    def _peek(self) -> str:
        kind, text = (*self.tokens, ("end", ""))[self.position]
        return text if kind == "operator" else ""

    def _take(self, operator: str) -> None:
        if self._peek() != operator:
            raise ExpressionInvalid(f"{self.text}: expected {operator!r}")
        self.position += 1

    def _choice(self) -> Value:
        value = self._binary(0)
        if self._peek() != "?":
            return value
        self._take("?")
        first = self._choice()
        self._take(":")
        return np.where(value != 0, first, self._choice())

    def _binary(self, level: int) -> Value:
        if level == len(_BINARY):
            return self._unary()
        value = self._binary(level + 1)
        while self._peek() in _BINARY[level]:
            operator = self._peek()
            self.position += 1
            made = _BINARY[level][operator](value, self._binary(level + 1))
            value = np.asarray(made, np.float32)
        return value

    def _unary(self) -> Value:
        operator = self._peek()
        if operator in ("-", "+", "!"):
            self.position += 1
            value = self._unary()
            return {"-": -value, "+": value, "!": np.asarray(value == 0, np.float32)}[operator]
        return self._primary()

    def _primary(self) -> Value:
        if self._peek() == "(":
            self._take("(")
            value = self._choice()
            self._take(")")
            return value
        if self.position == len(self.tokens):
            raise ExpressionInvalid(f"{self.text}: unexpected end")
        kind, text = self.tokens[self.position]
        self.position += 1
        if kind == "number":
            return np.float32(text)
        if kind == "name" and self._peek() == "(":
            return self._call(text)
        if kind == "name" and text in self.names:
            return np.asarray(self.names[text], np.float32)
        raise ExpressionInvalid(f"{self.text}: nothing is named {text!r}")

    def _call(self, name: str) -> Value:
        self._take("(")
        arguments = [self._choice()]
        while self._peek() == ",":
            self._take(",")
            arguments.append(self._choice())
        self._take(")")
        if name not in _FUNCTIONS:
            raise ExpressionInvalid(f"{self.text}: no function {name!r}")
        return np.asarray(_FUNCTIONS[name](*arguments), np.float32)
