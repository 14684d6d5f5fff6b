"""Holds the stop button of a render, which one thread holds and another presses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import onnxruntime

from nuke_plugin.contract.errors import RenderCancelled


class Cancellation:
    """Stops a render, also while ONNX Runtime is inside a frame."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_requested = False
        self._running: list[Any] = []

    @property
    def is_requested(self) -> bool:
        """Whether the button was pressed."""
        return self._is_requested

    def request(self) -> None:
        """Press the button: a network that is running stops before its next operator."""
        with self._lock:
            self._is_requested = True
            for options in self._running:
                options.terminate = True

    def check(self) -> None:
        """Raise ``RenderCancelled`` when the button was pressed."""
        if self._is_requested:
            raise RenderCancelled(0)

    @contextmanager
    def run_options(self) -> Iterator[Any]:
        """Give the ``RunOptions`` for one run of a network, which the button then stops."""
        options = onnxruntime.RunOptions()
        with self._lock:
            options.terminate = self._is_requested
            self._running.append(options)
        try:
            yield options
        finally:
            with self._lock:
                self._running.remove(options)
