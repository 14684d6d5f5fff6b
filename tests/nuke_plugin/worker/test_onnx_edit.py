"""Tests of the changes that are made to a network in memory."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest

from nuke_plugin.worker.onnx_edit import product_model, with_constants
from tests.tiny_model import build_network

CPU = ["CPUExecutionProvider"]
STYLE = np.array([[0.25, 0.75]], np.float32)
STRENGTH = np.array([[0.5]], np.float32)


def test_an_input_becomes_a_constant() -> None:
    """The graph is a valid one with fewer inputs, and ONNX Runtime works out what follows."""
    model = build_network()
    changed = with_constants(model.SerializeToString(), {"style": STYLE, "strength": STRENGTH})
    parsed = onnx.load_from_string(changed)
    onnx.checker.check_model(parsed, full_check=True)
    assert [value.name for value in parsed.graph.input] == ["image"]
    assert parsed.graph.node == model.graph.node
    image = np.random.default_rng(0).random((1, 3, 32, 48), np.float32)
    before = onnxruntime.InferenceSession(model.SerializeToString(), providers=CPU)
    after = onnxruntime.InferenceSession(changed, providers=CPU)
    inputs = {"image": image, "style": STYLE, "strength": STRENGTH}
    (expected,), (painted,) = before.run(None, inputs), after.run(None, {"image": image})
    np.testing.assert_allclose(painted, expected, atol=1e-6)


def test_what_is_no_input_is_refused() -> None:
    """A name that the graph does not ask for, and a file that is no model, are errors."""
    model = build_network().SerializeToString()
    with pytest.raises(ValueError, match="no input mask"):
        with_constants(model, {"style": STYLE, "mask": STYLE})
    for broken in (b"hello world", model[:100]):
        with pytest.raises(ValueError, match="it "):
            with_constants(broken, {"style": STYLE})


def test_a_product_multiplies() -> None:
    """The model that stands for the machine is a valid one, and its result numpy's."""
    random = np.random.default_rng(0)
    left, weights = random.random((5, 300), np.float32), random.random((300, 7), np.float32)
    model = product_model(5, 300, weights)
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=CPU)
    np.testing.assert_allclose(session.run(None, {"left": left})[0], left @ weights, rtol=1e-5)
