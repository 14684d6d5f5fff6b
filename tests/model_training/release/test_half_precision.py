"""Half precision's promises: convolutions count in it, what is delicate does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from model_training.networks.generator import Generator
from model_training.release import export
from model_training.release.half_precision import between_convolutions, half_precision
from model_training.release.session_painter import SessionPainter
from nuke_plugin.worker.verify.precision import HALF_TOLERANCE, half_difference


@pytest.fixture(scope="module")
def half(network: Path) -> onnx.ModelProto:
    """The generator's network in half precision."""
    return half_precision(onnx.load(network))


def element_types(model: onnx.ModelProto) -> dict[str, int]:
    """Return every tensor's element type, by name."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    found = {t.name: t.data_type for t in graph.initializer}
    values = (*graph.input, *graph.value_info, *graph.output)
    return {**found, **{v.name: v.type.tensor_type.elem_type for v in values}}


def is_window(model: onnx.ModelProto, node: onnx.NodeProto) -> bool:
    """Whether a convolution takes one channel at a time: a mean, and no layer."""
    return next(w.dims[1] for w in model.graph.initializer if w.name == node.input[1]) == 1


def test_no_network_names_the_machine_it_was_made_on(
    network: Path, generator: Generator, tmp_path: Path
) -> None:
    """The file holds no path, and the same weights give the same bytes every time."""
    content = network.read_bytes()
    assert b".py" not in content
    assert str(Path.cwd()).encode() not in content
    export.write_network(generator, tmp_path / "again.onnx", {"impasto_step": "7"})
    assert (tmp_path / "again.onnx").read_bytes() == content


def test_filters_are_divided_by_their_norms_once(network: Path) -> None:
    """Nothing of a filter is left to be worked out for each frame."""
    model = onnx.load(network)
    weights = {tensor.name for tensor in model.graph.initializer}
    kernels = [node.input[1] for node in model.graph.node if node.op_type == "Conv"]
    assert kernels
    assert set(kernels) <= weights
    assert "ReduceL2" not in {node.op_type for node in model.graph.node}


def test_convolutions_count_in_half_and_the_delicate_does_not(half: onnx.ModelProto) -> None:
    """Filters and what they see are float16; phases, roots, logit and sigmoid float32."""
    types = element_types(half)
    by_kind: dict[str, set[int]] = {}
    for node in half.graph.node:
        kind = "window" if node.op_type == "Conv" and is_window(half, node) else node.op_type
        by_kind.setdefault(kind, set()).update(types[name] for name in node.input[:2] if name)
    assert TensorProto.FLOAT in by_kind["window"]
    assert by_kind["Conv"] == {TensorProto.FLOAT16}
    for delicate in ("Sin", "Cos", "Sqrt", "Log", "Sigmoid"):
        assert by_kind[delicate] == {TensorProto.FLOAT}, delicate


def test_no_phase_and_no_window_passes_through_half(half: onnx.ModelProto) -> None:
    """No tensor before the first convolution was rounded: that is why this is not a library's."""
    makers = {name: node for node in half.graph.node for name in node.output}
    ahead = [node for node in half.graph.node if node.op_type in ("Sin", "Cos", "Sqrt")]
    seen = set()
    while ahead:
        node = ahead.pop()
        seen.add(node.op_type)
        ahead += [makers[name] for name in node.input if name in makers]
    assert "Cast" not in seen
    assert {"Sin", "Sqrt", "AveragePool"} <= seen


def test_outside_both_forms_are_the_same(network: Path, half: onnx.ModelProto) -> None:
    """Inputs, outputs, operator set and provenance are the network's own; the file is smaller."""
    full = onnx.load(network)
    assert list(half.graph.input) == list(full.graph.input)
    assert list(half.graph.output) == list(full.graph.output)
    assert list(half.opset_import) == list(full.opset_import)
    assert {p.key: p.value for p in half.metadata_props} == {"impasto_step": "7"}
    assert half.ByteSize() < full.ByteSize()


def test_both_forms_paint_the_same(network: Path, half: onnx.ModelProto, tmp_path: Path) -> None:
    """Over noise, extremes and photographs they differ, and by less than the tolerance."""
    file = tmp_path / "model.fp16.onnx"
    file.write_bytes(half.SerializeToString())
    full_painter, half_painter = (
        SessionPainter(export.open_network(path), ("a", "b", "c")) for path in (network, file)
    )
    difference = half_difference(full_painter.paint_tensor, half_painter.paint_tensor, 3)
    assert 0 < difference < HALF_TOLERANCE


def test_a_network_beyond_half_is_told() -> None:
    """Numbers that float16 cannot hold between two convolutions are no small difference."""
    large, small = (
        numpy_helper.from_array(np.full((3, 3, 1, 1), value, np.float32), name)
        for name, value in (("large", 1e5), ("small", 1e-5))
    )
    picture = ["batch", 3, "height", "width"]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "large"], ["between"]),
            helper.make_node("Conv", ["between", "small"], ["painted"]),
        ],
        "beyond",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, picture)],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, picture)],
        [large, small],
    )
    opsets = [helper.make_opsetid("", export.OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    assert between_convolutions(model.graph) == [True, True]

    def paint(model: onnx.ModelProto, image: np.ndarray) -> np.ndarray:
        session = export.onnxruntime.InferenceSession(model.SerializeToString())
        return np.asarray(session.run(None, {"image": image})[0])

    halved = half_precision(model)
    difference = half_difference(
        lambda image, *_: paint(model, image), lambda image, *_: paint(halved, image), 1
    )
    assert not difference <= HALF_TOLERANCE
