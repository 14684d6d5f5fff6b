"""Tests of loading a network and of running it."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from nuke_plugin.contract.errors import (
    ModelFileMismatch,
    ModelFileMissing,
    ModelFileTruncated,
    ModelGraphMismatch,
    RenderCancelled,
)
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker import sessions
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.providers import working_providers
from nuke_plugin.worker.sessions import Runner
from tests.tiny_model import build_network, tiny_card, write_endless_model, write_tiny_model

WARM = (1.0, 0.0)


def install(folder: Path, model: onnx.ModelProto | bytes) -> InstalledModel:
    """Write a network with a card that has its hash and size, and the tiny model's promises."""
    network = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "model.onnx").write_bytes(network)
    return InstalledModel(folder, tiny_card(network))


def picture(width: int, height: int) -> np.ndarray:
    """Return noise as (1, 3, H, W)."""
    return np.random.default_rng(0).random((1, 3, height, width), np.float32)


def test_a_network_paints_and_says_what_ran_it(tiny_model: InstalledModel) -> None:
    """The picture comes back in its size, changed, within [0, 1], by the processor."""
    network = Network.open(tiny_model)
    image = picture(64, 48)
    painted = network.run(image, WARM, 1.0, Cancellation())
    assert network.provider == working_providers()[0]
    assert painted.shape == image.shape
    assert painted.dtype == np.float32
    assert 0 <= painted.min() < painted.max() <= 1
    assert np.abs(painted - image).max() > 0.1


def test_styles_and_strength_reach_the_network(tiny_model: InstalledModel) -> None:
    """Another style is another picture; half strength lies between; 0 gives the picture back."""
    network = Network.open(tiny_model)
    image = picture(64, 48)
    warm, cold, half, none = (
        network.run(image, style, strength, Cancellation())
        for style, strength in ((WARM, 1.0), ((0.0, 1.0), 1.0), (WARM, 0.5), (WARM, 0.0))
    )
    assert np.abs(warm - cold).mean() > 0.1
    np.testing.assert_allclose(half, (image + warm) / 2, atol=1e-6)
    np.testing.assert_allclose(none, image, atol=1e-7)


