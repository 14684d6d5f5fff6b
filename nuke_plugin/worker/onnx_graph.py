"""Holds what an ONNX file says of itself, read before ONNX Runtime may act on it.

A model comes from other people. Operators of a custom domain would load code, and external data
would read files anywhere on the disk; both are refused by looking, not by trying. What an import
wants to know of a graph stands here too: its operators, and the few numbers a picture meets first
and last. The ``onnx`` package is a training dependency, so the fields needed are read from the
protocol buffer here.
Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from nuke_plugin.worker.protocol_buffer import fields, nested, text, varints

_MODEL_GRAPH, _MODEL_OPSETS, _MODEL_FUNCTIONS = 7, 8, 25
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_TENSOR, _GRAPH_SPARSE = 1, 5, 15
_FUNCTION_NODE, _FUNCTION_ATTRIBUTE = 7, 11
_NODE_INPUT, _NODE_OUTPUT, _NODE_TYPE, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_TENSOR = 5
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_FLOATS, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 4, 8, 9
_TENSOR_DATA = (4, 5, 6, 7, 9, 10, 11)
_FLOAT_TYPES = {1: "<f4", 10: "<f2", 11: "<f8"}
_ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = (5, 10), (6, 11), (22, 23)
_SPARSE_TENSORS = (1, 2)
_TENSOR_EXTERNAL_DATA, _TENSOR_DATA_LOCATION = 13, 14
_STANDARD_DOMAINS = ("", "ai.onnx")
_DEEPEST = 32
_MOST_CONSTANT_NUMBERS = 16
_MOST_VALUES_A_BYTE = 8
"""A tensor may hold numbers of a bit each; one that claims more than it holds is a trap."""


@dataclass(frozen=True)
class GraphNode:
    """One step of the main graph."""

    operator: str
    """Name of the operator, such as ``Conv``."""

    inputs: tuple[str, ...]
    """Names of what it reads; an empty name is an input left out."""

    outputs: tuple[str, ...]
    """Names of what it makes."""


@dataclass
class _Tensor:
    """What is read of one tensor."""

    name: str = ""
    sides: list[int] = field(default_factory=list)
    type: int = 0
    stored_bytes: int = 0
    floats: bytearray = field(default_factory=bytearray)

    @property
    def count(self) -> int:
        """How many numbers it claims to hold."""
        return math.prod(self.sides)

    def numbers(self) -> tuple[float, ...] | None:
        """Return its numbers when they are few and floating; else None."""
        kind = _FLOAT_TYPES.get(self.type)
        if kind is None or not 0 < self.count <= _MOST_CONSTANT_NUMBERS:
            return None
        if len(self.floats) != self.count * np.dtype(kind).itemsize:
            return None
        return tuple(float(number) for number in np.frombuffer(bytes(self.floats), kind))


@dataclass
class OnnxGraph:
    """The facts that decide whether a network may be loaded."""

    opset: int = 0
    """Version of the standard operators the graph asks for; 0 when it names none."""

    custom_operators: set[str] = field(default_factory=set)
    """Operators outside the standard, as ``domain.Operator``."""

    has_external_data: bool = False
    """Whether weights are said to lie in other files."""

    nodes: list[GraphNode] = field(default_factory=list)
    """The steps of the main graph, in their order."""

    operators: set[str] = field(default_factory=set)
    """Names of all operators, also those of graphs inside graphs and of functions."""

    node_count: int = 0
    """How many steps there are, likewise."""

    constants: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """The small tensors of floating numbers in the main graph, by name."""

    false_tensors: list[str] = field(default_factory=list)
    """Names of tensors that claim more numbers than they hold, or a side below 0."""

    @classmethod
    def of(cls, model: bytes) -> OnnxGraph:
        """Return the facts of an ONNX file's bytes; raise ``ValueError`` when they are none."""
        facts = cls()
        graphs = 0
        for number, value in fields(memoryview(model)):
            if number == _MODEL_GRAPH:
                graphs += 1
                facts._read_graph(nested(value), 0)
            elif number == _MODEL_OPSETS:
                facts._read_opset(nested(value))
            elif number == _MODEL_FUNCTIONS:
                facts._read_function(nested(value))
        if graphs != 1:
            raise ValueError("it holds no graph")
        return facts

    def _read_opset(self, message: memoryview) -> None:
        domain, version = "", 0
        for number, value in fields(message):
            if number == _OPSET_DOMAIN:
                domain = text(value)
            elif number == _OPSET_VERSION and isinstance(value, int):
                version = value
        if domain in _STANDARD_DOMAINS:
            self.opset = version

    def _read_graph(self, message: memoryview, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("its graphs are nested too deeply")
        for number, value in fields(message):
            if number == _GRAPH_NODE:
                self._read_node(nested(value), depth)
            elif number == _GRAPH_TENSOR:
                tensor = self._read_tensor(nested(value))
                self._keep_constant(tensor.name, tensor, depth)
            elif number == _GRAPH_SPARSE:
                self._read_sparse(nested(value))

    def _read_function(self, message: memoryview) -> None:
        for number, value in fields(message):
            if number == _FUNCTION_NODE:
                self._read_node(nested(value), 1)
            elif number == _FUNCTION_ATTRIBUTE:  # an attribute's default
                self._read_attribute(nested(value), 0)

    def _read_node(self, message: memoryview, depth: int) -> None:
        operator, domain = "", ""
        inputs: list[str] = []
        outputs: list[str] = []
        tensor = None
        for number, value in fields(message):
            if number == _NODE_TYPE:
                operator = text(value)
            elif number == _NODE_DOMAIN:
                domain = text(value)
            elif number == _NODE_INPUT:
                inputs.append(text(value))
            elif number == _NODE_OUTPUT:
                outputs.append(text(value))
            elif number == _NODE_ATTRIBUTE:
                tensor = self._read_attribute(nested(value), depth) or tensor
        if domain not in _STANDARD_DOMAINS:
            self.custom_operators.add(f"{domain}.{operator}")
        self.node_count += 1
        self.operators.add(operator)
        if depth == 0:
            self.nodes.append(GraphNode(operator, tuple(inputs), tuple(outputs)))
        if operator == "Constant" and tensor is not None and outputs:
            self._keep_constant(outputs[0], tensor, depth)

    def _read_attribute(self, message: memoryview, depth: int) -> _Tensor | None:
        """Look into an attribute; return its one tensor, if that is what it is."""
        found = None
        for number, value in fields(message):
            if number in _ATTRIBUTE_TENSORS:
                tensor = self._read_tensor(nested(value))
                found = tensor if number == _ATTRIBUTE_TENSOR else found
            elif number in _ATTRIBUTE_GRAPHS:
                self._read_graph(nested(value), depth + 1)
            elif number in _ATTRIBUTE_SPARSE:
                self._read_sparse(nested(value))
        return found

    def _keep_constant(self, name: str, tensor: _Tensor, depth: int) -> None:
        numbers = tensor.numbers()
        if depth == 0 and numbers is not None:
            self.constants[name] = numbers

    def _read_sparse(self, message: memoryview) -> None:
        for number, value in fields(message):
            if number in _SPARSE_TENSORS:
                self._read_tensor(nested(value))

    def _read_tensor(self, message: memoryview) -> _Tensor:
        tensor = _Tensor()
        for number, value in fields(message):
            if number == _TENSOR_EXTERNAL_DATA or (number == _TENSOR_DATA_LOCATION and value):
                self.has_external_data = True
            elif number == _TENSOR_NAME:
                tensor.name = text(value)
            elif number == _TENSOR_TYPE and isinstance(value, int):
                tensor.type = value
            elif number == _TENSOR_DIMS:
                tensor.sides += [value] if isinstance(value, int) else varints(value)
            elif number in _TENSOR_DATA:
                tensor.stored_bytes += 10 if isinstance(value, int) else len(value)
                if number in (_TENSOR_FLOATS, _TENSOR_RAW) and not isinstance(value, int):
                    room = 8 * _MOST_CONSTANT_NUMBERS + 1 - len(tensor.floats)
                    tensor.floats += value[:room]
        most = tensor.stored_bytes * _MOST_VALUES_A_BYTE
        if any(side >> 63 for side in tensor.sides) or tensor.count > most:
            self.false_tensors.append(tensor.name)
        return tensor
