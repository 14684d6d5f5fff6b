"""Holds the memory that networks on the processor take: one region for all of them.

ONNX Runtime's arena grows by pieces, and what lies free in one piece serves no tensor that is a
little larger: a window of the shipped gallery touched 340 to 390 bytes a pixel for 240 in use. In
one region it touches 283. The system gives memory to what is touched, so a region that is larger
than what is needed costs addresses only. They are counted where ``ulimit -v`` is set, or where the
system promises no more than it has; there is none then.

The region goes back to the system when nothing is left in it, so nothing may stay there from run to
run: weights are kept elsewhere, and a painting is put into an array of numpy's.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

REGION_BYTES = 2_000_000_000
"""Addresses that are asked for at once: a window of 7 megapixels. ONNX Runtime holds it in a signed
32-bit number, and takes less where there are not so many."""

_FIRST_BYTES = 1 << 20
"""Of the arena's first piece, which it never gives back."""

_MOST_LEFT_BYTES = 1 << 20
"""What a tensor may leave unused of the piece that it is put into; more is split off."""

_GIVE_BACK = ("memory.enable_memory_arena_shrinkage", "cpu:0")

_is_settled = False
"""Whether the arena has given back once: only then it asks for whole regions."""


@functools.cache
def has_one_region() -> bool:
    """Return whether there is such a region in this process; the first call makes it."""
    if sys.platform != "linux":  # elsewhere addresses count as memory, or were not tried
        return False
    import resource  # not on Windows

    is_limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    if is_limited or _promises_count():
        return False
    settings = {
        "arena_extend_strategy": 0,  # by powers of two
        "initial_chunk_size_bytes": _FIRST_BYTES,
        "max_dead_bytes_per_chunk": _MOST_LEFT_BYTES,
        "initial_growth_chunk_size_bytes": REGION_BYTES,
    }
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg(settings))
    return True


def _promises_count(setting: Path = Path("/proc/sys/vm/overcommit_memory")) -> bool:
    """Return whether the system counts memory that is promised and not touched."""
    try:
        return setting.read_text(encoding="ascii").strip() == "2"
    except OSError:
        return True


def use_one_region(options: onnxruntime.SessionOptions) -> None:
    """Have a session that is not open yet take its memory from the region, its weights aside."""
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")


def give_back_after(options: onnxruntime.RunOptions) -> None:
    """Have ONNX Runtime give back what no tensor needs once a run is done."""
    options.add_run_config_entry(*_GIVE_BACK)


class RegionRun:
    """The runs of one session whose memory is the region's."""

    def __init__(self, session: onnxruntime.InferenceSession, shaped_as: str) -> None:
        """Take the name of the float32 input whose shape the output has."""
        self._session = session
        self._shaped_as = shaped_as

    def run(self, output: str, inputs: Mapping[str, NDArray[Any]], options: Any) -> NDArray[Any]:
        """Return one output of the network, float32, as ``InferenceSession.run`` does."""
        global _is_settled
        options = options or onnxruntime.RunOptions()
        if not _is_settled:
            give_back_after(options)
        painted = np.empty(inputs[self._shaped_as].shape, np.float32)
        binding = self._session.io_binding()
        for name, values in inputs.items():
            binding.bind_cpu_input(name, np.ascontiguousarray(values))
        address = painted.ctypes.data
        binding.bind_output(output, "cpu", 0, np.float32, painted.shape, address)
        self._session.run_with_iobinding(binding, options)
        _is_settled = True
        return painted
