"""Holds a small, real, local effect for tests: a folder with network, card and previews.

Its network is made of random numbers, is known to be local, and multiplies by the support itself.
It needs the ``onnx`` package; tests of other Pythons let the main one write it::

    python -m tests.tiny_effect FOLDER
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from nuke_plugin.contract.card_parts import NetworkFile, Source
from nuke_plugin.contract.effect_card import (
    CHANNELS,
    EFFECT_FORMAT,
    EFFECT_KIND,
    FIRE,
    WATER,
    EffectCard,
    EffectChannel,
    EffectControl,
    Sprites,
)
from nuke_plugin.contract.field_recipe import ROUND, UP, FieldRecipe, Octave, Warp
from nuke_plugin.contract.library import InstalledEffect
from nuke_plugin.contract.strict_json import NumberTree
from tests.tiny_model import tiny_png

STRIDE = 4
OPSET = 20
TRAINING_SCALE_PX = 48

SPRITE_COLOURS = ((250, 20, 20), (20, 250, 20), (20, 20, 250))
SPRITES = Sprites("sprites.png", len(SPRITE_COLOURS), 2, 20.0)

RISING = FieldRecipe(
    flow=UP,
    smears_px=(4, 12),
    spread=0.1,
    rise_px=2.0,
    below_px=2,
    octaves=(Octave.rising(16, 1.5, 12, channels=2), Octave.rising(8, 2.5, 6)),
    warps=(Warp(20.0, 2.5, (0.0, -1.5), 12.0, stretch=1.25), Warp(8.0, 1.0, (0.0, -2.5), 6.0)),
    root_px=3,
    torn_noise=1,
)
TRAVELLING = FieldRecipe(
    flow=ROUND,
    smears_px=(3, 9),
    spread=0.0,
    rise_px=1.0,
    below_px=2,
    octaves=(Octave.waves(16, (0.0, 90.0), 0.5, 20),),
)


def write_tiny_effect(folder: Path, effect: str = FIRE, model_id: str = "") -> InstalledEffect:
    """Write an effect into ``folder/model_id`` and return it, installed."""
    home = folder / (model_id or f"tiny_{effect}")
    home.mkdir(parents=True)
    recipe = TRAVELLING if effect == WATER else RISING
    network = build_network(recipe.count, 2, len(CHANNELS[effect])).SerializeToString()
    (home / "model.onnx").write_bytes(network)
    card = tiny_effect_card(network, home.name, effect, recipe)
    (home / "card.json").write_text(card.to_json(), encoding="utf-8")
    (home / card.preview).write_bytes(tiny_png((240, 140, 40)))
    (home / card.movie).write_bytes(b"a movie")
    if card.sprites is not None:
        write_sheet(home / card.sprites.file)
    return InstalledEffect(home, card)


def write_sheet(file: Path) -> None:
    """Write the fire's sheet: cells of one colour each, the last one empty."""
    row = [np.full((18, 32, 3), colour, np.uint8) for colour in SPRITE_COLOURS]
    row.append(np.zeros((18, 32, 3), np.uint8))
    sheet = np.concatenate([np.concatenate(row[:2], 1), np.concatenate(row[2:], 1)])
    assert cv2.imwrite(str(file), sheet[..., ::-1])


def build_network(fields: int, controls: int, channels: int) -> onnx.ModelProto:
    """Return the graph: strided stem, a convolution, upsampling, controls added, the support."""
    random = np.random.default_rng(11)

    def weights(name: str, *shape: int, gain: float) -> TensorProto:
        values = random.standard_normal(shape) * gain / np.sqrt(np.prod(shape[1:]))
        return numpy_helper.from_array(values.astype(np.float32), name)

    width = 6
    tensors = [
        weights("stem_w", width, fields, STRIDE, STRIDE, gain=1.5),
        weights("trunk_w", width, width, 3, 3, gain=1.5),
        weights("head_w", channels, width + fields, 3, 3, gain=2.0),
        weights("controls_w", controls, channels, gain=1.0),
        numpy_helper.from_array(np.array([1, 1, STRIDE, STRIDE], np.float32), "scales"),
        numpy_helper.from_array(np.array([-1, channels, 1, 1], np.int64), "per_channel"),
        numpy_helper.from_array(np.array([fields - 1], np.int64), "last"),
        numpy_helper.from_array(np.array([fields], np.int64), "end"),
        numpy_helper.from_array(np.array([1], np.int64), "channel_axis"),
    ]
    nodes = [
        helper.make_node("Conv", ["fields", "stem_w"], ["stem"], strides=[STRIDE, STRIDE]),
        helper.make_node("Relu", ["stem"], ["stem_on"]),
        helper.make_node("Conv", ["stem_on", "trunk_w"], ["trunk"], pads=[1, 1, 1, 1]),
        helper.make_node("Resize", ["trunk", "", "scales"], ["large"], mode="nearest"),
        helper.make_node("Concat", ["large", "fields"], ["all"], axis=1),
        helper.make_node("Conv", ["all", "head_w"], ["made"], pads=[1, 1, 1, 1]),
        helper.make_node("MatMul", ["controls", "controls_w"], ["told"]),
        helper.make_node("Reshape", ["told", "per_channel"], ["told_here"]),
        helper.make_node("Add", ["made", "told_here"], ["sum"]),
        helper.make_node("Sigmoid", ["sum"], ["unit"]),
        helper.make_node("Slice", ["fields", "last", "end", "channel_axis"], ["support"]),
        helper.make_node("Mul", ["unit", "support"], ["channels"]),
    ]
    picture: list[str | int | None] = ["batch", fields, "height", "width"]
    inputs = [
        helper.make_tensor_value_info("fields", TensorProto.FLOAT, picture),
        helper.make_tensor_value_info("controls", TensorProto.FLOAT, ["batch", controls]),
    ]
    sides: list[str | int | None] = ["batch", channels, "height", "width"]
    outputs = [helper.make_tensor_value_info("channels", TensorProto.FLOAT, sides)]
    graph = helper.make_graph(nodes, "tiny_effect", inputs, outputs, tensors)
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def tiny_effect_card(
    network: bytes, model_id: str = "tiny_fire", effect: str = FIRE, recipe: FieldRecipe = RISING
) -> EffectCard:
    """Return the card of the tiny network with these bytes."""
    digest = hashlib.sha256(network).hexdigest()
    return EffectCard(
        format=EFFECT_FORMAT,
        id=model_id,
        title=f"Tiny {effect}",
        kind=EFFECT_KIND,
        effect=effect,
        description="A network for tests: random numbers where the matte reaches.",
        network=NetworkFile("model.onnx", digest, len(network), OPSET),
        recipe=recipe,
        controls=(
            EffectControl("turbulence", "Turbulence", 0.0, 2.0, 1.0, "How much it breaks up."),
            EffectControl("wind", "Wind", -4.0, 4.0, 0.0, "Pixels a frame to the right."),
        ),
        channels=tuple(
            EffectChannel(name, -32.0 if name == "height" else 0.0, 32.0, "For tests.")
            for name in CHANNELS[effect]
        ),
        size_multiple=STRIDE,
        halo_px=2 * STRIDE + 1,
        border_px=2 * STRIDE,
        training_scale_px=TRAINING_SCALE_PX,
        licence="CC0-1.0",
        sources=(Source("none", "random numbers", "CC0-1.0", "Nobody"),),
        gates=NumberTree(),
        preview="preview.png",
        movie="preview.mp4",
        sprites=SPRITES if effect == FIRE else None,
    )


if __name__ == "__main__":
    for kind in CHANNELS:
        write_tiny_effect(Path(sys.argv[1]), kind)
