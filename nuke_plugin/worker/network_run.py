"""Holds what the networks of styles and of effects have in common: checks, runs and failures.

A network comes from a stranger's folder, so what its graph contains and how its inputs and outputs
look is checked before the first pixel. A graphics card may vanish in the middle of a run: the
processor takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import ModelGraphMismatch, RenderCancelled
from nuke_plugin.contract.library import AnyInstalled
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.onnx_graph import OnnxGraph
from nuke_plugin.worker.processor_memory import give_back_after
from nuke_plugin.worker.providers import CPU
from nuke_plugin.worker.sessions import ORT_ERRORS, Runner, first_line, is_out_of_memory
from nuke_plugin.worker.tiles import Window

ANY, OPEN = -1, -2
"""Sides of a shape: whatever the graph says, and one that it must leave open."""

FLOAT = "tensor(float)"
"""ONNX Runtime's name of float32."""


class ProcessorTookOver(Exception):
    """A graphics card failed at a window that is larger than the processor should be given."""

    def __init__(self, limit_px: int) -> None:
        """Take the most pixels that the processor should be given at once."""
        super().__init__(limit_px)
        self.limit_px = limit_px


class NetworkRun:
    """A session of a network, what went wrong with it, and its memory."""

    def __init__(
        self, installed: AnyInstalled, model: bytes, runner: Runner, asked_for: str
    ) -> None:
        """Take a session of a model's bytes; ``asked_for`` is the provider that should run it."""
        self.fell_back = ""
        """Why another provider runs than was asked for, or ran at first; empty while none does."""
        self.was_lost = False
        """Whether the provider failed in the middle of a run."""
        self.gives_memory_back = False
        """Whether what a frame's runs took is given back to the system, for large frames."""
        self.has_more_windows = False
        """Whether another run of the same frame follows, which takes the memory of this one."""
        self.processor_limit_px: int | None = None
        """Most pixels to give the processor at once where a card fails; None for any number."""
        self._file = installed.network_path
        self._model = model
        self._runner = runner
        if runner.provider != asked_for:
            self.fell_back = f"{asked_for} was asked for and did not start"

    @property
    def provider(self) -> str:
        """The provider that runs the network; what was asked for may have fallen back."""
        return self._runner.provider

    @property
    def engine_problem(self) -> str:
        """Why compiled engines are not kept, in a sentence; empty while they are, or none is."""
        engines = self._runner.engines
        return "" if engines is None else engines.problem

    def attempt(
        self,
        runner: Runner,
        output: str,
        inputs: Mapping[str, NDArray[Any]],
        cancellation: Cancellation,
    ) -> NDArray[np.floating[Any]] | None:
        """Return one output; None where a graphics card failed and the processor is ready to try.

        Raises ``RenderCancelled``, ``MemoryError`` when the picture is too large for the machine,
        and ``ModelGraphMismatch`` when nothing runs it.
        """
        with cancellation.run_options() as options:
            gives_back = self.gives_memory_back and not self.has_more_windows
            if gives_back and runner.provider == CPU:
                give_back_after(options)
            try:
                return runner.run(output, inputs, options)
            except ORT_ERRORS as error:
                if cancellation.is_requested:
                    raise RenderCancelled(0) from error
                if is_out_of_memory(error):
                    raise MemoryError(str(error)) from error
                if self.provider == CPU:
                    reason = f"ONNX Runtime cannot run it ({error})"
                    raise ModelGraphMismatch(self._file, reason) from error
                self._go_on_with_processor(error)
                return None

    def check_fits_processor(self, window_px: int) -> None:
        """Raise ``ProcessorTookOver`` where a window was made for the card that was just lost."""
        if self.processor_limit_px is not None and window_px > self.processor_limit_px:
            raise ProcessorTookOver(self.processor_limit_px)

    def _go_on_with_processor(self, error: Exception) -> None:
        """Open the network again without the provider that failed in the middle of a run."""
        failed = self.provider
        try:
            self._runner = self._runner.reopened(self._model, (CPU,))
        except ORT_ERRORS as second:
            reason = f"ONNX Runtime can run it neither on {failed} ({error}) nor without ({second})"
            raise ModelGraphMismatch(self._file, reason) from second
        self.was_lost = True
        self.fell_back = f"{failed} failed ({first_line(error)})"


def in_turn(network: NetworkRun, windows: Iterable[Window]) -> Iterator[Window]:
    """Yield the windows of one frame; the network is told which is the last that it is given."""
    every = list(windows)
    try:
        for window in every:
            network.has_more_windows = window is not every[-1]
            yield window
    finally:
        network.has_more_windows = False


def opened(
    installed: AnyInstalled,
    model: bytes,
    providers: Sequence[str],
    threads: int | None,
    device: int,
    is_half: bool,
    shaped_as: str | None = None,
) -> Runner:
    """Return a session of an installed model's bytes, whose graph was looked at.

    ``shaped_as`` is the input whose shape the output has, None where that is not certain. Raises
    ``ModelGraphMismatch``.
    """
    check_contents(installed, model)
    digest = installed.card.network.sha256
    try:
        return Runner.open(model, providers, digest, threads, device, is_half, shaped_as)
    except ORT_ERRORS as error:
        reason = f"ONNX Runtime refuses it ({error})"
        raise ModelGraphMismatch(installed.network_path, reason) from error


def check_contents(installed: AnyInstalled, model: bytes) -> None:
    """Refuse a file that would read other files or other code, or is no model."""
    file = installed.network_path
    try:
        graph = OnnxGraph.of(model)
    except ValueError as error:
        raise ModelGraphMismatch(file, str(error)) from error
    if graph.has_external_data:
        raise ModelGraphMismatch(file, "its weights lie in another file")
    if graph.custom_operators:
        names = ", ".join(sorted(graph.custom_operators))
        raise ModelGraphMismatch(file, f"it uses operators outside the ONNX standard ({names})")
    expected = installed.card.network.opset
    if graph.opset != expected:
        reason = f"its operator set is {graph.opset} and the card says {expected}"
        raise ModelGraphMismatch(file, reason)


def check_tensors(
    installed: AnyInstalled,
    kind: str,
    found: Sequence[Any],
    expected: Mapping[str, tuple[int, ...]],
    types: Sequence[str] = (FLOAT,),
    may_be_unsaid: bool = False,
) -> None:
    """Refuse inputs or outputs (``kind``) other than expected, by name, type and shape.

    ``may_be_unsaid`` lets a side pass that the graph leaves open.
    """
    file = installed.network_path
    names = sorted(tensor.name for tensor in found)
    if names != sorted(expected):
        reason = f"its {kind}s are {', '.join(names)} and the card says {', '.join(expected)}"
        raise ModelGraphMismatch(file, reason)
    for tensor in found:
        shape = expected[tensor.name]
        fits = len(tensor.shape) == len(shape) and all(
            _side_fits(side, wanted) or (may_be_unsaid and not isinstance(side, int))
            for side, wanted in zip(tensor.shape, shape, strict=True)
        )
        if tensor.type not in types or not fits:
            wanted = ", ".join(str(side) if side >= 0 else "any" for side in shape)
            reason = (
                f"its {kind} {tensor.name!r} is {tensor.type} {tensor.shape} "
                f"and must be {' or '.join(types)} ({wanted})"
            )
            raise ModelGraphMismatch(file, reason)


def _side_fits(side: object, wanted: int) -> bool:
    """Return whether one side of a tensor's shape, a number or a symbol, is as wanted."""
    if wanted == OPEN:
        return not isinstance(side, int)
    return wanted == ANY or side == wanted
