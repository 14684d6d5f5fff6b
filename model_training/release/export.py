"""Holds the export: a run's averaged generator becomes ONNX graphs that are compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import Tensor, nn

from model_training.networks.generator import STRIDE, Generator, make_generator
from model_training.release.half_precision import half_precision
from model_training.training.checkpoint import FILE_NAME, load_modules
from model_training.training.config import TrainingConfig
from model_training.training.run_config import RunConfig
from nuke_plugin.worker.verify.precision import HALF_TOLERANCE

OPSET = 20
PARITY_TOLERANCE = 1e-4
"""Largest difference between ONNX Runtime and torch, in display units, that is let through."""


class ExportFailed(RuntimeError):
    """A network was exported that does not do what the generator does."""


class RunMissing(FileNotFoundError):
    """A run folder has no finished state."""


def load_generator(config: TrainingConfig, run: Path) -> tuple[Generator, int]:
    """The run's averaged generator, ready for inference, and the step it has reached."""
    generator = make_generator(len(config.styles), config.generator.generator_size())
    step = load_average(generator, run, config)
    generator.set_padding("zeros")
    return generator.eval().requires_grad_(False), step


def load_average(generator: nn.Module, run: Path, config: RunConfig) -> int:
    """Fills a generator with a run's averaged one, in place, and returns the step it has reached.

    Raises RunMissing or RunMismatch.
    """
    if not (run / FILE_NAME).is_file():
        raise RunMissing(
            f"Run folder '{run}' holds no {FILE_NAME}. Train it first with impasto-train style or "
            "impasto-train effect."
        )
    return load_modules(run, {"average": generator}, config.deciding())


def write_network(generator: Generator, path: Path, provenance: dict[str, str]) -> None:
    """Writes the ONNX graph with free height and width, and the provenance inside the file."""
    count = generator.styles
    example = {
        "image": torch.rand(1, 3, 16 * STRIDE, 20 * STRIDE),
        "style": F.one_hot(torch.tensor([0]), count).float(),
        "strength": torch.full((1, 1), 0.7),
    }
    write_graph(generator, example, "painted", path, provenance)


def write_graph(
    network: nn.Module,
    example: Mapping[str, Tensor],
    output: str,
    path: Path,
    provenance: Mapping[str, str],
) -> None:
    """Writes a network as ONNX: its inputs as in `example`, pictures of free height and width."""
    free = {name: {2: "height", 3: "width"} if x.dim() == 4 else {} for name, x in example.items()}
    program = torch.onnx.export(
        network,
        tuple(example.values()),
        dynamo=True,
        input_names=list(example),
        output_names=[output],
        dynamic_shapes=free,
        opset_version=OPSET,
        external_data=False,
        verbose=False,
    )
    assert program is not None
    model = without_traces(_folded(program.model_proto))
    for key, value in provenance.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model, in place, without what the exporter notes of Python's modules, lines and folders.

    The same weights then give the same file wherever they are exported, and no file names a folder
    of the machine that it was made on.
    """
    graph = model.graph
    del graph.metadata_props[:]
    for named in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        named.doc_string = ""
        del named.metadata_props[:]
    return model


def _folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with all worked out that hangs on weights alone.

    Filters are then divided by their norms once, here, not again wherever the network is opened.
    """
    graph = model.graph
    known = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes = []
    for node in graph.node:
        if all(not name or name in known for name in node.input):
            evaluator = ReferenceEvaluator(node, opsets={"": OPSET})
            values = evaluator.run(None, {name: known[name] for name in node.input if name})
            known.update(zip(node.output, map(np.asarray, values), strict=True))
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    weights = [numpy_helper.from_array(known[name], name) for name in sorted(used & set(known))]
    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    del folded.graph.node[:], folded.graph.initializer[:], folded.graph.value_info[:]
    folded.graph.node.extend(nodes)
    folded.graph.initializer.extend(weights)
    return folded


def write_half_network(network: Path, path: Path) -> None:
    """Writes the graph in `network` once more in half precision, provenance and all."""
    path.write_bytes(half_precision(onnx.load(network)).SerializeToString())


def open_network(path: Path) -> onnxruntime.InferenceSession:
    """An ONNX Runtime session on the CPU."""
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def parity(generator: Generator, session: onnxruntime.InferenceSession) -> float:
    """Largest |ONNX Runtime - torch| over styles, strengths and two sizes, in display units."""
    random = torch.Generator().manual_seed(7)
    shown = []
    for index in range(generator.styles):
        for strength, (height, width) in ((0.0, (96, 128)), (0.5, (128, 72)), (1.0, (160, 208))):
            image = torch.rand(1, 3, height, width, generator=random)
            style = F.one_hot(torch.tensor([index]), generator.styles).float()
            amount = torch.full((1, 1), strength)
            shown.append({"image": image, "style": style, "strength": amount})
    return largest_difference(generator, session, shown)


def largest_difference(
    network: nn.Module,
    session: onnxruntime.InferenceSession,
    shown: Iterable[Mapping[str, Tensor]],
    scales: np.ndarray | float = 1.0,
) -> float:
    """Largest |ONNX Runtime - torch| over some inputs by name, in units of `scales`."""
    worst = 0.0
    for inputs in shown:
        (ours,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
        with torch.no_grad():
            theirs = network(*inputs.values()).numpy()
        # NaN counts as the worst there is, and max() would pass it over.
        worst = float(np.maximum(worst, (np.abs(ours - theirs) / scales).max()))
    return worst


def check_parity(difference: float) -> None:
    """ExportFailed where ONNX Runtime and torch differ by more than is let through."""
    if not difference <= PARITY_TOLERANCE:
        raise ExportFailed(
            f"ONNX Runtime and torch differ by {difference:.2g}, more than {PARITY_TOLERANCE:g}. "
            "The exported network is not the trained one; nothing was written. Check the versions "
            "of torch and onnxruntime."
        )


def check_half(halved: float) -> None:
    """ExportFailed where half and single precision differ by more than is let through."""
    if not halved <= HALF_TOLERANCE:
        raise ExportFailed(
            f"Half and single precision differ by {halved:.2g}, more than {HALF_TOLERANCE:g}. "
            "Nothing was written. Train on: weights this large are a sign of a run that diverges."
        )
