"""Holds the look at a file before anything loads it: what is refused, and within which bounds."""

from __future__ import annotations

from pathlib import Path

from nuke_plugin.contract.errors import NetworkRefused
from nuke_plugin.worker.onnx_graph import OnnxGraph

MOST_FILE_BYTES = 1 << 30
"""A style network has some megabytes; the largest published ones some hundred."""

MOST_MEMORY_BYTES = 8 << 30
"""What the process that tries a network may take: several times what one needs for 960x540."""

MOST_NODES = 20_000
"""Steps of a graph; the deepest published style networks have some thousand."""

LEAST_OPSET = 7
"""Oldest operator set that ONNX Runtime runs."""

_RANDOM = ("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike")
_RANDOM_TOO = ("Multinomial", "Bernoulli")


def read_network(file: Path) -> bytes:
    """Return the bytes of a file that is to be imported; raise ``NetworkRefused``."""
    try:
        size_bytes = file.stat().st_size
        if not file.is_file():
            raise NetworkRefused(file, "it is not a file")
        if size_bytes > MOST_FILE_BYTES:
            reason = f"it has {size_bytes:,} bytes, and at most {MOST_FILE_BYTES:,} are taken"
            raise NetworkRefused(file, reason)
        with file.open("rb") as stream:
            return stream.read(MOST_FILE_BYTES + 1)
    except OSError as error:
        raise NetworkRefused(file, f"it cannot be read ({error.strerror or error})") from error


def inspect(file: Path, network: bytes) -> OnnxGraph:
    """Return what a network's bytes say of themselves; raise ``NetworkRefused``."""
    try:
        graph = OnnxGraph.of(network)
    except ValueError as error:
        raise NetworkRefused(file, f"{error} ({len(network):,} bytes)") from error
    if graph.has_external_data:
        raise NetworkRefused(file, "its weights lie in another file, which is never read")
    if graph.custom_operators:
        names = ", ".join(sorted(graph.custom_operators)[:5])
        raise NetworkRefused(file, f"it uses operators outside the ONNX standard ({names})")
    if graph.false_tensors:
        name = graph.false_tensors[0]
        raise NetworkRefused(file, f"its tensor {name!r} claims more numbers than it holds")
    if graph.node_count > MOST_NODES:
        reason = f"it has {graph.node_count:,} steps, and at most {MOST_NODES:,} are taken"
        raise NetworkRefused(file, reason)
    if graph.opset < LEAST_OPSET:
        reason = f"its operator set is {graph.opset}, and {LEAST_OPSET} is the oldest that runs"
        raise NetworkRefused(file, reason)
    random = sorted(graph.operators & {*_RANDOM, *_RANDOM_TOO})
    if random:
        reason = f"it draws random numbers ({random[0]}), so no two runs would be equal"
        raise NetworkRefused(file, reason)
    return graph
