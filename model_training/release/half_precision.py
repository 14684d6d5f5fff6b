"""Holds the half precision form of a network: what lies between its convolutions counts in float16.

What comes before the first convolution and after the last one stays in float32: contour lines are
sine and cosine of up to 200 radians, the luminance window divides by a small deviation, and the
logit of a bright pixel has no place in 11 bits. Inputs and outputs are float32 in both forms.

The converters of ONNX Runtime and onnxconverter-common leave nodes in float32 by name, but round
every tensor between two such nodes to float16 all the same: on a phase of 200 radians that is an
error of 0.06. Which nodes are which is told here by where they stand, so names do not matter.

A convolution of one channel at a time is a window's mean and no layer: it counts in half where it
stands between layers, and in float32 before them, where grain is measured.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_FLOAT_FOR_EVER = {"Resize": (1, 2)}
"""Inputs that the standard wants in float32: a Resize's region and scales."""


def half_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of a network, nodes in order of use, that counts in float16 between convolutions."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    floats = {
        value.name
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.elem_type == TensorProto.FLOAT
    }
    weights = {tensor.name: tensor for tensor in graph.initializer}
    floats |= {name for name, w in weights.items() if w.data_type == TensorProto.FLOAT}
    nodes: list[onnx.NodeProto] = []
    halves: dict[str, str] = {}
    new_weights: list[TensorProto] = []
    made_in_half: set[str] = set()

    def half_of(name: str) -> str:
        """The float16 form of a tensor, made at its first use."""
        if name not in halves:
            halves[name] = f"{name}.half"
            if name in weights:
                values = numpy_helper.to_array(weights[name]).astype(np.float16)
                new_weights.append(numpy_helper.from_array(values, halves[name]))
            else:
                nodes.append(
                    helper.make_node("Cast", [name], [halves[name]], to=TensorProto.FLOAT16)
                )
        return halves[name]

    def back_to_float(name: str) -> None:
        """Make the float32 form of what was made in half, at its first use."""
        if name in made_in_half:
            made_in_half.discard(name)
            nodes.append(helper.make_node("Cast", [halves[name]], [name], to=TensorProto.FLOAT))

    for node, is_between in zip(model.graph.node, between_convolutions(model.graph), strict=True):
        new = onnx.NodeProto()
        new.CopyFrom(node)
        keeps = _FLOAT_FOR_EVER.get(node.op_type, ())
        for place, name in enumerate(node.input):
            if is_between and name in floats and place not in keeps:
                new.input[place] = half_of(name)
            else:
                back_to_float(name)
        if is_between:
            for place, name in enumerate(node.output):
                if name in floats:
                    new.output[place] = halves[name] = f"{name}.half"
                    made_in_half.add(name)
        nodes.append(new)
    for value in graph.output:
        back_to_float(value.name)
    half = onnx.ModelProto()
    half.CopyFrom(model)
    del half.graph.node[:], half.graph.initializer[:], half.graph.value_info[:]
    half.graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = (tensor for tensor in weights.values() if tensor.name in used)
    half.graph.initializer.extend([*kept, *new_weights])
    onnx.checker.check_model(half, full_check=True)
    return half


def between_convolutions(graph: onnx.GraphProto) -> list[bool]:
    """For each node, whether it is a layer's convolution, or stands between two of them."""
    deep = {tensor.name for tensor in graph.initializer if len(tensor.dims) > 1 < tensor.dims[1]}
    behind: set[str] = set()
    """Tensors that a convolution had a part in."""
    ahead: set[str] = set()
    """Tensors that a convolution will have a part in."""
    follows = []
    for node in graph.node:
        is_layer = node.op_type == "Conv" and node.input[1] in deep
        follows.append(is_layer or any(name in behind for name in node.input))
        if follows[-1]:
            behind.update(node.output)
    leads = []
    for node in reversed(graph.node):
        is_layer = node.op_type == "Conv" and node.input[1] in deep
        leads.append(is_layer or any(name in ahead for name in node.output))
        if leads[-1]:
            ahead.update(node.input)
    return [a and b for a, b in zip(follows, reversed(leads), strict=True)]
