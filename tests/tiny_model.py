"""Holds a small, real, local model for tests: a folder with network, card and previews.

It paints visibly and differently by style, gives the image back at strength 0 exactly, and is local
with a halo that is known. It needs the ``onnx`` package; tests of other Pythons let the main one
write it::

    python -m tests.tiny_model FOLDER
"""

from __future__ import annotations

import hashlib
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from nuke_plugin.contract.card import CARD_FORMAT, ModelCard
from nuke_plugin.contract.card_parts import (
    ImageInput,
    ImageOutput,
    NetworkFile,
    ScalarInput,
    Source,
    StyleSlot,
    VectorInput,
)
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.strict_json import NumberTree

MODEL_ID = "tiny"
STYLE_IDS = ("warm", "cold")

ENDLESS_ABOVE_PX = 256
"""Width up to which the endless model paints as the tiny one does."""

STRIDE = 4
OPSET = 20


def write_tiny_model(
    folder: Path, model_id: str = MODEL_ID, channels: int = 8, layers: int = 2
) -> InstalledModel:
    """Write a model into ``folder/model_id`` and return it, installed.

    ``folder`` is then an entry of ``IMPASTO_MODELS``. ``channels`` and ``layers`` (3x3 convolutions
    at a quarter of the size) set what it costs: 9 * layers * channels^2 / 16 + 12 * channels
    multiplications a pixel, roughly.
    """
    return _install(folder, model_id, build_network(channels, layers), layers)


def _install(folder: Path, model_id: str, model: onnx.ModelProto, layers: int) -> InstalledModel:
    home = folder / model_id
    home.mkdir(parents=True)
    network = model.SerializeToString()
    (home / "model.onnx").write_bytes(network)
    card = tiny_card(network, model_id, layers)
    (home / "card.json").write_text(card.to_json(), encoding="utf-8")
    (home / card.preview).write_bytes(tiny_png((200, 160, 120)))
    for slot, colour in zip(card.styles, ((220, 120, 60), (60, 120, 220)), strict=True):
        (home / slot.preview).write_bytes(tiny_png(colour))
    return InstalledModel(home, card)


def write_endless_model(folder: Path, model_id: str = "endless") -> InstalledModel:
    """Write a model that never finishes a picture wider than ``ENDLESS_ABOVE_PX``, with its pad.

    What is seen to stop it is the cancel, not its own end, however fast the machine.
    """
    return _install(folder, model_id, build_endless_network(), layers=2)


def build_endless_network() -> onnx.ModelProto:
    """Return the small graph, with a loop behind it that counts to the end of the world."""
    model = build_network()
    graph = model.graph
    graph.node[-1].output[0] = "small_painted"
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["go_on_still"]),
            helper.make_node("Mul", ["before", "shrink"], ["after"]),
        ],
        "count",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("go_on_still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, []),
        ],
        [numpy_helper.from_array(np.array(0.5, np.float32), "shrink")],
    )
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(ENDLESS_ABOVE_PX, np.int64), "most_width"),
            numpy_helper.from_array(np.array(3, np.int64), "width_axis"),
            numpy_helper.from_array(np.array(2**62, np.int64), "for_ever"),
            numpy_helper.from_array(np.array(1, np.int64), "once"),
            numpy_helper.from_array(np.array(True), "go_on_first"),
        ]
    )
    graph.node.extend(
        [
            helper.make_node("Shape", ["image"], ["sides"]),
            helper.make_node("Gather", ["sides", "width_axis"], ["width_now"]),
            helper.make_node("Greater", ["width_now", "most_width"], ["is_wide"]),
            helper.make_node("Where", ["is_wide", "for_ever", "once"], ["turns"]),
            helper.make_node("Loop", ["turns", "go_on_first", "zero"], ["nothing"], body=body),
            helper.make_node("Add", ["small_painted", "nothing"], ["painted"]),
        ]
    )
    onnx.checker.check_model(model, full_check=True)
    return model


