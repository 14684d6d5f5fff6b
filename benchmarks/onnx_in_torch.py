"""Holds an ONNX graph as a torch module, so that torch runs the very network that ships.

It knows the plain operators that ONNX Runtime leaves of our networks once style and strength are
constants, and refuses others by name. Its tests hold it against ONNX Runtime.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper

Values = list[Any]
Step = Callable[[Values], torch.Tensor]


class OperatorUnknown(ValueError):
    """The graph has an operator that is not known here; the sentence names it."""


class OnnxModule(torch.nn.Module):
    """A graph of one image input and one output."""

    def __init__(self, model: onnx.ModelProto) -> None:
        """Take a model; raise ``OperatorUnknown``."""
        super().__init__()
        graph = model.graph
        self.constants = {
            tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
            for tensor in graph.initializer
        }
        self.image, self.output = graph.input[0].name, graph.output[0].name
        self.steps = [
            (_step(node, self.constants), tuple(node.input), tuple(node.output))
            for node in graph.node
        ]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Return the output for an image, (N, 3, H, W)."""
        values: dict[str, Any] = {**self.constants, self.image: image}
        for step, inputs, outputs in self.steps:
            made = step([values[name] if name else None for name in inputs])
            if len(outputs) == 1:
                values[outputs[0]] = made
            else:
                values.update(zip(outputs, made))
        painted: torch.Tensor = values[self.output]
        return painted


_ELEMENTWISE: dict[str, Callable[..., torch.Tensor]] = {
    "Add": torch.add,
    "Sub": torch.sub,
    "Mul": torch.mul,
    "Div": torch.div,
    "Pow": torch.pow,
    "Relu": torch.relu,
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "Log": torch.log,
    "Sqrt": torch.sqrt,
    "Sin": torch.sin,
    "Cos": torch.cos,
    "MatMul": torch.matmul,
    "Identity": lambda value: value,
}


def _step(node: onnx.NodeProto, constants: dict[str, torch.Tensor]) -> Step:
    """Return what one node does to its inputs."""
    given = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type in _ELEMENTWISE:
        function = _ELEMENTWISE[node.op_type]
        return lambda values: function(*values)
    fixed = [constants.get(name) for name in node.input]
    makers = {
        "Conv": _convolution,
        "AveragePool": _average_pool,
        "MaxPool": _max_pool,
        "Resize": _resize,
        "Slice": _slice,
        "Split": _split,
        "Concat": lambda given, fixed: lambda values: torch.cat(values, dim=given["axis"]),
        "Clip": lambda given, fixed: lambda values: torch.clamp(*values),
        "Reshape": lambda given, fixed: lambda values: values[0].reshape(_numbers(fixed[1])),
        "Unsqueeze": _unsqueeze,
    }
    if node.op_type not in makers:
        raise OperatorUnknown(f"Torch is not given this network: it has a {node.op_type}.")
    return makers[node.op_type](given, fixed)


def _convolution(given: dict[str, Any], fixed: Values) -> Step:
    options = {
        "stride": given.get("strides", [1, 1]),
        "dilation": given.get("dilations", [1, 1]),
        "groups": given.get("group", 1),
    }
    pads = given.get("pads", [0, 0, 0, 0])

    def run(values: Values) -> torch.Tensor:
        bias = values[2] if len(values) > 2 else None
        image, padding = _padded(values[0], pads)
        return F.conv2d(image, values[1], bias, padding=padding, **options)

    return run


def _average_pool(given: dict[str, Any], fixed: Values) -> Step:
    _check_even(given)
    return lambda values: F.avg_pool2d(
        values[0],
        given["kernel_shape"],
        given.get("strides", [1, 1]),
        given.get("pads", [0, 0])[:2],
        count_include_pad=bool(given.get("count_include_pad", 0)),
    )


def _max_pool(given: dict[str, Any], fixed: Values) -> Step:
    _check_even(given)
    kernel, strides = given["kernel_shape"], given.get("strides", [1, 1])
    padding = given.get("pads", [0, 0])[:2]
    return lambda values: F.max_pool2d(values[0], kernel, strides, padding)


def _resize(given: dict[str, Any], fixed: Values) -> Step:
    if len(fixed) < 3 or fixed[2] is None:
        raise OperatorUnknown("Torch is not given this network: it resizes to sizes, not scales.")
    scale = tuple(float(side) for side in fixed[2][2:])
    way = (
        given.get("mode", b"nearest"),
        given.get("coordinate_transformation_mode", b"half_pixel"),
    )
    if way == (b"linear", b"half_pixel"):
        return lambda values: F.interpolate(
            values[0], scale_factor=scale, mode="bilinear", align_corners=False
        )
    if way[0] == b"nearest" and all(side == int(side) for side in scale):
        return lambda values: F.interpolate(values[0], scale_factor=scale, mode="nearest")
    raise OperatorUnknown(f"Torch is not given this network: it resizes by {way}.")


def _slice(given: dict[str, Any], fixed: Values) -> Step:
    starts, ends, axes = (_numbers(value) for value in fixed[1:4])
    steps = _numbers(fixed[4]) if len(fixed) > 4 else [1] * len(starts)

    def run(values: Values) -> torch.Tensor:
        result = values[0]
        for start, end, axis, step in zip(starts, ends, axes, steps):
            place = [slice(None)] * result.dim()
            place[axis] = slice(start, min(end, result.shape[axis]), step)
            result = result[tuple(place)]
        return result

    return run


def _split(given: dict[str, Any], fixed: Values) -> Step:
    sizes, axis = _numbers(fixed[1]), given.get("axis", 0)
    return lambda values: torch.split(values[0], sizes, dim=axis)  # type: ignore[return-value]


def _unsqueeze(given: dict[str, Any], fixed: Values) -> Step:
    axes = _numbers(fixed[1])

    def run(values: Values) -> torch.Tensor:
        result = values[0]
        for axis in axes:
            result = result.unsqueeze(axis)
        return result

    return run


def _padded(image: torch.Tensor, pads: list[int]) -> tuple[torch.Tensor, list[int]]:
    """Return the image and the pad that a convolution can do itself, the same on both sides."""
    if pads[:2] == pads[2:]:
        return image, pads[:2]
    return F.pad(image, (pads[1], pads[3], pads[0], pads[2])), [0, 0]


def _check_even(given: dict[str, Any]) -> None:
    pads = given.get("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:] or given.get("ceil_mode", 0):
        raise OperatorUnknown("Torch is not given this network: a pool has uneven pads.")


def _numbers(value: torch.Tensor | None) -> list[int]:
    if value is None:
        raise OperatorUnknown("Torch is not given this network: a size is worked out as it runs.")
    return [int(number) for number in np.atleast_1d(value.numpy())]
