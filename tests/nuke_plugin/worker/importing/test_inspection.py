"""Tests of the look at a file before anything loads it: hostile and broken ones go no further."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from nuke_plugin.contract.errors import NetworkRefused
from nuke_plugin.worker.importing import inspection
from nuke_plugin.worker.importing.inspection import inspect, read_network
from tests.foreign_networks import ForeignNetwork


def with_external_data(model: onnx.ModelProto) -> None:
    """Say that the weights lie in a file elsewhere."""
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")


def with_custom_domain(model: onnx.ModelProto) -> None:
    """Use an operator that is somebody's own."""
    model.graph.node[0].domain = "com.evil"


def with_false_tensor(model: onnx.ModelProto) -> None:
    """Claim weights of four terabytes."""
    del model.graph.initializer[0].dims[:]
    model.graph.initializer[0].dims.extend([1 << 20, 1 << 20])


def with_random_numbers(model: onnx.ModelProto) -> None:
    """Draw random numbers inside a branch."""
    draw = helper.make_node("RandomNormal", [], ["noise"], shape=[1])
    value = helper.make_tensor_value_info("noise", TensorProto.FLOAT, [1])
    branch = helper.make_graph([draw], "branch", [], [value])
    model.graph.node.append(
        helper.make_node("If", ["c"], ["noise"], then_branch=branch, else_branch=branch)
    )


def with_many_steps(model: onnx.ModelProto) -> None:
    """Have more steps than any network."""
    model.graph.node.extend([helper.make_node("Identity", ["a"], ["b"])] * inspection.MOST_NODES)


def with_an_old_operator_set(model: onnx.ModelProto) -> None:
    """Be of a time before ONNX Runtime."""
    model.opset_import[0].version = 6


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (with_external_data, "weights lie in another file"),
        (with_custom_domain, r"outside the ONNX standard \(com\.evil\.Conv\)"),
        (with_false_tensor, "'weights' claims more numbers than it holds"),
        (with_random_numbers, r"random numbers \(RandomNormal\)"),
        (with_many_steps, r"and at most 20,000 are taken"),
        (with_an_old_operator_set, "its operator set is 6"),
    ],
)
def test_a_network_that_cannot_be_trusted_is_refused(
    spoil: Callable[[onnx.ModelProto], None], told: str
) -> None:
    """Each trap is found by looking, and the sentence says what it is."""
    model = ForeignNetwork().model()
    assert inspect(Path("net.onnx"), model.SerializeToString()).node_count > 0
    spoil(model)
    with pytest.raises(NetworkRefused, match=told):
        inspect(Path("net.onnx"), model.SerializeToString())


@pytest.mark.parametrize("content", [b"", b"GIF89a" * 50, b"\x80\x02}q\x00.", b"PK\x03\x04" * 9])
def test_what_is_no_network_is_refused(content: bytes) -> None:
    """An empty file, a picture, a pickle and a zip are told as what they are not."""
    with pytest.raises(NetworkRefused, match=r"net\.onnx cannot be imported: it "):
        inspect(Path("net.onnx"), content)


def test_a_network_cut_short_is_refused() -> None:
    """Half a download is refused for ending too early."""
    content = ForeignNetwork().model().SerializeToString()
    with pytest.raises(NetworkRefused, match="it ends too early"):
        inspect(Path("net.onnx"), content[: len(content) // 2])


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """No file, and a folder, are sentences with the reason."""
    with pytest.raises(NetworkRefused, match="No such file"):
        read_network(tmp_path / "none.onnx")
    with pytest.raises(NetworkRefused, match="it is not a file"):
        read_network(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """A file of more than a gigabyte is refused by its size alone."""
    file = tmp_path / "large.onnx"
    with file.open("wb") as stream:
        os.truncate(stream.fileno(), inspection.MOST_FILE_BYTES + 1)
    with pytest.raises(NetworkRefused, match="1,073,741,825 bytes"):
        read_network(file)