def build_network(channels: int = 8, layers: int = 2) -> onnx.ModelProto:
    """Return the graph: strided stem, ``layers`` convolutions, upsampling head, style mix."""
    random = np.random.default_rng(7)

    def weights(name: str, *shape: int, gain: float = 1.0) -> TensorProto:
        scale = gain / np.sqrt(np.prod(shape[1:]))
        values = random.standard_normal(shape).astype(np.float32) * np.float32(scale)
        return numpy_helper.from_array(values, name)

    head = min(channels, 8)
    tensors = [
        weights("stem_w", channels, 3, STRIDE, STRIDE, gain=1.4),
        weights("to_head_w", head, channels, 1, 1, gain=1.4),
        weights("head_w", 3, head, 3, 3, gain=2.0),
        numpy_helper.from_array(np.array([1, 1, STRIDE, STRIDE], np.float32), "scales"),
        numpy_helper.from_array(np.array([1, 3, 1, 1], np.int64), "per_channel"),
        numpy_helper.from_array(np.array([[2.0, 0.3, -1.5], [-1.5, 0.2, 2.0]], np.float32), "tint"),
        numpy_helper.from_array(np.array(0, np.float32), "zero"),
        numpy_helper.from_array(np.array(1, np.float32), "one"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "stem_w"], ["trunk0"], strides=[STRIDE, STRIDE]),
    ]
    for layer in range(layers):
        tensors.append(weights(f"conv{layer}_w", channels, channels, 3, 3, gain=1.4))
        nodes += [
            helper.make_node("Relu", [f"trunk{layer}"], [f"relu{layer}"]),
            helper.make_node(
                "Conv",
                [f"relu{layer}", f"conv{layer}_w"],
                [f"trunk{layer + 1}"],
                pads=[1, 1, 1, 1],
            ),
        ]
    nodes += [
        helper.make_node("Conv", [f"trunk{layers}", "to_head_w"], ["narrow"]),
        helper.make_node("Resize", ["narrow", "", "scales"], ["large"], mode="nearest"),
        helper.make_node("Conv", ["large", "head_w"], ["strokes"], pads=[1, 1, 1, 1]),
        helper.make_node("MatMul", ["style", "tint"], ["tint_row"]),
        helper.make_node("Reshape", ["tint_row", "per_channel"], ["tint_here"]),
        helper.make_node("Add", ["strokes", "tint_here"], ["tinted"]),
        helper.make_node("Sigmoid", ["tinted"], ["full"]),
        helper.make_node("Sub", ["full", "image"], ["change"]),
        helper.make_node("Mul", ["change", "strength"], ["some_change"]),
        helper.make_node("Add", ["image", "some_change"], ["mixed"]),
        helper.make_node("Clip", ["mixed", "zero", "one"], ["painted"]),
    ]
    picture: list[str | int | None] = ["batch", 3, "height", "width"]
    inputs = [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, picture),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, len(STYLE_IDS)]),
        helper.make_tensor_value_info("strength", TensorProto.FLOAT, [1, 1]),
    ]
    outputs = [helper.make_tensor_value_info("painted", TensorProto.FLOAT, picture)]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, tensors)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def tiny_card(network: bytes, model_id: str = MODEL_ID, layers: int = 2) -> ModelCard:
    """Return the card of the tiny network with these bytes."""
    slots = tuple(
        StyleSlot(name, name.title(), "Nobody", "2026", f"preview_{name}.png") for name in STYLE_IDS
    )
    return ModelCard(
        format=CARD_FORMAT,
        id=model_id,
        title="Tiny",
        kind="style",
        description="A network for tests: random strokes in a warm or a cold tint.",
        network=NetworkFile("model.onnx", hashlib.sha256(network).hexdigest(), len(network), OPSET),
        image=ImageInput(),
        output=ImageOutput(),
        style=VectorInput("style", len(STYLE_IDS)),
        strength=ScalarInput("strength", 0.0, 1.0, 0.0, "How much of the strokes is seen."),
        styles=slots,
        size_multiple=STRIDE,
        halo_px=STRIDE * (layers + 1),
        border_px=STRIDE * 2,
        local=True,
        training_scale_px=256,
        licence="CC0-1.0",
        sources=(Source("none", "random numbers", "CC0-1.0", "Nobody"),),
        gates=NumberTree(),
        preview="preview.png",
    )


def tiny_png(colour: tuple[int, int, int], side: int = 32) -> bytes:
    """Return a square PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    rows = (b"\0" + bytes(colour) * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


if __name__ == "__main__":
    write_tiny_model(Path(sys.argv[1]))
