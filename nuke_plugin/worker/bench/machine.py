"""Holds what stands for the machine: a plain matrix product, and the time that work takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
import onnxruntime

from nuke_plugin.worker.onnx_edit import product_model

SQUARE = (2048, 2048, 2048)
"""Rows, inner side and columns of the matrix product that stands for the machine."""


def product(sides: tuple[int, int, int], threads: int) -> tuple[Callable[[], object], float]:
    """Return a float32 matrix product by constant weights, as networks have it, and its GMAC.

    It runs in ONNX Runtime on the processor, its threads set as a network's.
    """
    rows, inner, columns = sides
    random = np.random.default_rng(0)
    model = product_model(rows, inner, random.random((inner, columns), np.float32))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    left = random.random((rows, inner), np.float32)
    return lambda: session.run(None, {"left": left}), rows * inner * columns / 1e9


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds and the processor seconds that ``work`` takes."""
    started, started_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - started_cpu


def load() -> float | None:
    """Return how many threads want a processor, over the last minute; None where nobody counts."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
