"""Holds the ways in which networks write a picture as numbers, and how a graph betrays its own.

Between its input and the first step that looks at neighbours, a graph may scale its numbers to
those it was trained on; behind the last one, an activation bounds them. Both are read from the
constants in the graph, without running it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card_parts import ImageTensor
from nuke_plugin.contract.wiring import Triple
from nuke_plugin.worker.onnx_graph import GraphNode, OnnxGraph
from nuke_plugin.worker.picture_values import PictureValues

_SAME = ("Transpose", "Cast", "Identity", "QuantizeLinear", "DequantizeLinear", "Dropout")
_ASIDE = ("Shape",)
_ARITHMETIC = ("Mul", "Div", "Add", "Sub")
_BOUNDED = {"Sigmoid": (0.0, 1.0), "HardSigmoid": (0.0, 1.0), "Tanh": (-1.0, 1.0)}


@dataclass(frozen=True)
class NumberKind:
    """One way to write a picture as numbers."""

    name: str
    """What the options ``--input-range`` and ``--output-range`` call it."""

    range: tuple[float, float] = (0.0, 1.0)
    """The numbers of black and white."""

    mean: Triple = (0.0, 0.0, 0.0)
    """Taken off, in the order R, G, B."""

    deviation: Triple = (1.0, 1.0, 1.0)
    """Divided by, in the order R, G, B."""

    def values(self, tensor: ImageTensor) -> PictureValues:
        """Return what the numbers of a tensor mean, whatever range it had been given."""
        step = -1 if tensor.channels == "BGR" else 1
        low, high = self.range
        ranged = dataclasses.replace(tensor, range=(low, high))
        (first, second, third), (one, two, three) = self.mean[::step], self.deviation[::step]
        return PictureValues(ranged, (first, second, third), (one, two, three))

    def ends(self) -> NDArray[np.float64]:
        """Return the numbers of black and of white by channel R, G, B: (2, 3)."""
        ends = np.array(self.range)[:, None] * np.ones(3)
        return np.asarray((ends - np.array(self.mean)) / np.array(self.deviation), np.float64)


UNIT = NumberKind("0:1")
BYTES = NumberKind("0:255", (0.0, 255.0))
SIGNED = NumberKind("-1:1", (-1.0, 1.0))
IMAGENET = NumberKind("imagenet", (0.0, 1.0), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = NumberKind("caffe", (0.0, 255.0), (123.68, 116.779, 103.939))
KINDS = {kind.name: kind for kind in (UNIT, BYTES, SIGNED, IMAGENET, CAFFE)}

_HALF = NumberKind("-0.5:0.5", (-0.5, 0.5))
_INSIDE = (UNIT, SIGNED, _HALF, IMAGENET, BYTES, CAFFE)
"""What networks compute in, once their own first steps are done."""


@dataclass(frozen=True)
class GraphSign:
    """What a graph's own constants say of its numbers."""

    kind: NumberKind
    """The kind at its border."""

    channels: str | None
    """``RGB`` or ``BGR`` where the constants tell; else None."""

    why: str
    """What was seen."""


def sign_at_input(graph: OnnxGraph, name: str) -> GraphSign | None:
    """Return what the first steps behind an input say of the numbers that it takes."""
    scale, offset, steps = np.ones(3), np.zeros(3), []
    while True:
        users = [node for node in graph.nodes if name in node.inputs]
        users = [node for node in users if node.operator not in _ASIDE]
        if len(users) != 1:
            break
        (node,) = users
        if node.operator in _SAME:
            name = node.outputs[0]
            continue
        number = _constant_beside(graph, node, name)
        if number is None:
            break
        scale, offset = _applied(node.operator, scale, offset, number)
        steps.append(f"{node.operator} {_numbers_text(number)}")
        name = node.outputs[0]
    if not steps:
        return None
    fitting = [
        (outside, order)
        for outside in (BYTES, UNIT, SIGNED)
        for inside in _INSIDE
        for order in ("RGB", "BGR")
        if outside != inside and _is_near(outside.ends() * scale + offset, inside.ends(), order)
    ]
    kinds = list(dict.fromkeys(outside for outside, _ in fitting))
    if len(kinds) != 1:
        return None
    orders = {order for _, order in fitting}
    why = f"the graph itself begins with {', '.join(steps)}"
    return GraphSign(kinds[0], orders.pop() if len(orders) == 1 else None, why)


