"""Holds what the benchmarks time: a network on a random picture, and a plain matrix product."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from model_training.evaluation.graph_cost import GraphUncountable, kmac_per_pixel
from nuke_plugin.worker.bench.machine import product
from nuke_plugin.worker.onnx_edit import with_constants
from nuke_plugin.worker.sessions import ORT_ERRORS

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
}
_FOLDED = (np.float32, np.float16)
"""What the worker can make a constant of."""


@dataclass(frozen=True)
class Subject:
    """Something that is timed."""

    name: str
    """What it is called in the table."""

    run: Callable[[], object]
    """Do it once."""

    gmac: float | None
    """Billions of multiply-accumulates of one run; None where the graph does not tell."""

    megapixels: float | None = None
    """Millions of pixels of one run; None for a matrix product."""


class Refused(Exception):
    """What was asked for cannot be measured; the sentence says why."""


def network_subject(name: str, file: Path, size: tuple[int, int], threads: int) -> Subject:
    """A network on a random picture of ``size``, or of its own one size.

    Its first input with four axes is the picture, in either layout; of another input the first
    number is 1 and the others are 0, and they are constants of the graph, as the worker has styles
    and strength that do not change. Raises ``Refused``.
    """
    try:
        model = file.read_bytes()
    except OSError as error:
        raise Refused(f"'{file}' cannot be measured: it cannot be read ({error}).") from error
    session = _opened(file, model, threads)
    random = np.random.default_rng(0)
    inputs: dict[str, np.ndarray] = {}
    picture = None
    for tensor in session.get_inputs():
        if tensor.type not in _TYPES:
            raise Refused(f"'{file}' cannot be measured: '{tensor.name}' is a {tensor.type}.")
        if picture is None and len(tensor.shape) == 4:
            picture = tensor.name
            shape, pixels = _picture_shape(tensor.shape, size)
            value = random.random(shape)
        else:
            value = np.zeros([side if isinstance(side, int) else 1 for side in tensor.shape])
            value.flat[0] = 1.0
        inputs[tensor.name] = value.astype(_TYPES[tensor.type])
    if picture is None:
        raise Refused(f"'{file}' cannot be measured: none of its inputs has four axes.")
    known = {name: value for name, value in inputs.items() if value.dtype in _FOLDED}
    known.pop(picture, None)
    session = _opened(file, with_constants(model, known), threads)
    given = {name: value for name, value in inputs.items() if name not in known}
    try:
        session.run(None, given)
    except ORT_ERRORS as error:
        raise Refused(f"'{file}' cannot be measured: it does not run ({error}).") from error
    return Subject(
        name,
        lambda: session.run(None, given),
        graph_gmac(file, picture, inputs, pixels),
        pixels / 1e6,
    )


def _opened(file: Path, model: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # As the worker does: threads that spin take the processor from what runs beside.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except ORT_ERRORS as error:
        raise Refused(f"'{file}' cannot be measured: ONNX Runtime refuses it ({error}).") from error


def graph_gmac(
    file: Path, picture: str, inputs: dict[str, np.ndarray], pixels: int
) -> float | None:
    """Billions of multiply-accumulates for these inputs; None where sizes show only at run time."""
    model = onnx.load(file)
    for value in model.graph.input:
        if value.name in inputs:
            sides = value.type.tensor_type.shape.dim
            for side, length in zip(sides, inputs[value.name].shape, strict=True):
                side.dim_value = length
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Sizes that the graph works out from the picture's become constants, which can be counted with.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    with tempfile.TemporaryDirectory() as folder:
        sized = Path(folder) / "sized.onnx"
        options.optimized_model_filepath = str(sized)
        onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        try:
            return kmac_per_pixel(onnx.load(sized), picture) * pixels / 1e6
        except (GraphUncountable, onnx.shape_inference.InferenceError):
            return None


def product_subject(name: str, sides: tuple[int, int, int], threads: int) -> Subject:
    """A float32 matrix product by constant weights, in ONNX Runtime as the networks are."""
    run, gmac = product(sides, threads)
    return Subject(name, run, gmac)


def _picture_shape(shape: Sequence[Any], size: tuple[int, int]) -> tuple[list[int], int]:
    """The picture's shape, and how many pixels it has; sides that the graph fixes stay."""
    width, height = size
    wanted = [1, height, width, 3] if shape[3] == 3 and shape[1] != 3 else [1, 3, height, width]
    sides = [own if isinstance(own, int) else new for own, new in zip(shape, wanted, strict=True)]
    return sides, int(np.prod(sides)) // 3
