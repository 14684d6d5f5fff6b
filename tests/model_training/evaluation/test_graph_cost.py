"""The cost's promises: counted from the graph, it equals what is known of the network."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from model_training.evaluation.graph_cost import GraphUncountable, kmac_per_pixel
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from tests.tiny_model import build_endless_network

SHIPPED = ModelLibrary.from_environment({}).models()


def one_node(kind: str, weight: tuple[int, ...], size: tuple[object, object]) -> onnx.ModelProto:
    """A graph of one convolution of either kind, kernel 3, on (1, 3, H, W)."""
    picture = [1, 3, *size]
    tensors = [numpy_helper.from_array(np.zeros(weight, np.float32), "w")]
    strides = {"strides": [2, 2]} if kind == "ConvTranspose" else {}
    node = helper.make_node(kind, ["image", "w"], ["painted"], pads=[1, 1, 1, 1], **strides)
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, picture)],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, None)],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_a_shipped_model_costs_what_its_card_says(model: InstalledModel) -> None:
    """The generator's own arithmetic and the exported graph agree, but for the frame's border."""
    card = model.card
    counted = kmac_per_pixel(onnx.load(model.folder / card.network.file), card.image.name)
    assert counted == pytest.approx(card.gates["kmac_per_pixel"], rel=1e-5)


@pytest.mark.parametrize("size", [("height", "width"), (64, 96)])
def test_known_convolutions(size: tuple[object, object]) -> None:
    """A 3x3 convolution from 3 to 8 channels takes 216 steps a pixel, at a free or a fixed size."""
    assert kmac_per_pixel(one_node("Conv", (8, 3, 3, 3), size)) == pytest.approx(0.216)
    transposed = kmac_per_pixel(one_node("ConvTranspose", (3, 8, 3, 3), size))
    assert transposed == pytest.approx(0.216)


def test_a_graph_that_decides_when_it_runs_is_refused() -> None:
    """A loop's turns cannot be counted, so no number is made up."""
    with pytest.raises(GraphUncountable, match=r"Loop|not known"):
        kmac_per_pixel(build_endless_network())


def test_a_missing_input_is_named() -> None:
    """An image under another name is told."""
    with pytest.raises(GraphUncountable, match="'plate'"):
        kmac_per_pixel(one_node("Conv", (8, 3, 3, 3), (64, 64)), "plate")
