"""The checks of a network's behaviour: a good one passes, each planted fault is found."""

from __future__ import annotations

import hashlib

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from nuke_plugin.contract.card_parts import HalfNetworkFile
from nuke_plugin.worker.verify import behaviour
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK
from nuke_plugin.worker.verify.suite import STYLE_CHECKS
from tests.nuke_plugin.worker.verify.conftest import Plant, opened, write_card
from tests.tiny_model import STRIDE


def after_the_last(model: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    """Put nodes behind the graph; they read ``before`` and make ``painted``."""
    model.graph.node[-1].output[0] = "before"
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)


def add_randomness(model: onnx.ModelProto) -> None:
    """Let every run paint a little otherwise."""
    after_the_last(
        model,
        [
            helper.make_node("RandomUniformLike", ["before"], ["dither"], high=1e-3, low=0.0),
            helper.make_node("Sub", ["before", "dither"], ["painted"]),
        ],
    )


def add_statistics(model: onnx.ModelProto) -> None:
    """Let a twentieth of the whole picture's mean into every pixel."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(0.05, np.float32), "little"))
    after_the_last(
        model,
        [
            helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=1),
            helper.make_node("Mul", ["mean", "little"], ["mean_tint"]),
            helper.make_node("Sub", ["before", "mean_tint"], ["painted"]),
        ],
    )


def add_not_a_number(model: onnx.ModelProto) -> None:
    """Divide 0 by 0 where the picture is black."""
    after_the_last(
        model,
        [
            helper.make_node("Div", ["image", "image"], ["ones"]),
            helper.make_node("Mul", ["before", "ones"], ["painted"]),
        ],
    )


def add_light(model: onnx.ModelProto) -> None:
    """Paint brighter than white."""
    model.graph.initializer.append(numpy_helper.from_array(np.array(1.5, np.float32), "bright"))
    after_the_last(model, [helper.make_node("Mul", ["before", "bright"], ["painted"])])


def make_styles_alike(model: onnx.ModelProto) -> None:
    """Let both styles tint alike."""
    for tensor in model.graph.initializer:
        if tensor.name == "tint":
            row = numpy_helper.to_array(tensor)[:1]
            tensor.CopyFrom(numpy_helper.from_array(np.repeat(row, 2, axis=0), "tint"))


@pytest.mark.parametrize("name", [name for name in STYLE_CHECKS if name not in ("limits", "gates")])
def test_a_good_model_passes(plant: Plant, name: str) -> None:
    """The tiny model keeps its promises; what it has not is not run."""
    finding = STYLE_CHECKS[name](opened(plant()))
    expected = NOT_RUN if name == "half precision" else OK
    assert (finding.outcome, finding.check) == (expected, name), finding.text


@pytest.mark.parametrize("halo_px", [0, 4, 8])
def test_an_understated_halo(plant: Plant, halo_px: int) -> None:
    """A halo that is smaller than what the network sees is found, with what it sees."""
    finding = behaviour.check_halo(opened(plant(halo_px=halo_px, border_px=0)))
    assert finding.outcome == FAILED
    assert finding.value is not None
    assert halo_px < finding.value <= 3 * STRIDE


def test_a_network_that_is_not_local(plant: Plant) -> None:
    """Statistics of the whole picture are found by halo, tiles and broken pixels."""
    subject = opened(plant(add_statistics))
    for check in (behaviour.check_halo, behaviour.check_tiles, behaviour.check_broken_pixels):
        assert check(subject).outcome == FAILED, check


def test_a_network_that_says_it_is_not_local(plant: Plant) -> None:
    """Where the card says so, nothing is asked of tiles and halo."""
    subject = opened(plant(add_statistics, local=False))
    assert behaviour.check_halo(subject).outcome == NOT_RUN
    assert behaviour.check_tiles(subject).outcome == NOT_RUN
    assert behaviour.check_broken_pixels(subject).outcome == OK


def test_a_network_with_dice(plant: Plant) -> None:
    """A network that paints the same picture twice otherwise is found."""
    finding = behaviour.check_determinism(opened(plant(add_randomness)))
    assert finding.outcome == FAILED
    assert finding.value is not None
    assert 0 < finding.value <= 1e-3


@pytest.mark.parametrize("multiple", [1, 2])
def test_an_understated_size_multiple(plant: Plant, multiple: int) -> None:
    """Sizes that the card allows and the network does not take are found."""
    finding = behaviour.check_sizes(opened(plant(size_multiple=multiple)))
    assert finding.outcome == FAILED
    assert "size_multiple" in finding.text


def test_an_overstated_size_multiple(plant: Plant) -> None:
    """A card may ask for more than the network needs."""
    assert behaviour.check_sizes(opened(plant(size_multiple=2 * STRIDE))).outcome == OK


def test_a_network_that_ends_in_nan(plant: Plant) -> None:
    """A black picture that comes back as no numbers is found."""
    finding = behaviour.check_extremes(opened(plant(add_not_a_number)))
    assert finding.outcome == FAILED


def test_a_network_beyond_white(plant: Plant) -> None:
    """Values above 1 are found, in mixes and extremes, and so is a strength 0 that paints."""
    subject = opened(plant(add_light))
    assert behaviour.check_mixes(subject).outcome == FAILED
    assert behaviour.check_extremes(subject).outcome == FAILED
    assert behaviour.check_strength(subject).outcome == FAILED


def test_styles_that_are_alike(plant: Plant) -> None:
    """A style that paints as another does is named."""
    finding = behaviour.check_styles_differ(opened(plant(make_styles_alike)))
    assert finding.outcome == FAILED
    assert "cold" in finding.text


@pytest.mark.parametrize(("change", "outcome"), [(None, OK), (add_light, FAILED)])
def test_half_precision_is_compared(plant: Plant, change: object, outcome: str) -> None:
    """A second network that paints the same passes, one of another training is found."""
    installed = plant()
    other = onnx.load(installed.network_path)
    if change is not None:
        add_light(other)
    content = other.SerializeToString()
    (installed.folder / "half.onnx").write_bytes(content)
    half = HalfNetworkFile("half.onnx", hashlib.sha256(content).hexdigest(), len(content))
    network = installed.card.network
    stored = type(network)(network.file, network.sha256, network.size_bytes, network.opset, half)
    finding = behaviour.check_half_precision(opened(write_card(installed, network=stored)))
    assert finding.outcome == outcome, finding.text