def test_what_is_asked_for_and_does_not_work_is_not_said_to_run(tiny_model: InstalledModel) -> None:
    """A CUDA request on a machine without it runs on the processor and says so."""
    asked = ("CUDAExecutionProvider", "CPUExecutionProvider")
    with pytest.warns(UserWarning, match="CUDAExecutionProvider"):
        network = Network.open(tiny_model, providers=asked)
    assert network.provider == "CPUExecutionProvider"


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    """A network file that is not the card's own is refused by its hash."""
    installed = write_tiny_model(tmp_path)
    content = bytearray(installed.network_path.read_bytes())
    content[len(content) // 2] ^= 1
    installed.network_path.write_bytes(bytes(content))
    with pytest.raises(ModelFileMismatch, match=installed.card.network.sha256):
        Network.open(installed)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    """A network file that is too short is said to be cut short."""
    installed = write_tiny_model(tmp_path)
    content = installed.network_path.read_bytes()
    installed.network_path.write_bytes(content[:-100])
    with pytest.raises(ModelFileTruncated, match=str(len(content) - 100)):
        Network.open(installed)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A card without its network file is told as that."""
    installed = write_tiny_model(tmp_path)
    installed.network_path.unlink()
    with pytest.raises(ModelFileMissing):
        Network.open(installed)


def rename_input(model: onnx.ModelProto) -> None:
    """Call the input ``image`` something else."""
    model.graph.input[0].name = "picture"
    for node in model.graph.node:
        node.input[:] = ["picture" if name == "image" else name for name in node.input]


def rename_output(model: onnx.ModelProto) -> None:
    """Call the output ``painted`` something else."""
    model.graph.output[0].name = model.graph.node[-1].output[0] = "canvas"


def fix_size(model: onnx.ModelProto) -> None:
    """Let the network take one size of picture only."""
    sides = model.graph.input[0].type.tensor_type.shape.dim
    sides[2].dim_value, sides[3].dim_value = 64, 64


def add_input(model: onnx.ModelProto) -> None:
    """Ask for one more input than the card knows."""
    value = helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1])
    model.graph.input.append(value)


def add_custom_operator(model: onnx.ModelProto) -> None:
    """Use an operator of another domain."""
    model.graph.node[0].domain = "com.evil"


def lower_opset(model: onnx.ModelProto) -> None:
    """Ask for an older operator set than the card says."""
    model.opset_import[0].version = 19


def break_graph(model: onnx.ModelProto) -> None:
    """Leave out the first operator."""
    del model.graph.node[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (rename_input, "picture"),
        (rename_output, "canvas"),
        (fix_size, "64"),
        (add_input, "mask"),
        (add_custom_operator, "com.evil.Conv"),
        (lower_opset, "19"),
        (break_graph, "ONNX Runtime refuses it"),
    ],
)
def test_a_graph_that_differs_from_its_card_is_refused(
    tmp_path: Path, change: Callable[[onnx.ModelProto], None], told: str
) -> None:
    """Whatever in the graph is not as the card says, the error names it."""
    model = build_network()
    change(model)
    with pytest.raises(ModelGraphMismatch, match=told):
        Network.open(install(tmp_path, model))


def test_another_number_of_styles_is_refused(tmp_path: Path) -> None:
    """A card with three styles does not fit a network of two."""
    installed = install(tmp_path, build_network())
    card = installed.card
    slots = (*card.styles, dataclasses.replace(card.styles[0], id="third"))
    style = dataclasses.replace(card.style, length=3)
    wrong = dataclasses.replace(card, style=style, styles=slots)
    with pytest.raises(ModelGraphMismatch, match="style"):
        Network.open(InstalledModel(installed.folder, wrong))


def test_weights_in_another_file_are_refused(tmp_path: Path) -> None:
    """A network that would read other files is refused before it can, though the hash is right."""
    model = build_network()
    (tmp_path / "weights.bin").write_bytes(bytes(1 << 16))
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    with pytest.raises(ModelGraphMismatch, match="another file"):
        Network.open(install(tmp_path, model))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    """Garbage with the right hash is still no network."""
    content = hashlib.sha256(b"garbage").digest() * 99
    with pytest.raises(ModelGraphMismatch):
        Network.open(install(tmp_path, content))


def test_a_run_is_cancelled_inside_the_frame_and_the_network_stays_usable(tmp_path: Path) -> None:
    """A cancel stops a run that would never end, and the next picture is painted as usual."""
    network = Network.open(write_endless_model(tmp_path))
    cancellation = Cancellation()
    caught: list[type[Exception]] = []

    def run() -> None:
        try:
            network.run(picture(320, 64), WARM, 1.0, cancellation)
        except RenderCancelled as error:
            caught.append(type(error))

    running = threading.Thread(target=run, daemon=True)
    running.start()
    running.join(timeout=0.3)
    assert running.is_alive()
    cancellation.request()
    running.join(timeout=60)
    assert caught == [RenderCancelled]
    assert network.run(picture(64, 64), WARM, 1.0, Cancellation()).shape == (1, 3, 64, 64)


def test_a_cancel_before_the_run_stops_it_too(tiny_model: InstalledModel) -> None:
    """A button pressed early is not forgotten."""
    cancellation = Cancellation()
    cancellation.request()
    with pytest.raises(RenderCancelled):
        Network.open(tiny_model).run(picture(64, 64), WARM, 1.0, cancellation)


def noisy(model: onnx.ModelProto) -> None:
    """Let the network paint something else each time."""
    model.graph.node[-1].output[0] = "calm"
    model.graph.node.extend(
        [
            helper.make_node("RandomUniformLike", ["calm"], ["grain"]),
            helper.make_node("Mul", ["calm", "grain"], ["painted"]),
        ]
    )


def test_a_style_is_written_into_the_network(tiny_model: InstalledModel) -> None:
    """What follows from style and strength is worked out once; the pixels stay, below 1e-5."""
    network, whole = Network.open(tiny_model), Network.open(tiny_model)
    image = picture(64, 48)
    assert network.fold(WARM, 0.7) == ""
    given = inputs_given(network)
    painted = network.run(image, WARM, 0.7, Cancellation())
    assert given == [{"image"}]
    np.testing.assert_allclose(painted, whole.run(image, WARM, 0.7, Cancellation()), atol=1e-5)
    for style, strength in (((0.0, 1.0), 0.7), (WARM, 0.6)):
        other = network.run(image, style, strength, Cancellation())
        expected = whole.run(image, style, strength, Cancellation())
        np.testing.assert_array_equal(other, expected)


def inputs_given(network: Network) -> list[set[str]]:
    """Note the names of the inputs of every run of a network's folded session from here on."""
    given: list[set[str]] = []
    assert network._folded is not None
    key, runner = network._folded

    class Noting:
        def run(self, output: str, inputs: dict[str, np.ndarray], options: object) -> np.ndarray:
            given.append(set(inputs))
            return runner.run(output, inputs, options)

    network._folded = (key, Noting())  # type: ignore[assignment]
    return given


def test_one_folded_network_is_kept_and_made_once(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same style again costs no session; another one takes its place."""
    network = Network.open(tiny_model)
    opened: list[int] = []
    reopened = Runner.reopened

    def counted(runner: Runner, model: bytes, *others: tuple[str, ...]) -> Runner:
        opened.append(len(model))
        return reopened(runner, model, *others)

    monkeypatch.setattr(Runner, "reopened", counted)
    for style in (WARM, WARM, (0.0, 1.0), (0.0, 1.0)):
        assert network.fold(style, 1.0) == ""
    assert len(opened) == 2


def test_a_network_that_cannot_be_folded_is_used_as_it_is(tmp_path: Path) -> None:
    """One that paints something else each time is found out, and still paints."""
    model = build_network()
    noisy(model)
    network = Network.open(install(tmp_path, model))
    network.run(picture(64, 48), WARM, 1.0, Cancellation())  # its dice have been thrown once
    assert "paint otherwise" in network.fold(WARM, 1.0)
    assert network.run(picture(64, 48), WARM, 1.0, Cancellation()).shape == (1, 3, 48, 64)


def test_a_folded_network_that_does_not_start_is_told(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ONNX Runtime says against the changed graph is the reason, in one line."""
    network = Network.open(tiny_model)
    monkeypatch.setattr("nuke_plugin.worker.network.with_constants", lambda *_: b"no model")
    reason = network.fold(WARM, 1.0)
    assert reason
    assert "\n" not in reason
    assert network.run(picture(64, 48), WARM, 1.0, Cancellation()).shape == (1, 3, 48, 64)


def test_nothing_is_folded_where_tensorrt_runs(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another style or strength opens no second session there, for that means a second engine."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying_card(fails_at=99))
    monkeypatch.setattr(sessions, "EngineCache", NoEngines)
    monkeypatch.setattr(sessions, "_BOUND", ())
    network = Network.open(tiny_model, ("TensorrtExecutionProvider", "CPUExecutionProvider"))
    assert network.provider == "TensorrtExecutionProvider"
    opened: list[str] = []
    monkeypatch.setattr(Runner, "reopened", lambda *_: opened.append("engine"))
    assert network.fold(WARM, 1.0) == network.fold(WARM, 0.5) == ""
    assert opened == []
    assert network.run(picture(64, 48), WARM, 1.0, Cancellation()).shape == (1, 3, 48, 64)


class NoEngines:
    """A cache of engines without any."""

    problem = ""
    folder = Path()

    @classmethod
    def for_this_machine(cls, digest: str, device: int) -> NoEngines:
        """Return it."""
        return cls()

    def publish(self) -> None:
        """There is nothing to give."""


def dying_card(fails_at: int) -> type[onnxruntime.InferenceSession]:
    """Return sessions that say CUDA runs them, until they fail at a run as a lost card does."""

    class DyingCard(onnxruntime.InferenceSession):
        runs = 0

        def __init__(self, model: bytes, options: object, providers: list[Any]) -> None:
            self.claimed = [name for name, _ in providers]
            super().__init__(model, options, providers=["CPUExecutionProvider"])

        def get_providers(self) -> list[str]:
            return self.claimed

        def run(self, *arguments: Any) -> Any:
            DyingCard.runs += 1
            if self.claimed[0] != "CPUExecutionProvider" and DyingCard.runs >= fails_at:
                raise ort_errors.Fail("CUDA failure 999: unknown error\nand a long tail")
            return super().run(*arguments)

    return DyingCard


def test_the_processor_goes_on_where_a_card_is_lost(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very picture at which the card failed is painted, and who failed is told."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying_card(fails_at=2))
    network = Network.open(tiny_model, ("CoreMLExecutionProvider", "CPUExecutionProvider"))
    assert (network.provider, network.fell_back) == ("CoreMLExecutionProvider", "")
    image = picture(64, 48)
    first, second = (network.run(image, WARM, 1.0, Cancellation()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert network.provider == "CPUExecutionProvider"
    assert network.was_lost
    assert network.fell_back == "CoreMLExecutionProvider failed (CUDA failure 999: unknown error)"


def test_the_processor_goes_on_where_buffers_on_a_card_fail(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of runs with bound buffers ONNX Runtime raises a plain ``RuntimeError``: no frame is lost."""
    monkeypatch.setattr(onnxruntime, "InferenceSession", dying_card(fails_at=99))
    network = Network.open(tiny_model, ("CUDAExecutionProvider", "CPUExecutionProvider"))
    assert network.provider == "CUDAExecutionProvider"
    image = picture(64, 48)
    painted = network.run(image, WARM, 1.0, Cancellation())
    assert network.provider == "CPUExecutionProvider"
    assert network.was_lost
    whole = Network.open(tiny_model, ("CPUExecutionProvider",))
    np.testing.assert_array_equal(painted, whole.run(image, WARM, 1.0, Cancellation()))


@pytest.mark.parametrize(
    "text",
    [
        "Failed to allocate memory for requested buffer of size 123",
        "CUDA failure 2: out of memory",
        "CUDNN failure 4000: CUDNN_STATUS_ALLOC_FAILED",
        "std::bad_alloc",
    ],
)
def test_a_card_without_memory_is_no_lost_card(
    tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """It is a lack of memory, after which smaller windows are tried on the same card."""
    network = Network.open(tiny_model)

    def run(*arguments: object) -> None:
        raise ort_errors.Fail(text)

    monkeypatch.setattr(Runner, "run", run)
    with pytest.raises(MemoryError):
        network.run(picture(64, 48), WARM, 1.0, Cancellation())
    assert not network.was_lost


def test_what_was_asked_for_and_did_not_start_is_said(tiny_model: InstalledModel) -> None:
    """A provider that lies about itself is named beside the one that really runs."""
    asked = ("CUDAExecutionProvider", "CPUExecutionProvider")
    with pytest.warns(UserWarning, match="CUDAExecutionProvider"):
        network = Network.open(tiny_model, providers=asked)
    assert network.fell_back == "CUDAExecutionProvider was asked for and did not start"
