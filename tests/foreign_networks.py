"""Holds small real networks as others make them, for tests of the import.

Each paints by one known function: a blur of 5x5, a matrix over the colours, a sigmoid. What differs
is all round it: layout, order of the channels, numbers, size, and what else goes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
HALO_PX = 2
STYLE_TINTS = np.array([[0.9, 0.0, -0.9], [-0.9, 0.0, 0.9], [0.0, 0.9, 0.0]], np.float32)
"""What each of three styles adds before the sigmoid, in the network's own order of channels."""

MATRIX = np.array([[5.0, 0.5, 0.0], [0.0, 4.0, 1.0], [0.5, 0.0, 6.0]], np.float32)
BIAS = np.array([-3.5, -2.5, -2.0], np.float32)


@dataclass(frozen=True)
class ForeignNetwork:
    """What a network is like; the default is as plain as they come."""

    layout: str = "NCHW"
    numbers: tuple[float, float] = (0.0, 1.0)
    """Numbers of black and white, in and out."""

    is_shown: bool = True
    """Whether the graph scales its numbers by steps of its own; else they are in the weights."""

    side_px: int = 0
    """Its only width and height; 0 for any."""

    has_instance_norm: bool = False
    style_shape: tuple[int, ...] | None = None
    """Shape of its weights for three styles."""

    takes_painting: bool = False
    names: tuple[str, str] = ("content", "style")
    stride: int = 1
    """1, or 2 to halve the picture and double it again."""

    def model(self) -> onnx.ModelProto:
        """Return the graph."""
        return _Builder(self).model()

    def write(self, file: Path) -> Path:
        """Write it to a file; return the file."""
        file.write_bytes(self.model().SerializeToString())
        return file

    def painted(self, picture: NDArray[np.float32], tint: Sequence[float] = (0, 0, 0)) -> NDArray:
        """Return what it makes of (1, 3, H, W) in [0, 1], in its own order; plain ones only."""
        kernel = _blur()
        padded = np.pad(picture, ((0, 0), (0, 0), (2, 2), (2, 2)))
        blurred = sum(
            kernel[row, column]
            * padded[..., row : row + picture.shape[2], column:][..., : picture.shape[3]]
            for row in range(5)
            for column in range(5)
        )
        mixed = np.einsum("oc,nchw->nohw", MATRIX, blurred) + BIAS[:, None, None]
        return 1 / (1 + np.exp(-(mixed + np.asarray(tint, np.float32)[:, None, None])))


class _Builder:
    """Puts one graph together."""

    def __init__(self, network: ForeignNetwork) -> None:
        self._network = network
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: list[onnx.TensorProto] = []

    def model(self) -> onnx.ModelProto:
        network = self._network
        side: int | str = network.side_px
        sides = [side or "height", side or "width"]
        shape = [1, 3, *sides] if network.layout == "NCHW" else [1, *sides, 3]
        picture, style = network.names
        inputs = [helper.make_tensor_value_info(picture, TensorProto.FLOAT, shape)]
        name = self._inside(picture)
        low, high = network.numbers
        scale = 1.0 if network.is_shown else 1 / (high - low)
        weights = np.zeros((3, 3, 5, 5), np.float32) + _blur()
        weights *= MATRIX[:, :, None, None] * scale
        bias = BIAS if network.is_shown else BIAS - MATRIX.sum(axis=1) * low * scale
        self._keep("weights", weights)
        self._keep("bias", bias.astype(np.float32))
        stride = network.stride
        name = self._add("Conv", name, "weights", "bias", pads=[2] * 4, strides=[stride] * 2)
        if stride > 1:
            self._keep("scales", np.array([1, 1, stride, stride], np.float32))
            name = self._add("Resize", name, "", "scales", mode="nearest")
        if network.has_instance_norm:
            self._keep("gain", np.full(3, 1.5, np.float32))
            self._keep("shift", np.zeros(3, np.float32))
            name = self._add("InstanceNormalization", name, "gain", "shift")
        if network.style_shape is not None:
            inputs.append(
                helper.make_tensor_value_info(
                    "style_weights", TensorProto.FLOAT, network.style_shape
                )
            )
            self._keep("row", np.array([1, 3], np.int64))
            self._keep("tints", STYLE_TINTS)
            tint = self._add("MatMul", self._add("Reshape", "style_weights", "row"), "tints")
            self._keep("per_channel", np.array([1, 3, 1, 1], np.int64))
            name = self._add("Add", name, self._add("Reshape", tint, "per_channel"))
        if network.takes_painting:
            inputs.append(helper.make_tensor_value_info(style, TensorProto.FLOAT, shape))
            mean = self._add("GlobalAveragePool", self._inside(style))
            self._keep("four", np.array(4, np.float32))
            name = self._add("Add", name, self._add("Mul", mean, "four"))
        self._outside(self._add("Sigmoid", name))
        output = helper.make_tensor_value_info("painting", TensorProto.FLOAT, None)
        graph = helper.make_graph(self._nodes, "foreign", inputs, [output], self._tensors)
        opsets = [helper.make_opsetid("", OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def _inside(self, name: str) -> str:
        """Return the input as planes, and as 0 to 1 where the graph does that itself."""
        network = self._network
        if network.layout == "NHWC":
            name = self._add("Transpose", name, perm=[0, 3, 1, 2])
        low, high = network.numbers
        if network.is_shown and (low, high) != (0.0, 1.0):
            self._keep("low", np.array(low, np.float32))
            self._keep("width", np.array(high - low, np.float32))
            name = self._add("Div", self._add("Sub", name, "low"), "width")
        return name

    def _outside(self, name: str) -> None:
        """Make the output of planes in 0 to 1."""
        network = self._network
        low, high = network.numbers
        self._keep("out_width", np.array(high - low, np.float32))
        self._keep("out_low", np.array(low, np.float32))
        name = self._add("Add", self._add("Mul", name, "out_width"), "out_low")
        if network.layout == "NHWC":
            name = self._add("Transpose", name, perm=[0, 2, 3, 1])
        self._nodes.append(helper.make_node("Identity", [name], ["painting"]))

    def _keep(self, name: str, value: NDArray) -> None:
        if name not in [tensor.name for tensor in self._tensors]:
            self._tensors.append(numpy_helper.from_array(np.asarray(value), name))

    def _add(self, operator: str, *inputs: str, **attributes: object) -> str:
        output = f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output


def _blur() -> NDArray[np.float32]:
    """Return a blur over 5x5 pixels that sums to 1 and is not alike in any two directions."""
    kernel = np.outer([1, 3, 8, 4, 1], [1, 4, 9, 3, 2]).astype(np.float32)
    return kernel / kernel.sum()
