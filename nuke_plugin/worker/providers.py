"""Holds the execution providers of ONNX Runtime: which to ask for, and which really run.

``get_available_providers`` lists what was built in, not what works, and a session that asked for
CUDA falls back to the processor without an error. So a provider's own library is loaded first,
which names the missing CUDA or cuDNN file within a millisecond.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"

THREADS_VARIABLE = "IMPASTO_THREADS"
"""Names how many processors this process may use at most; for several workers on one machine."""

CARD_SHARE_VARIABLE = "IMPASTO_CARD_WORKERS"
"""Names how many workers the graphics card is for; for several on one machine."""

COREML = "CoreMLExecutionProvider"
DIRECTML = "DmlExecutionProvider"

PREFERRED = (TENSORRT, CUDA, COREML, DIRECTML, CPU)
"""Best first; others that are built in, such as those that call a server, are not ours to ask for.
TensorRT is there only where somebody installed it; it compiles for minutes, once."""

_LIBRARIES = {CUDA: "onnxruntime_providers_cuda", TENSORRT: "onnxruntime_providers_tensorrt"}


@dataclass(frozen=True)
class ProviderState:
    """What is known of one provider on this machine."""

    name: str
    """ONNX Runtime's name of it."""

    works: bool
    """Whether its library can be loaded."""

    reason: str
    """Why it does not work, naming the file that is missing; empty when it works."""


@functools.cache
def provider_states() -> tuple[ProviderState, ...]:
    """Return the state of each provider that was built into this ONNX Runtime, best first."""
    built_in = onnxruntime.get_available_providers()
    if CUDA in built_in:
        # CUDA and cuDNN installed as Python packages are not on the system's library path. What
        # this cannot find it prints; the states say it too, and standard output is not free.
        with contextlib.redirect_stdout(io.StringIO()):
            onnxruntime.preload_dlls()
    return tuple(_state(name) for name in built_in)


def working_providers() -> tuple[str, ...]:
    """Return the names of the providers to ask for, best first; the processor is always last."""
    works = {state.name for state in provider_states() if state.works}
    return tuple(name for name in PREFERRED if name in works)


def provider_arguments(
    names: tuple[str, ...],
    device: int = 0,
    engines: Path | None = None,
    is_half: bool = False,
) -> list[Any]:
    """Return the providers as ``InferenceSession`` takes them, each with its options.

    ``device`` is the number of the graphics card, ``engines`` a folder for compiled engines;
    ``is_half`` tells that the network counts in half precision.
    """
    options: dict[str, dict[str, Any]] = {
        TENSORRT: {"device_id": device, "trt_fp16_enable": is_half},
        CUDA: {
            "device_id": device,
            "cudnn_conv_algo_search": "HEURISTIC",
            # A frame is to be the same on every machine; who wants speed asks for half precision.
            "use_tf32": 0,
            # The card is Nuke's too: take what is needed, not the next power of two.
            "arena_extend_strategy": "kSameAsRequested",
        },
        DIRECTML: {"device_id": device},
    }
    if engines is not None:
        options[TENSORRT] |= {
            "trt_engine_cache_enable": True,
            "trt_engine_cache_path": str(engines),
            "trt_timing_cache_enable": True,
            "trt_timing_cache_path": str(engines),
        }
    return [(name, options.get(name, {})) for name in names]


def usable_threads() -> int:
    """Return how many processors this process may use: fewer than the machine has on a farm."""
    there = _threads_there()
    named = os.environ.get(THREADS_VARIABLE, "")
    return max(1, min(there, int(named))) if named.isdecimal() else there


def share_of_machine() -> float:
    """Return how much of the machine is this process's, above 0 to 1: less beside other workers."""
    return usable_threads() / _threads_there()


def share_of_card() -> float:
    """Return how much of the graphics card is this process's, above 0 to 1."""
    named = os.environ.get(CARD_SHARE_VARIABLE, "")
    return 1 / max(1, int(named)) if named.isdecimal() else 1.0


def _threads_there() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _state(name: str) -> ProviderState:
    library = _LIBRARIES.get(name)
    if library is None:
        return ProviderState(name, True, "")
    folder = Path(onnxruntime.__file__).parent / "capi"
    try:
        for stem in ("onnxruntime_providers_shared", library):
            ctypes.CDLL(str(folder / _library_name(stem)), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        return ProviderState(name, False, str(error))
    return ProviderState(name, True, "")


def _library_name(stem: str) -> str:
    if sys.platform == "win32":
        return f"{stem}.dll"
    return f"lib{stem}.dylib" if sys.platform == "darwin" else f"lib{stem}.so"
