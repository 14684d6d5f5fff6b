"""Holds how ONNX Runtime is asked to run a network: threads, providers, buffers on the card.

What really runs is told, not what was asked for: a session that wanted a graphics card and got none
falls back to the processor without an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from nuke_plugin.worker.bound_run import BoundRun
from nuke_plugin.worker.engine_cache import EngineCache
from nuke_plugin.worker.processor_memory import RegionRun, has_one_region, use_one_region
from nuke_plugin.worker.providers import (
    CPU,
    CUDA,
    DIRECTML,
    TENSORRT,
    provider_arguments,
    usable_threads,
)

ORT_ERRORS: tuple[type[Exception], ...] = (
    ort_errors.EPFail,
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoModel,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""ONNX Runtime's errors; they share no base but ``Exception``."""

_OUT_OF_MEMORY = (
    "failed to allocate memory",
    "out of memory",
    "bad_alloc",
    "bad allocation",
    "alloc_failed",  # CUDNN_STATUS_ and CUBLAS_STATUS_
)
"""What ONNX Runtime's messages hold when there was no memory; it has no class for it."""

_BOUND = (TENSORRT, CUDA)
"""Providers whose pictures stay in buffers on the card from window to window."""

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Runner:
    """One session of ONNX Runtime, and how it was opened."""

    session: onnxruntime.InferenceSession
    """The session."""

    providers: tuple[str, ...]
    """What was asked for, best first."""

    digest: str
    """The SHA-256 of the network's file: compiled engines are kept by it."""

    threads: int | None
    """Of the processor; None for all this process may use."""

    device: int
    """Number of the graphics card."""

    is_half: bool
    """Whether it counts in half precision."""

    engines: EngineCache | None
    """Where compiled engines are kept; None where none are made."""

    bound: BoundRun | RegionRun | None
    """Buffers on the card, or the region of the processor's networks; None for neither."""

    shaped_as: str | None = None
    """Name of the input whose shape the output has; None where that is not certain."""

    @classmethod
    def open(
        cls,
        model: bytes,
        providers: Sequence[str],
        digest: str,
        threads: int | None = None,
        device: int = 0,
        is_half: bool = False,
        shaped_as: str | None = None,
    ) -> Runner:
        """Open a session of a model's bytes; raise one of ``ORT_ERRORS`` where it is refused."""
        names = tuple(providers)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_threads()
        options.log_severity_level = 3
        # Threads that spin while they wait take the processor from reading and writing, and from
        # Nuke: without, a render on two cores costs 8 % less processor time, the network the same.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # A pattern of one size's memory is allocated beside what its first run took: 720 bytes a
        # pixel of a window in place of 445 for the shipped gallery, and no run is faster for it.
        options.enable_mem_pattern = False
        is_in_region = names[0] == CPU and shaped_as is not None and has_one_region()
        if is_in_region:
            use_one_region(options)
        if DIRECTML in names:  # which knows no parallel execution either
            options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        engines = EngineCache.for_this_machine(digest, device) if TENSORRT in names else None
        folder = None if engines is None else engines.folder
        arguments = provider_arguments(names, device, folder, is_half)
        session = onnxruntime.InferenceSession(model, options, providers=arguments)
        bound: BoundRun | RegionRun | None = None
        if _first(session) in _BOUND:
            bound = BoundRun(session, "cuda", device)
        elif is_in_region and shaped_as is not None:
            bound = RegionRun(session, shaped_as)
        return cls(session, names, digest, threads, device, is_half, engines, bound, shaped_as)

    def reopened(self, model: bytes, providers: tuple[str, ...] | None = None) -> Runner:
        """Open another model, or another provider, in the same way."""
        names = self.providers if providers is None else providers
        how = (self.digest, self.threads, self.device, self.is_half, self.shaped_as)
        return Runner.open(model, names, *how)

    @property
    def provider(self) -> str:
        """The provider that runs."""
        return _first(self.session)

    @property
    def inputs(self) -> Sequence[Any]:
        """The graph's inputs, with name, type and shape."""
        return list(self.session.get_inputs())

    @property
    def outputs(self) -> Sequence[Any]:
        """The graph's outputs likewise."""
        return list(self.session.get_outputs())

    def run(self, output: str, inputs: Tensors, options: Any) -> NDArray[np.floating[Any]]:
        """Return one output; ``options`` are ONNX Runtime's, or None. Raises ``ORT_ERRORS``."""
        if self.bound is not None:
            try:
                painted = self.bound.run(output, inputs, options)
            except RuntimeError as error:  # what ONNX Runtime raises of bound runs, whatever it is
                raise ort_errors.Fail(str(error)) from error
        else:
            painted = self.session.run([output], dict(inputs), options)[0]
        if self.engines is not None:
            self.engines.publish()
        return np.asarray(painted)


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error of a run means that there was no memory for it."""
    is_said = any(text in str(error).lower() for text in _OUT_OF_MEMORY)
    return isinstance(error, MemoryError) or is_said


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, which may go on for pages."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__


def _first(session: onnxruntime.InferenceSession) -> str:
    return str(session.get_providers()[0])
