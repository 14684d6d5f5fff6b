"""Holds the runs of a network whose pictures lie in buffers on the graphics card.

Windows have one size, so the buffers are made once: a run copies a picture in and one out, and the
card allocates nothing (ONNX Runtime: "I/O Binding").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray


class BoundRun:
    """The buffers of one session."""

    def __init__(self, session: onnxruntime.InferenceSession, device: str, number: int) -> None:
        """Take ONNX Runtime's name of the device (``cuda``, ``cpu``) and its number."""
        self._session = session
        self._device = device
        self._number = number
        self._buffers: dict[str, Any] = {}
        self._binding: Any = None
        self._output = ""

    def run(self, output: str, inputs: Mapping[str, NDArray[Any]], options: Any) -> NDArray[Any]:
        """Return one output of the network, as ``InferenceSession.run`` does."""
        if self._fits(output, inputs):
            for name, values in inputs.items():
                self._buffers[name].update_inplace(np.ascontiguousarray(values))
        else:
            self._bind(output, inputs)
        self._session.run_with_iobinding(self._binding, options)
        return np.asarray(self._binding.copy_outputs_to_cpu()[0])

    def _fits(self, output: str, inputs: Mapping[str, NDArray[Any]]) -> bool:
        """Return whether the buffers have the sizes of these inputs."""
        if output != self._output or inputs.keys() != self._buffers.keys():
            return False
        return all(
            tuple(self._buffers[name].shape()) == values.shape for name, values in inputs.items()
        )

    def _bind(self, output: str, inputs: Mapping[str, NDArray[Any]]) -> None:
        self._output = ""  # until all of it is done
        self._binding = None  # the old buffers' memory goes first
        self._buffers = {}
        binding = self._session.io_binding()
        for name, values in inputs.items():
            buffer = onnxruntime.OrtValue.ortvalue_from_numpy(
                np.ascontiguousarray(values), self._device, self._number
            )
            binding.bind_ortvalue_input(name, buffer)
            self._buffers[name] = buffer
        # Its size is the network's to say: of others' networks it is not known before.
        binding.bind_output(output, self._device, self._number)
        self._binding = binding
        self._output = output
