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
from nuke_plugin.contract.errors import ModelGraphMismatch
from nuke_plugin.contract.library import InstalledModel, read_network_file
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network_run import (
    ANY,
    FLOAT,
    OPEN,
    NetworkRun,
    check_tensors,
    opened,
)
from nuke_plugin.worker.onnx_edit import with_constants
from nuke_plugin.worker.picture_values import PictureValues
from nuke_plugin.worker.providers import CPU, TENSORRT, working_providers
from nuke_plugin.worker.sessions import ORT_ERRORS, Runner, first_line
from nuke_plugin.worker.style_picture import read_style_picture

_FLOATS = {FLOAT: np.float32, "tensor(float16)": np.float16}
"""ONNX Runtime's names of the types that an input may have, with numpy's."""

FOLDED_WITHIN = 1e-3
"""Most that a folded network may paint otherwise than the whole one, display units. Single
precision stays a thousand times below; half precision rounds in another place."""

_FOLD_FAILURES: tuple[type[Exception], ...] = (*ORT_ERRORS, ValueError, MemoryError)

_TRIAL_SIDE_PX = 64
"""Least side of the picture that both are compared on."""


class Network(NetworkRun):
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
        super().__init__(installed, model, runner, asked_for)
        self.installed = installed
        self._folded: tuple[tuple[float, ...], Runner] | None = None
        self._types = {tensor.name: _FLOATS[tensor.type] for tensor in runner.inputs}
        self._image_values = PictureValues.of_input(installed.card)
        self._output_values = PictureValues.of_output(installed.card)
        self._style_values = None
        if style_picture is not None:
            self._style_values = self._image_values.encode(style_picture)

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
        names = working_providers() if providers is None else providers
        card = installed.card
        shaped_as = None if isinstance(card, ImportedCard) else card.image.name
        runner = opened(installed, model, names, threads, device, is_half, shaped_as)
        _check_signature(installed, runner)
        return cls(installed, model, runner, read_style_picture(installed), names[0])

    @property
    def card(self) -> ModelCard:
        """The card of the model."""
        return self.installed.card

    def fold(self, style: Sequence[float], strength: float) -> str:
        """Write a style and a strength into the network: what follows from them is worked out once.

        Runs with the same two then use it, others the whole network; one such network is kept.
        Returns why it cannot be, in a clause, or nothing: the network is as usable as before.
        Nothing is done where TensorRT runs, which would compile each such network for minutes.
        """
        if self.provider == TENSORRT:
            return ""
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
        stays. Raises ``RenderCancelled``, ``MemoryError`` when the picture is too large for the
        machine, and ``ProcessorTookOver`` when it is for the processor and the card was lost.
        """
        cancellation.check()
        card = self.card
        runner, inputs = self._runner, self._inputs(image, style, strength)
        if self._folded is not None and self._folded[0] == (*style, strength):
            runner = self._folded[1]
            inputs = {card.image.name: inputs[card.image.name]}
        painted = self.attempt(runner, card.output.name, inputs, cancellation)
        if painted is None:
            self.check_fits_processor(image.shape[2] * image.shape[3])
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
        self._folded = None  # let its memory go first
        super()._go_on_with_processor(error)

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


def _check_signature(installed: InstalledModel, runner: Runner) -> None:
    """Compare the graph's inputs and outputs, their types and shapes, with the card's."""
    card, wiring = installed.card, installed.card.wiring
    sides = (wiring.fixed_height_px or OPEN, wiring.fixed_width_px or OPEN)
    expected = {card.image.name: _picture(card.image, sides)}
    if wiring.style_shape is not None:
        shape = tuple(side or card.style.length for side in wiring.style_shape)
        expected[card.style.name] = shape
    if wiring.strength_shape is not None:
        expected[card.strength.name] = wiring.strength_shape
    if wiring.style_picture is not None:
        expected[wiring.style_picture.name] = _picture(card.image, (ANY, ANY))
    is_imported = isinstance(card, ImportedCard)
    types = tuple(_FLOATS) if is_imported else (FLOAT,)
    # What the graph of others leaves unsaid may turn out to be right.
    check_tensors(installed, "input", runner.inputs, expected, types, is_imported)
    outputs = runner.outputs
    painted = _picture(card.output, (OPEN, OPEN))
    if is_imported:
        # Others leave outputs in that nobody needs, and exporters name sides wrongly: what is
        # painted is looked at instead, each time.
        outputs = [tensor for tensor in outputs if tensor.name == card.output.name]
        painted = _picture(card.output, (ANY, ANY))
    check_tensors(installed, "output", outputs, {card.output.name: painted}, types, is_imported)


def _picture(tensor: ImageTensor, sides: tuple[int, int]) -> tuple[int, ...]:
    """Return the shape of an image tensor whose sides, height first, are those."""
    return (ANY, *sides, 3) if tensor.layout == "NHWC" else (ANY, 3, *sides)
