"""Tests of what an ONNX file is asked before ONNX Runtime may load it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from nuke_plugin.worker.onnx_graph import OnnxGraph
from tests.tiny_model import OPSET, build_network


def model_of(nodes: list[onnx.NodeProto], *tensors: onnx.TensorProto) -> onnx.ModelProto:
    """Return a model with these nodes, which need not make sense."""
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    graph = helper.make_graph(nodes, "graph", [value], [value], list(tensors))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


def external(tensor: onnx.TensorProto) -> onnx.TensorProto:
    """Return a tensor whose data is said to lie in a file elsewhere."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")
    return tensor


def weights() -> onnx.TensorProto:
    """Return a tensor of one number."""
    return numpy_helper.from_array(np.ones(1, np.float32), "w")


def branch(graph: onnx.GraphProto) -> onnx.NodeProto:
    """Return a node that holds another graph."""
    return helper.make_node("If", ["c"], ["x"], then_branch=graph)


def test_a_standard_network_is_found_harmless() -> None:
    """A plain network has its operator set, no custom operator and no external data."""
    graph = OnnxGraph.of(build_network().SerializeToString())
    assert (graph.opset, graph.custom_operators, graph.has_external_data) == (OPSET, set(), False)
    assert graph.false_tensors == []


def test_the_steps_and_the_small_numbers_of_a_graph_are_read() -> None:
    """Each step is there with what it reads and makes, and constants in either way of storing."""
    model = build_network()
    stored = helper.make_tensor("listed", TensorProto.FLOAT, [3], [0.5, 1.5, -2.0])
    model.graph.initializer.append(stored)
    model.graph.node.append(
        helper.make_node("Constant", [], ["raw"], value=numpy_helper.from_array(np.float32(7)))
    )
    graph = OnnxGraph.of(model.SerializeToString())
    wanted = [(n.op_type, tuple(n.input), tuple(n.output)) for n in model.graph.node]
    assert [(node.operator, node.inputs, node.outputs) for node in graph.nodes] == wanted
    assert graph.operators == {node.op_type for node in model.graph.node}
    assert graph.node_count == len(model.graph.node)
    assert graph.constants["listed"] == (0.5, 1.5, -2.0)
    assert graph.constants["raw"] == (7.0,)
    assert "stem_w" not in graph.constants


def test_steps_of_a_branch_are_counted_and_are_not_the_main_graphs() -> None:
    """What stands in a branch is counted and named, and takes no place in the main graph."""
    inner = helper.make_node("Tanh", ["x"], ["y"])
    graph = OnnxGraph.of(model_of([branch(model_of([inner]).graph)]).SerializeToString())
    assert [node.operator for node in graph.nodes] == ["If"]
    assert (graph.node_count, graph.operators) == (2, {"If", "Tanh"})


@pytest.mark.parametrize("sides", [[1 << 40], [1 << 20, 1 << 20], [-1, 4]])
def test_a_tensor_that_claims_more_than_it_holds_is_named(sides: list[int]) -> None:
    """Sides that multiply to more numbers than there are bytes for, or are below 0, are found."""
    tensor = weights()
    del tensor.dims[:]
    tensor.dims.extend(sides)
    assert OnnxGraph.of(model_of([], tensor).SerializeToString()).false_tensors == ["w"]


def test_a_custom_operator_is_named() -> None:
    """An operator of another domain is found by its full name."""
    node = helper.make_node("Run", ["x"], ["x"], domain="com.evil")
    graph = OnnxGraph.of(model_of([node]).SerializeToString())
    assert graph.custom_operators == {"com.evil.Run"}


def test_a_custom_operator_is_found_inside_a_branch_and_a_function() -> None:
    """Hiding an operator in a nested graph or in a model's own function does not help."""
    node = helper.make_node("Run", ["x"], ["x"], domain="com.evil")
    nested = model_of([branch(model_of([node]).graph)])
    assert OnnxGraph.of(nested.SerializeToString()).custom_operators == {"com.evil.Run"}
    with_function = model_of([])
    opset = [helper.make_opsetid("", OPSET)]
    function = helper.make_function("own", "Own", ["x"], ["x"], [node], opset)
    with_function.functions.append(function)
    assert OnnxGraph.of(with_function.SerializeToString()).custom_operators == {"com.evil.Run"}


def test_external_data_is_found_wherever_it_hides() -> None:
    """Weights in another file are found in the graph, in a constant and in a branch."""
    constant = helper.make_node("Constant", [], ["x"], value=external(weights()))
    for model in (
        model_of([], external(weights())),
        model_of([constant]),
        model_of([branch(model_of([constant]).graph)]),
    ):
        assert OnnxGraph.of(model.SerializeToString()).has_external_data


def test_external_data_is_found_in_the_default_of_a_functions_attribute() -> None:
    """A function's attribute may have a default value, which may be a tensor."""
    default = helper.make_attribute("value", external(weights()))
    opset = [helper.make_opsetid("", OPSET)]
    model = model_of([])
    model.functions.append(
        helper.make_function("own", "Own", ["x"], ["x"], [], opset, attribute_protos=[default])
    )
    assert OnnxGraph.of(model.SerializeToString()).has_external_data


def test_a_field_cannot_hide_behind_a_long_tag() -> None:
    """A tag with bits above 32, which ONNX Runtime drops, does not pass as an unknown field."""
    tag = varint(7 << 3 | 2)
    graph = helper.make_graph([], "graph", [], [], [external(weights())]).SerializeToString()
    plain = tag + varint(len(graph)) + graph
    assert OnnxGraph.of(plain).has_external_data
    hidden = varint(7 << 3 | 2 | 1 << 33) + plain[len(tag) :]
    assert len(varint(7 << 3 | 2 | 1 << 33)) == 5
    harmless = model_of([]).SerializeToString()
    with pytest.raises(ValueError, match="not an ONNX model"):
        OnnxGraph.of(harmless + hidden)


def test_graphs_nested_without_end_are_refused() -> None:
    """A file that nests graphs a hundred deep is refused, not followed."""
    graph = b""
    for _ in range(100):  # a graph in an attribute of a node of a graph, which onnx will not write
        for field_number in (6, 5, 1):
            graph = bytes([field_number << 3 | 2]) + varint(len(graph)) + graph
    with pytest.raises(ValueError, match="nested too deeply"):
        OnnxGraph.of(bytes([7 << 3 | 2]) + varint(len(graph)) + graph)


def varint(number: int) -> bytes:
    """Return a whole number as protocol buffers write it."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def test_a_file_cut_anywhere_is_refused_or_read_but_never_breaks_the_reader() -> None:
    """Shorter versions of a model give facts or a ValueError, nothing else."""
    whole = build_network(channels=1, layers=0).SerializeToString()
    refused = 0
    lengths = range(0, len(whole), 7)
    for length in lengths:
        try:
            OnnxGraph.of(whole[:length])
        except ValueError:
            refused += 1
    assert refused > 0.9 * len(lengths)


@pytest.mark.parametrize("content", [b"", b"hello world" * 9, b"\x00" * 64, b"\xff" * 64])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    """Text, zeros and noise are no model."""
    with pytest.raises(ValueError, match="it "):
        OnnxGraph.of(content)
