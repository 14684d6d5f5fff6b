"""Tests of what is known of ONNX Runtime's execution providers before one is used."""

from __future__ import annotations

import os
from collections.abc import Iterator

import onnxruntime
import pytest

from nuke_plugin.worker.providers import (
    CPU,
    CUDA,
    provider_states,
    usable_threads,
    working_providers,
)


@pytest.fixture
def cuda_build(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ONNX Runtime that says it has CUDA, as the GPU package does on every machine."""
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime really has CUDA")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    provider_states.cache_clear()
    yield
    provider_states.cache_clear()


def test_the_processor_always_works() -> None:
    """The last provider to ask for is the processor."""
    assert working_providers()[-1] == CPU


@pytest.mark.usefixtures("cuda_build")
def test_a_provider_that_cannot_load_is_named_with_the_missing_file() -> None:
    """CUDA without its library is not asked for, and the file that is missing is named."""
    state = next(state for state in provider_states() if state.name == CUDA)
    assert not state.works
    assert "onnxruntime_providers_cuda" in state.reason
    assert working_providers() == (CPU,)


@pytest.mark.usefixtures("cuda_build")
def test_looking_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """What ONNX Runtime prints about missing libraries stays out of a command's JSON."""
    provider_states()
    assert capfd.readouterr().out == ""


def test_threads_are_those_this_process_may_use() -> None:
    """At least one thread, and no more than the machine has."""
    assert 1 <= usable_threads() <= (os.cpu_count() or 1)
