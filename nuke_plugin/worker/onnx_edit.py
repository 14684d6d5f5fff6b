"""Holds the small changes made to an ONNX file in memory before ONNX Runtime loads it.

An input whose value is known becomes a constant of the graph, and ONNX Runtime's own optimiser
works out all that follows from it. The ``onnx`` package is a training dependency, so the few fields
needed are written here; all others stay as they stand in the file, byte for byte.
Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.protocol_buffer import (
    bytes_field,
    fields,
    nested,
    number_field,
    raw_fields,
    text,
)

_MODEL_IR_VERSION, _MODEL_GRAPH, _MODEL_OPSETS = 1, 7, 8
_OPSET_DOMAIN, _OPSET_VERSION = 1, 2
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_TENSOR, _GRAPH_INPUT, _GRAPH_OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _NODE_TYPE = 1, 2, 4
_VALUE_NAME, _VALUE_TYPE = 1, 2
_TYPE_TENSOR, _TENSOR_ELEMENT, _TENSOR_SHAPE = 1, 1, 2
_SHAPE_SIDE, _SIDE_LENGTH = 1, 1
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_TYPES = {"float32": 1, "float16": 10}


def with_constants(model: bytes, constants: Mapping[str, NDArray[Any]]) -> bytes:
    """Return a model in which some inputs, by name, are constants of float32 or float16.

    Raises ``ValueError`` when it is no model, or one of the names is none of its inputs.
    """
    missing = set(constants)
    changed = bytearray()
    for number, value, raw in raw_fields(memoryview(model)):
        if number != _MODEL_GRAPH:
            changed += raw
            continue
        graph = bytearray()
        for part, inner, part_raw in raw_fields(nested(value)):
            name = _value_name(nested(inner)) if part == _GRAPH_INPUT else ""
            if name in constants:
                missing.discard(name)
            else:
                graph += part_raw
        changed += bytes_field(_MODEL_GRAPH, bytes(graph))
    if missing:
        raise ValueError(f"it has no input {', '.join(sorted(missing))}")
    # Messages that occur twice are one message, whose lists follow each other.
    tensors = b"".join(_tensor(name, values) for name, values in constants.items())
    return bytes(changed) + bytes_field(_MODEL_GRAPH, tensors)


def product_model(rows: int, inner: int, weights: NDArray[np.float32]) -> bytes:
    """Return a model of one matrix product, ``product`` = ``left`` (rows, inner) x weights."""
    node = bytes_field(_NODE_INPUT, "left") + bytes_field(_NODE_INPUT, "weights")
    node += bytes_field(_NODE_OUTPUT, "product") + bytes_field(_NODE_TYPE, "MatMul")
    graph = bytes_field(_GRAPH_NODE, node) + bytes_field(_GRAPH_NAME, "product")
    graph += _tensor("weights", weights)
    graph += bytes_field(_GRAPH_INPUT, _value("left", (rows, inner)))
    graph += bytes_field(_GRAPH_OUTPUT, _value("product", (rows, weights.shape[1])))
    opset = bytes_field(_OPSET_DOMAIN, "") + number_field(_OPSET_VERSION, 20)
    return (
        number_field(_MODEL_IR_VERSION, 10)
        + bytes_field(_MODEL_GRAPH, graph)
        + bytes_field(_MODEL_OPSETS, opset)
    )


def _value_name(value: memoryview) -> str:
    name = ""
    for number, inner in fields(value):
        if number == _VALUE_NAME:
            name = text(inner)
    return name


def _tensor(name: str, values: NDArray[Any]) -> bytes:
    """Return the field of a graph that holds a constant."""
    sides = b"".join(number_field(_TENSOR_DIMS, side) for side in values.shape)
    kind = number_field(_TENSOR_TYPE, _TYPES[values.dtype.name])
    content = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
    tensor = sides + kind + bytes_field(_TENSOR_NAME, name) + bytes_field(_TENSOR_RAW, content)
    return bytes_field(_GRAPH_TENSOR, tensor)


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    sides = b"".join(
        bytes_field(_SHAPE_SIDE, number_field(_SIDE_LENGTH, length)) for length in shape
    )
    tensor = number_field(_TENSOR_ELEMENT, _TYPES["float32"]) + bytes_field(_TENSOR_SHAPE, sides)
    kind = bytes_field(_TYPE_TENSOR, tensor)
    return bytes_field(_VALUE_NAME, name) + bytes_field(_VALUE_TYPE, kind)
