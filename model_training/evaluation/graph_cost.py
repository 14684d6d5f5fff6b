"""Holds the cost of a network, counted from its ONNX graph: multiply-accumulates for one pixel.

Only what multiplies matrices counts (Conv, ConvTranspose, Gemm, MatMul): the rest is a few per cent
and no measure of it is comparable. What does not grow with the picture, such as the mixing of style
rows, cancels out: the graph is counted at two sizes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import onnx

_BASE_PX = 256

Shapes = Mapping[str, Sequence[int]]


class GraphUncountable(ValueError):
    """The cost of a graph cannot be read from it; the sentence says why."""


def kmac_per_pixel(model: onnx.ModelProto, image: str = "image") -> float:
    """Thousands of multiply-accumulates for one pixel of the input ``image``.

    ``image`` is (N, 3, H, W) or (N, H, W, 3). A graph of one fixed size is counted at that size.
    Raises GraphUncountable where a size is not known before the graph runs.
    """
    height, width = _picture_axes(model, image)
    if height is None or width is None:
        small = _macs(model, image, (_BASE_PX, _BASE_PX))
        large = _macs(model, image, (_BASE_PX, 2 * _BASE_PX))
        return (large - small) / _BASE_PX**2 / 1000.0
    return _macs(model, image, None) / (height * width) / 1000.0


def _picture_axes(model: onnx.ModelProto, image: str) -> tuple[int | None, int | None]:
    """Height and width of the image input, None where they are free."""
    for value in model.graph.input:
        if value.name == image:
            sides = value.type.tensor_type.shape.dim
            rows, columns = _spatial(sides)
            known = [s.dim_value if s.HasField("dim_value") else None for s in (rows, columns)]
            return known[0], known[1]
    raise GraphUncountable(f"The graph has no input named '{image}'.")


def _spatial(
    sides: Sequence[onnx.TensorShapeProto.Dimension],
) -> tuple[onnx.TensorShapeProto.Dimension, onnx.TensorShapeProto.Dimension]:
    """The height and the width among four axes: the last two, unless the last has 3 channels."""
    if len(sides) != 4:
        raise GraphUncountable(f"Its image has {len(sides)} axes and must have 4.")
    is_last = sides[3].dim_value in (3, 4) and sides[1].dim_value not in (3, 4)
    return (sides[1], sides[2]) if is_last else (sides[2], sides[3])


def _macs(model: onnx.ModelProto, image: str, size: tuple[int, int] | None) -> int:
    """Multiply-accumulates of the whole graph for one picture of (height, width)."""
    sized = onnx.ModelProto.FromString(model.SerializeToString())
    del sized.graph.value_info[:]
    for value in sized.graph.input:
        sides = value.type.tensor_type.shape.dim
        if value.name == image and size is not None:
            for side, length in zip(_spatial(sides), size, strict=True):
                side.dim_value = length
        for side in sides:
            if not side.HasField("dim_value"):
                side.dim_value = 1
    for value in sized.graph.output:
        value.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(sized, strict_mode=True, data_prop=True).graph
    shapes: dict[str, Sequence[int]] = {w.name: tuple(w.dims) for w in inferred.initializer}
    for value in (*inferred.input, *inferred.value_info, *inferred.output):
        sides = value.type.tensor_type.shape.dim
        if all(side.HasField("dim_value") for side in sides):
            shapes[value.name] = tuple(side.dim_value for side in sides)
    return sum(_node_macs(node, shapes) for node in inferred.node)


def _node_macs(node: onnx.NodeProto, shapes: Shapes) -> int:
    if node.op_type == "Conv":
        return math.prod(_shape(node.output[0], shapes)) * math.prod(
            _shape(node.input[1], shapes)[1:]
        )
    if node.op_type == "ConvTranspose":
        return math.prod(_shape(node.input[0], shapes)) * math.prod(
            _shape(node.input[1], shapes)[1:]
        )
    if node.op_type == "MatMul":
        return math.prod(_shape(node.output[0], shapes)) * _shape(node.input[0], shapes)[-1]
    if node.op_type == "Gemm":
        transposed = any(a.name == "transA" and a.i for a in node.attribute)
        inner = _shape(node.input[0], shapes)[0 if transposed else 1]
        return math.prod(_shape(node.output[0], shapes)) * inner
    if any(a.HasField("g") or a.graphs for a in node.attribute):
        raise GraphUncountable(f"It holds a {node.op_type}, whose turns are known when it runs.")
    return 0


def _shape(name: str, shapes: Shapes) -> Sequence[int]:
    if name not in shapes:
        raise GraphUncountable(f"The size of its tensor '{name}' is not known before it runs.")
    return shapes[name]