def sign_at_output(graph: OnnxGraph, name: str) -> GraphSign | None:
    """Return what the last steps before an output say of the numbers that it gives."""
    arithmetic: list[tuple[str, NDArray[np.float64]]] = []
    steps: list[str] = []
    while True:
        makers = [node for node in graph.nodes if name in node.outputs]
        if len(makers) != 1:
            return None
        (node,) = makers
        bounds = _bounds(graph, node)
        if bounds is not None:
            steps.append(node.operator)
            break
        if node.operator in _SAME:
            name = node.inputs[0]
            continue
        inner = [text for text in node.inputs if text not in graph.constants]
        if len(inner) != 1:
            return None
        number = _constant_beside(graph, node, inner[0])
        if number is None:
            return None
        arithmetic.append((node.operator, number))
        steps.append(f"{node.operator} {_numbers_text(number)}")
        name = inner[0]
    scale, offset = np.ones(3), np.zeros(3)
    for operator, number in reversed(arithmetic):
        scale, offset = _applied(operator, scale, offset, number)
    low, high = (float((bound * scale + offset).mean()) for bound in bounds)
    for kind in (UNIT, SIGNED, BYTES):
        width = kind.range[1] - kind.range[0]
        near = max(abs(low - kind.range[0]), abs(high - kind.range[1])) <= 0.1 * width
        if near:
            why = f"the graph ends with {', '.join(reversed(steps))}: {low:g} to {high:g}"
            return GraphSign(kind, None, why)
    return None


def _bounds(graph: OnnxGraph, node: GraphNode) -> tuple[float, float] | None:
    """Return the least and greatest number that a step can give, when it is one that bounds."""
    if node.operator == "Clip" and len(node.inputs) == 3:
        ends = [graph.constants.get(name, ()) for name in node.inputs[1:]]
        if all(len(end) == 1 for end in ends):
            return ends[0][0], ends[1][0]
    return _BOUNDED.get(node.operator)


def _constant_beside(graph: OnnxGraph, node: GraphNode, name: str) -> NDArray[np.float64] | None:
    """Return the numbers, one or one a channel, that a step of arithmetic puts to a tensor."""
    if node.operator not in _ARITHMETIC or len(node.inputs) != 2:
        return None
    is_first = node.inputs[0] == name
    if not is_first and node.operator in ("Sub", "Div"):
        return None
    number = graph.constants.get(node.inputs[1 if is_first else 0], ())
    if len(number) not in (1, 3):
        return None
    return np.array(number) * np.ones(3)


def _applied(
    operator: str,
    scale: NDArray[np.float64],
    offset: NDArray[np.float64],
    number: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return factor and summand after one more step of arithmetic."""
    if operator == "Add":
        return scale, offset + number
    if operator == "Sub":
        return scale, offset - number
    factor = number if operator == "Mul" else 1 / np.where(number == 0, 1, number)
    return scale * factor, offset * factor


def _is_near(found: NDArray[np.float64], ends: NDArray[np.float64], order: str) -> bool:
    """Return whether numbers of black and white are these, within 2 % of their distance."""
    wanted = ends[:, ::-1] if order == "BGR" else ends
    width = float((wanted[1] - wanted[0]).min())
    return bool(np.abs(found - wanted).max() <= 0.02 * width)


def _numbers_text(numbers: Sequence[float] | NDArray[np.float64]) -> str:
    return "/".join(dict.fromkeys(f"{number:.4g}" for number in numbers))
