"""The checks of an effect's behaviour: a good one passes, each planted fault is found."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from nuke_plugin.contract.card_parts import HalfNetworkFile
from nuke_plugin.contract.effect_card import SMOKE
from nuke_plugin.worker.verify import effect_behaviour
from nuke_plugin.worker.verify.finding import FAILED, OK
from tests.nuke_plugin.worker.verify.conftest import (
    PlantEffect,
    opened_effect,
    write_effect_card,
    write_network,
)
from tests.tiny_effect import STRIDE


def after_the_last(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    """Put nodes behind the graph; they read ``before`` and make ``channels``."""
    model.graph.node[-1].output[0] = "before"
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)


def constant(model: onnx.ModelProto, name: str, value: float) -> None:
    """Let the graph know a number."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), name))


def forget_the_support(model: onnx.ModelProto) -> None:
    """Let the network burn everywhere."""
    model.graph.node[-1].CopyFrom(helper.make_node("Identity", ["unit"], ["channels"]))


def add_a_glow(model: onnx.ModelProto) -> None:
    """Add a little where the support is 0 too."""
    constant(model, "little", 1e-6)
    after_the_last(model, [helper.make_node("Add", ["before", "little"], ["channels"])])


def add_randomness(model: onnx.ModelProto) -> None:
    """Let every run burn a little otherwise."""
    after_the_last(
        model,
        [
            helper.make_node("RandomUniformLike", ["before"], ["dice"], high=1.0, low=0.5),
            helper.make_node("Mul", ["before", "dice"], ["channels"]),
        ],
    )


def add_statistics(model: onnx.ModelProto) -> None:
    """Let the mean of all fields into every pixel."""
    after_the_last(
        model,
        [
            helper.make_node("ReduceMean", ["fields"], ["mean"], keepdims=1),
            helper.make_node("Sub", ["before", "mean"], ["dimmed"]),
            helper.make_node("Mul", ["dimmed", "support"], ["channels"]),
        ],
    )


def deafen(model: onnx.ModelProto) -> None:
    """Let no control have a say."""
    for tensor in model.graph.initializer:
        if tensor.name == "controls_w":
            nothing = np.zeros_like(numpy_helper.to_array(tensor))
            tensor.CopyFrom(numpy_helper.from_array(nothing, tensor.name))


def burn_the_support_alone(model: onnx.ModelProto) -> None:
    """Make the support into every channel: no noise, no motion."""
    channels = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    copies = ["support"] * channels
    model.graph.node[-1].CopyFrom(helper.make_node("Concat", copies, ["channels"], axis=1))


def divide_by_nothing(model: onnx.ModelProto) -> None:
    """Divide 0 by 0 where there is no support."""
    after_the_last(
        model,
        [
            helper.make_node("Div", ["support", "support"], ["ones"]),
            helper.make_node("Mul", ["before", "ones"], ["channels"]),
        ],
    )


def brighten(model: onnx.ModelProto) -> None:
    """Make a hundred times as much."""
    constant(model, "much", 100.0)
    after_the_last(model, [helper.make_node("Mul", ["before", "much"], ["channels"])])


@pytest.mark.parametrize("halo_px", [0, 4])
def test_an_understated_halo(plant_effect: PlantEffect, halo_px: int) -> None:
    """A halo that is smaller than what the network sees is found, with what it sees."""
    subject = opened_effect(plant_effect(halo_px=halo_px, border_px=0))
    finding = effect_behaviour.check_halo(subject)
    assert finding.outcome == FAILED
    assert finding.value is not None
    assert halo_px < finding.value <= 3 * STRIDE
    assert effect_behaviour.check_tiles(subject).outcome == FAILED


def test_a_network_that_is_not_local(plant_effect: PlantEffect) -> None:
    """Statistics of the whole picture are found by halo and by tiles."""
    subject = opened_effect(plant_effect(add_statistics))
    assert effect_behaviour.check_halo(subject).outcome == FAILED
    assert effect_behaviour.check_tiles(subject).outcome == FAILED


