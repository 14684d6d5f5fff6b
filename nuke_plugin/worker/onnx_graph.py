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
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5

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
        for number, value in _fields(memoryview(model)):
            if number == _MODEL_GRAPH:
                graphs += 1
                facts._read_graph(_message(value), 0)
            elif number == _MODEL_OPSETS:
                facts._read_opset(_message(value))
            elif number == _MODEL_FUNCTIONS:
                facts._read_function(_message(value))
        if graphs != 1:
            raise ValueError("it holds no graph")
        return facts

    def _read_opset(self, message: memoryview) -> None:
        domain, version = "", 0
        for number, value in _fields(message):
            if number == _OPSET_DOMAIN:
                domain = _text(value)
            elif number == _OPSET_VERSION and isinstance(value, int):
                version = value
        if domain in _STANDARD_DOMAINS:
            self.opset = version

    def _read_graph(self, message: memoryview, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("its graphs are nested too deeply")
        for number, value in _fields(message):
            if number == _GRAPH_NODE:
                self._read_node(_message(value), depth)
            elif number == _GRAPH_TENSOR:
                tensor = self._read_tensor(_message(value))
                self._keep_constant(tensor.name, tensor, depth)
            elif number == _GRAPH_SPARSE:
                self._read_sparse(_message(value))

    def _read_function(self, message: memoryview) -> None:
        for number, value in _fields(message):
            if number == _FUNCTION_NODE:
                self._read_node(_message(value), 1)
            elif number == _FUNCTION_ATTRIBUTE:  # an attribute's default
                self._read_attribute(_message(value), 0)

    def _read_node(self, message: memoryview, depth: int) -> None:
        operator, domain = "", ""
        inputs: list[str] = []
        outputs: list[str] = []
        tensor = None
        for number, value in _fields(message):
            if number == _NODE_TYPE:
                operator = _text(value)
            elif number == _NODE_DOMAIN:
                domain = _text(value)
            elif number == _NODE_INPUT:
                inputs.append(_text(value))
            elif number == _NODE_OUTPUT:
                outputs.append(_text(value))
            elif number == _NODE_ATTRIBUTE:
                tensor = self._read_attribute(_message(value), depth) or tensor
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
        for number, value in _fields(message):
            if number in _ATTRIBUTE_TENSORS:
                tensor = self._read_tensor(_message(value))
                found = tensor if number == _ATTRIBUTE_TENSOR else found
            elif number in _ATTRIBUTE_GRAPHS:
                self._read_graph(_message(value), depth + 1)
            elif number in _ATTRIBUTE_SPARSE:
                self._read_sparse(_message(value))
        return found

    def _keep_constant(self, name: str, tensor: _Tensor, depth: int) -> None:
        numbers = tensor.numbers()
        if depth == 0 and numbers is not None:
            self.constants[name] = numbers

    def _read_sparse(self, message: memoryview) -> None:
        for number, value in _fields(message):
            if number in _SPARSE_TENSORS:
                self._read_tensor(_message(value))

    def _read_tensor(self, message: memoryview) -> _Tensor:
        tensor = _Tensor()
        for number, value in _fields(message):
            if number == _TENSOR_EXTERNAL_DATA or (number == _TENSOR_DATA_LOCATION and value):
                self.has_external_data = True
            elif number == _TENSOR_NAME:
                tensor.name = _text(value)
            elif number == _TENSOR_TYPE and isinstance(value, int):
                tensor.type = value
            elif number == _TENSOR_DIMS:
                tensor.sides += [value] if isinstance(value, int) else _varints(value)
            elif number in _TENSOR_DATA:
                tensor.stored_bytes += 10 if isinstance(value, int) else len(value)
                if number in (_TENSOR_FLOATS, _TENSOR_RAW) and not isinstance(value, int):
                    room = 8 * _MOST_CONSTANT_NUMBERS + 1 - len(tensor.floats)
                    tensor.floats += value[:room]
        most = tensor.stored_bytes * _MOST_VALUES_A_BYTE
        if any(side >> 63 for side in tensor.sides) or tensor.count > most:
            self.false_tensors.append(tensor.name)
        return tensor


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield each field's number and value: a whole number, or the bytes of anything else."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        if key >> 32:  # other readers drop these bits and would see another field
            raise ValueError("it is not an ONNX model")
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if kind == _LENGTH:
            size, position = _varint(message, position)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("it is not an ONNX model")
        if position + size > len(message):
            raise ValueError("it ends too early")
        yield number, message[position : position + size]
        position += size


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise ValueError("it ends too early")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("it is not an ONNX model")


def _varints(message: memoryview) -> list[int]:
    """Return packed whole numbers."""
    found, position = [], 0
    while position < len(message):
        value, position = _varint(message, position)
        found.append(value)
    return found


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("it is not an ONNX model")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)).decode("utf-8", "replace")
