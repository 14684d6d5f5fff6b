"""Holds a network that is loaded and ready: an ONNX Runtime session of an installed model.

Everything the model's card promises is checked once, here, before the first pixel: the file's
hash, what the graph contains, and the names and shapes of its inputs and outputs. A network that
others trained is spoken to in its own layout and numbers, as its card's wiring says.

A render paints thousands of windows in one style: ``fold`` writes it into the network. A graphics
card may vanish in the middle of a run: the processor goes on with the very window it was at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card import ImportedCard, ModelCard
from nuke_plugin.contract.card_parts import ImageTensor
from nuke_plugin.contract.errors import ModelGraphMismatch, RenderCancelled
from nuke_plugin.contract.library import InstalledModel, read_network_file
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.onnx_edit import with_constants
from nuke_plugin.worker.onnx_graph import OnnxGraph
from nuke_plugin.worker.picture_values import PictureValues
from nuke_plugin.worker.providers import CPU, working_providers
from nuke_plugin.worker.sessions import ORT_ERRORS, Runner, first_line, is_out_of_memory
from nuke_plugin.worker.style_picture import read_style_picture

_ANY, _OPEN = -1, -2
"""Sides of a shape: whatever the graph says, and one that it must leave open."""

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
"""ONNX Runtime's names of the types that an input may have, with numpy's."""

FOLDED_WITHIN = 1e-3
"""Most that a folded network may paint otherwise than the whole one, display units. Single
precision stays a thousand times below; half precision rounds in another place."""

_FOLD_FAILURES: tuple[type[Exception], ...] = (*ORT_ERRORS, ValueError, MemoryError)

_TRIAL_SIDE_PX = 64
"""Least side of the picture that both are compared on."""


class Network:
    """A session that paints (N, 3, H, W) pictures."""

    def __init__(
        self,
        installed: InstalledModel,
        model: bytes,
        runner: Runner,
        style_picture: NDArray[np.float32] | None = None,
        asked_for: str = CPU,
    ) -> None:
        """Use ``Network.open``, which checks what it loads.

        ``style_picture`` is the painting, (1, 3, h, w) in [0, 1], of a model whose card names one;
        ``asked_for`` the provider that should run it.
        """
        self.installed = installed
        self.fell_back = ""
        """Why another provider runs than was asked for, or ran at first; empty while none does."""
        self.was_lost = False
        """Whether the provider failed in the middle of a run."""
        self.gives_memory_back = False
        """Whether what a run took is given back to the system after it, for large frames."""
        self._model = model
        self._runner = runner
        self._folded: tuple[tuple[float, ...], Runner] | None = None
        self._types = {tensor.name: _FLOATS[tensor.type] for tensor in runner.inputs}
        self._image_values = PictureValues.of_input(installed.card)
        self._output_values = PictureValues.of_output(installed.card)
        self._style_values = None
        if style_picture is not None:
            self._style_values = self._image_values.encode(style_picture)
        if runner.provider != asked_for:
            self.fell_back = f"{asked_for} was asked for and did not start"

    @classmethod
    def open(
        cls,
        installed: InstalledModel,
        providers: tuple[str, ...] | None = None,
        threads: int | None = None,
        device: int = 0,
        is_half: bool = False,
    ) -> Network:
        """Load an installed model.

        ``providers`` are ONNX Runtime's names, best first, None for what works here; ``threads``
        is for the processor, None for all this process may use; ``device`` is the number of the
        graphics card; ``is_half`` tells that the network counts in half precision. Raises
        ``ModelFileMissing``, ``ModelFileTruncated``, ``ModelFileMismatch`` or
        ``ModelGraphMismatch``.
        """
        model = read_network_file(installed)
        _check_contents(installed, model)
        names = working_providers() if providers is None else providers
        digest = installed.card.network.sha256
        try:
            runner = Runner.open(model, names, digest, threads, device, is_half)
        except ORT_ERRORS as error:
            reason = f"ONNX Runtime refuses it ({error})"
            raise ModelGraphMismatch(installed.network_path, reason) from error
        _check_signature(installed, runner)
        return cls(installed, model, runner, read_style_picture(installed), names[0])

    @property
    def card(self) -> ModelCard:
        """The card of the model."""
        return self.installed.card

    @property
    def provider(self) -> str:
        """The provider that runs the network; what was asked for may have fallen back."""
        return self._runner.provider

    @property
    def engine_problem(self) -> str:
        """Why compiled engines are not kept, in a sentence; empty while they are, or none is."""
        engines = self._runner.engines
        return "" if engines is None else engines.problem

    def fold(self, style: Sequence[float], strength: float) -> str:
        """Write a style and a strength into the network: what follows from them is worked out once.

        Runs with the same two then use it, others the whole network; one such network is kept.
        Returns why it cannot be, in a clause, or nothing: the network is as usable as before.
        """
        key = (*style, strength)
        if self._folded is not None and self._folded[0] == key:
            return ""
        self._folded = None  # let the old one's memory go first
        inputs = self._inputs(self._trial_picture(), style, strength)
        image = {self.card.image.name: inputs.pop(self.card.image.name)}
        if not inputs:
            return ""
        try:
            folded = self._runner.reopened(with_constants(self._model, inputs))
            if folded.provider != self.provider:
                return f"only {folded.provider} would run it"
            name = self.card.output.name
            whole = self._runner.run(name, {**image, **inputs}, None)
            difference = float(np.abs(folded.run(name, image, None) - whole).max())
        except _FOLD_FAILURES as error:
            return first_line(error)
        low, high = self.card.output.range
        if not difference <= FOLDED_WITHIN * (high - low):  # also where it is no number
            return f"it would paint otherwise, by {difference:.2g}"
        self._folded = (key, folded)
        return ""

    def run(
        self,
        image: NDArray[np.float32],
        style: Sequence[float],
        strength: float,
        cancellation: Cancellation,
    ) -> NDArray[np.float32]:
        """Return the painted picture, float32 (N, 3, H, W), in [0, 1].

        ``image`` is float32 (N, 3, H, W) display encoded in [0, 1], sides multiples of the card's
        ``size_multiple``, or of the one size it takes. A network without a strength input paints in
        full: ``Painter`` mixes. Where one that others trained gives no number, the image's pixel
        stays. Raises ``RenderCancelled``, and ``MemoryError`` when the picture is too large for the
        machine.
        """
        cancellation.check()
        card = self.card
        runner, inputs = self._runner, self._inputs(image, style, strength)
        if self._folded is not None and self._folded[0] == (*style, strength):
            runner = self._folded[1]
            inputs = {card.image.name: inputs[card.image.name]}
        with cancellation.run_options() as options:
            if self.gives_memory_back and runner.provider == CPU:
                options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
            try:
                painted = runner.run(card.output.name, inputs, options)
            except ORT_ERRORS as error:
                if cancellation.is_requested:
                    raise RenderCancelled(0) from error
                if is_out_of_memory(error):
                    raise MemoryError(str(error)) from error
                if self.provider == CPU:
                    reason = f"ONNX Runtime cannot run it ({error})"
                    raise ModelGraphMismatch(self.installed.network_path, reason) from error
                self._go_on_with_processor(error)
                return self.run(image, style, strength, cancellation)
        if not isinstance(card, ImportedCard):
            return np.asarray(painted, np.float32)
        picture = self._output_values.decode(np.asarray(painted, np.float32))
        if picture.shape != image.shape:
            reason = f"it paints {picture.shape} where {image.shape} was given"
            raise ModelGraphMismatch(self.installed.network_path, reason)
        if not np.isfinite(picture).all():
            np.copyto(picture, image, where=~np.isfinite(picture).all(axis=1, keepdims=True))
        return picture

    def _go_on_with_processor(self, error: Exception) -> None:
        """Open the network again without the provider that failed in the middle of a run."""
        failed = self.provider
        self._folded = None
        try:
            self._runner = self._runner.reopened(self._model, (CPU,))
        except ORT_ERRORS as second:
            reason = f"ONNX Runtime can run it neither on {failed} ({error}) nor without ({second})"
            raise ModelGraphMismatch(self.installed.network_path, reason) from second
        self.was_lost = True
        self.fell_back = f"{failed} failed ({first_line(error)})"

    def _trial_picture(self) -> NDArray[np.float32]:
        """Return noise in a size that the network takes, (1, 3, H, W)."""
        wiring, multiple = self.card.wiring, self.card.size_multiple
        side = -(-_TRIAL_SIDE_PX // multiple) * multiple
        shape = (1, 3, wiring.fixed_height_px or side, wiring.fixed_width_px or side)
        return np.random.default_rng(0).random(shape, np.float32)

    def _inputs(
        self, image: NDArray[np.float32], style: Sequence[float], strength: float
    ) -> dict[str, NDArray[Any]]:
        """Return the tensors by name, in the shapes and types the graph has."""
        card, wiring = self.card, self.card.wiring
        inputs = {card.image.name: self._image_values.encode(image)}
        if wiring.style_shape is not None:
            shape = [side or len(style) for side in wiring.style_shape]
            inputs[card.style.name] = np.array(style, np.float32).reshape(shape)
        if wiring.strength_shape is not None:
            value = np.full(wiring.strength_shape, strength, np.float32)
            inputs[card.strength.name] = value
        if wiring.style_picture is not None and self._style_values is not None:
            inputs[wiring.style_picture.name] = self._style_values
        return {name: value.astype(self._types[name], copy=False) for name, value in inputs.items()}


def _check_contents(installed: InstalledModel, model: bytes) -> None:
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


def _check_signature(installed: InstalledModel, runner: Runner) -> None:
    """Compare the graph's inputs and outputs, their types and shapes, with the card's."""
    card, wiring = installed.card, installed.card.wiring
    sides = (wiring.fixed_height_px or _OPEN, wiring.fixed_width_px or _OPEN)
    expected = {card.image.name: _picture(card.image, sides)}
    if wiring.style_shape is not None:
        shape = tuple(side or card.style.length for side in wiring.style_shape)
        expected[card.style.name] = shape
    if wiring.strength_shape is not None:
        expected[card.strength.name] = wiring.strength_shape
    if wiring.style_picture is not None:
        expected[wiring.style_picture.name] = _picture(card.image, (_ANY, _ANY))
    _check_tensors(installed, "input", runner.inputs, expected)
    outputs = runner.outputs
    painted = _picture(card.output, (_OPEN, _OPEN))
    if isinstance(card, ImportedCard):
        # Others leave outputs in that nobody needs, and exporters name sides wrongly: what is
        # painted is looked at instead, each time.
        outputs = [tensor for tensor in outputs if tensor.name == card.output.name]
        painted = _picture(card.output, (_ANY, _ANY))
    _check_tensors(installed, "output", outputs, {card.output.name: painted})


def _picture(tensor: ImageTensor, sides: tuple[int, int]) -> tuple[int, ...]:
    """Return the shape of an image tensor whose sides, height first, are those."""
    return (_ANY, *sides, 3) if tensor.layout == "NHWC" else (_ANY, 3, *sides)


def _check_tensors(
    installed: InstalledModel, kind: str, found: Sequence[Any], expected: dict[str, tuple[int, ...]]
) -> None:
    file = installed.network_path
    is_imported = isinstance(installed.card, ImportedCard)
    types = tuple(_FLOATS) if is_imported else ("tensor(float)",)
    names = sorted(tensor.name for tensor in found)
    if names != sorted(expected):
        reason = f"its {kind}s are {', '.join(names)} and the card says {', '.join(expected)}"
        raise ModelGraphMismatch(file, reason)
    for tensor in found:
        shape = expected[tensor.name]
        # What the graph of others leaves unsaid may turn out to be right.
        fits = len(tensor.shape) == len(shape) and all(
            _side_fits(side, wanted) or (is_imported and not isinstance(side, int))
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
    if wanted == _OPEN:
        return not isinstance(side, int)
    return wanted == _ANY or side == wanted
