"""Holds a network that is loaded and ready: an ONNX Runtime session of an installed model.

Everything the model's card promises is checked once, here, before the first pixel: the file's
hash, what the graph contains, and the names and shapes of its inputs and outputs. A network that
others trained is spoken to in its own layout and numbers, as its card's wiring says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from nuke_plugin.contract.card import ImageTensor, ImportedCard, ModelCard
from nuke_plugin.contract.errors import ModelGraphMismatch, RenderCancelled
from nuke_plugin.contract.library import InstalledModel, read_network_file
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.onnx_graph import OnnxGraph
from nuke_plugin.worker.picture_values import PictureValues
from nuke_plugin.worker.providers import provider_arguments, usable_threads, working_providers
from nuke_plugin.worker.style_picture import read_style_picture

_OUT_OF_MEMORY = ("failed to allocate memory", "out of memory", "bad_alloc", "bad allocation")
"""What ONNX Runtime's messages hold when there was no memory; it has no class for it."""


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

_ANY, _OPEN = -1, -2
"""Sides of a shape: whatever the graph says, and one that it must leave open."""

_FLOATS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
"""ONNX Runtime's names of the types that an input may have, with numpy's."""


class Network:
    """A session that paints (N, 3, H, W) pictures."""

    def __init__(
        self,
        installed: InstalledModel,
        session: onnxruntime.InferenceSession,
        style_picture: NDArray[np.float32] | None = None,
    ) -> None:
        """Use ``Network.open``, which checks what it loads.

        ``style_picture`` is the painting, (1, 3, h, w) in [0, 1], of a model whose card names one.
        """
        self.installed = installed
        self._session = session
        self._types = {tensor.name: _FLOATS[tensor.type] for tensor in session.get_inputs()}
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
    ) -> Network:
        """Load an installed model.

        ``providers`` are ONNX Runtime's names, best first, None for what works here; ``threads``
        is for the processor, None for all this process may use. Raises ``ModelFileMissing``,
        ``ModelFileTruncated``, ``ModelFileMismatch`` or ``ModelGraphMismatch``.
        """
        model = read_network_file(installed)
        _check_contents(installed, model)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or usable_threads()
        options.log_severity_level = 3
        # Threads that spin while they wait take the processor from reading and writing, and from
        # Nuke: without, a render on two cores costs 8 % less processor time, the network the same.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        arguments = provider_arguments(working_providers() if providers is None else providers)
        try:
            session = onnxruntime.InferenceSession(model, options, providers=arguments)
        except ORT_ERRORS as error:
            reason = f"ONNX Runtime refuses it ({error})"
            raise ModelGraphMismatch(installed.network_path, reason) from error
        _check_signature(installed, session)
        return cls(installed, session, read_style_picture(installed))

    @property
    def card(self) -> ModelCard:
        """The card of the model."""
        return self.installed.card

    @property
    def provider(self) -> str:
        """The provider that runs the network; what was asked for may have fallen back."""
        return str(self._session.get_providers()[0])

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
        inputs = self._inputs(image, style, strength)
        with cancellation.run_options() as options:
            try:
                painted = self._session.run([card.output.name], inputs, options)[0]
            except ORT_ERRORS as error:
                if cancellation.is_requested:
                    raise RenderCancelled(0) from error
                if is_out_of_memory(error):
                    raise MemoryError(str(error)) from error
                reason = f"ONNX Runtime cannot run it ({error})"
                raise ModelGraphMismatch(self.installed.network_path, reason) from error
        if not isinstance(card, ImportedCard):
            return np.asarray(painted, np.float32)
        picture = self._output_values.decode(np.asarray(painted, np.float32))
        if picture.shape != image.shape:
            reason = f"it paints {picture.shape} where {image.shape} was given"
            raise ModelGraphMismatch(self.installed.network_path, reason)
        if not np.isfinite(picture).all():
            np.copyto(picture, image, where=~np.isfinite(picture).all(axis=1, keepdims=True))
        return picture

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


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error of a run means that there was no memory for it."""
    is_said = any(text in str(error).lower() for text in _OUT_OF_MEMORY)
    return isinstance(error, MemoryError) or is_said


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


def _check_signature(installed: InstalledModel, session: onnxruntime.InferenceSession) -> None:
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
    _check_tensors(installed, "input", session.get_inputs(), expected)
    outputs = session.get_outputs()
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
