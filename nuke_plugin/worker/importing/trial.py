"""Holds a network on trial: run again and again on small pictures, each run within a time.

Nothing is known yet of what its numbers mean, so it is given and gives plain tensors.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from nuke_plugin.contract.card_parts import ImageOutput, ImageTensor
from nuke_plugin.contract.errors import NetworkRefused
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.inspection import MOST_MEMORY_BYTES
from nuke_plugin.worker.importing.number_kinds import NumberKind
from nuke_plugin.worker.importing.request import ImportRequest
from nuke_plugin.worker.importing.signature import Signature, read_signature
from nuke_plugin.worker.providers import CPU, provider_arguments, usable_threads
from nuke_plugin.worker.sessions import ORT_ERRORS, is_out_of_memory

RUN_SECONDS = 60.0
"""How long one run on a small picture may take."""

_FAILURES: tuple[type[Exception], ...] = (*ORT_ERRORS, MemoryError)

Picture = NDArray[np.float32]
"""(1, 3, H, W), RGB, display encoded in [0, 1]."""


class RunFailed(Exception):
    """A run came to nothing; the text says why. Which sizes a network takes is found so."""


class Trial:
    """One network, with whatever else it needs beside the picture."""

    def __init__(self, file: Path, network: bytes) -> None:
        """Load the network; raise ``NetworkRefused`` when ONNX Runtime will not."""
        self.file = file
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = usable_threads()
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(
                network, options, providers=provider_arguments((CPU,))
            )
        except _FAILURES as error:
            reason = f"ONNX Runtime refuses it ({_first_line(error)})"
            if is_out_of_memory(error):
                reason = out_of_memory()
            raise NetworkRefused(file, reason) from error
        self._types = {
            tensor.name: np.float16 if tensor.type == "tensor(float16)" else np.float32
            for tensor in self._session.get_inputs()
        }
        self._constant: dict[str, NDArray[Any]] = {}

    def signature(self, request: ImportRequest, evidence: Evidence) -> Signature | None:
        """Return what its inputs and outputs are for; see ``read_signature``."""
        session = self._session
        found = read_signature(
            self.file, session.get_inputs(), session.get_outputs(), request, evidence
        )
        if found is not None:
            self._signature = found
            if found.style is not None:
                self.use_style(0)
            if found.strength is not None:
                self._constant[found.strength.name] = np.ones(found.strength.shape, np.float32)
        return found

    def use_style(self, index: int) -> None:
        """Give the style weights of one style from now on."""
        style = self._signature.style
        if style is not None:
            weights = np.zeros(style.length, np.float32)
            weights[index] = 1
            self._constant[style.name] = weights.reshape(style.shape)

    def use_painting(self, painting: Picture) -> None:
        """Give this painting from now on, in the numbers of the plate."""
        self._painting = painting

    def run(self, picture: Picture, kind: NumberKind, channels: str = "RGB") -> Picture:
        """Return what the network gives for a picture in numbers of a kind, (1, 3, H, W), raw.

        Only the layout is undone. Raises ``RunFailed``, and ``NetworkRefused`` for a run without
        an end.
        """
        port = self._signature.image
        values = kind.values(ImageTensor(port.name, port.layout, channels))
        tensors = {port.name: values.encode(picture), **self._constant}
        if self._signature.style_picture is not None:
            tensors[self._signature.style_picture.name] = values.encode(self._painting)
        tensors = {name: value.astype(self._types[name]) for name, value in tensors.items()}
        options = onnxruntime.RunOptions()
        timer = threading.Timer(RUN_SECONDS, setattr, (options, "terminate", True))
        timer.daemon = True
        timer.start()
        try:
            found = self._session.run([self._signature.output], tensors, options)[0]
        except _FAILURES as error:
            if options.terminate:
                size = f"{picture.shape[3]}x{picture.shape[2]}"
                reason = f"a run on a picture of {size} took more than {RUN_SECONDS:g} seconds"
                raise NetworkRefused(self.file, reason) from error
            if is_out_of_memory(error):
                raise NetworkRefused(self.file, out_of_memory()) from error
            raise RunFailed(_first_line(error)) from error
        finally:
            timer.cancel()
        return self._as_picture(np.asarray(found), picture)

    @property
    def output_layout(self) -> str:
        """Layout of what the last run gave."""
        return self._output_layout

    def _as_picture(self, found: NDArray[Any], picture: Picture) -> Picture:
        size = picture.shape[2:]
        layouts = {"NCHW": (1, 3, *size), "NHWC": (1, *size, 3)}
        names = [name for name, shape in layouts.items() if found.shape == shape]
        if not names:
            raise RunFailed(f"it makes {found.shape} of a picture of {size[1]}x{size[0]}")
        # 3x3 pictures could be either; none is tried.
        self._output_layout = names[0]
        plain = NumberKind("plain").values(ImageOutput(layout=names[0]))
        return plain.decode(found.astype(np.float32))


def out_of_memory() -> str:
    """Return the reason why a network was refused that memory did not suffice for."""
    return (
        "trying it on small pictures needs more memory than there is, of which it is given "
        f"{MOST_MEMORY_BYTES >> 30} GiB at most"
    )


def _first_line(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0][:300]