@pytest.mark.parametrize("multiple", [1, 2])
def test_an_understated_size_multiple(plant_effect: PlantEffect, multiple: int) -> None:
    """Sizes that the card allows and the network does not take are found."""
    finding = effect_behaviour.check_sizes(opened_effect(plant_effect(size_multiple=multiple)))
    assert finding.outcome == FAILED
    assert "size_multiple" in finding.text


@pytest.mark.parametrize("change", [forget_the_support, add_a_glow])
def test_an_effect_without_its_matte(plant_effect: PlantEffect, change: object) -> None:
    """What burns without a matte, or beyond its reach, is found however little it is."""
    subject = opened_effect(plant_effect(change, effect=SMOKE))
    for check in (effect_behaviour.check_empty_matte, effect_behaviour.check_support):
        finding = check(subject)
        assert finding.outcome == FAILED, check
        assert finding.value is not None
        assert finding.value > 0


def test_a_network_with_dice(plant_effect: PlantEffect) -> None:
    """A network that makes the same frame twice otherwise is found; so is a loop that jumps."""
    subject = opened_effect(plant_effect(add_randomness))
    assert effect_behaviour.check_determinism(subject).outcome == FAILED
    assert effect_behaviour.check_loop(subject).outcome == FAILED


def test_an_effect_that_stands_still(plant_effect: PlantEffect) -> None:
    """Noise that is ignored is found: nothing moves, seeds are alike, controls turn nothing."""
    subject = opened_effect(plant_effect(burn_the_support_alone))
    assert "nothing moves" in effect_behaviour.check_determinism(subject).text
    assert effect_behaviour.check_seeds(subject).outcome == FAILED
    finding = effect_behaviour.check_controls(subject)
    assert finding.outcome == FAILED
    assert "turbulence 0 changes 0" in finding.text


def test_a_control_that_turns_nothing(plant_effect: PlantEffect) -> None:
    """A control without a say is named; wind, which moves the fields, is none."""
    finding = effect_behaviour.check_controls(opened_effect(plant_effect(deafen)))
    assert finding.outcome == FAILED
    assert "turbulence" in finding.text
    assert "wind" not in finding.text


def test_a_network_that_ends_in_nan(plant_effect: PlantEffect) -> None:
    """What the worker would turn into 0 is found, and so is what it would hold."""
    subject = opened_effect(plant_effect(divide_by_nothing))
    assert effect_behaviour.check_empty_matte(subject).outcome == FAILED
    assert effect_behaviour.check_support(subject).outcome == FAILED
    assert "none" in effect_behaviour.check_extremes(subject).text


def test_channels_beyond_their_range(plant_effect: PlantEffect) -> None:
    """A network that makes more than its card says is found, with the channel."""
    finding = effect_behaviour.check_extremes(opened_effect(plant_effect(brighten)))
    assert finding.outcome == FAILED
    assert "of its pixels" in finding.text


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, OK), (1.01, FAILED)])
def test_half_precision_is_compared(plant_effect: PlantEffect, factor: float, outcome: str) -> None:
    """A second network that makes the same passes, one that differs by a hundredth is found."""
    installed = plant_effect()
    other = onnx.load(installed.network_path)
    constant(other, "factor", factor * 20)
    after_the_last(other, [helper.make_node("Mul", ["before", "factor"], ["channels"])])
    single = onnx.load(installed.network_path)
    constant(single, "factor", 20.0)
    after_the_last(single, [helper.make_node("Mul", ["before", "factor"], ["channels"])])
    stored = write_network(installed.network_path, single)
    half = write_network(installed.folder / "half.onnx", other)
    stored = dataclasses.replace(
        stored, half=HalfNetworkFile(half.file, half.sha256, half.size_bytes)
    )
    subject = opened_effect(write_effect_card(installed, network=stored))
    finding = effect_behaviour.check_half_precision(subject)
    assert finding.outcome == outcome, finding.text
