"""Tests of what is known of ONNX Runtime's execution providers before one is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import onnxruntime
import pytest

from nuke_plugin.worker.providers import (
    COREML,
    CPU,
    CUDA,
    DIRECTML,
    PREFERRED,
    TENSORRT,
    THREADS_VARIABLE,
    provider_arguments,
    provider_states,
    share_of_machine,
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


def test_several_workers_share_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker with some of the threads has as much of the rest; alone it has all."""
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    there = usable_threads()
    assert share_of_machine() == 1
    monkeypatch.setenv(THREADS_VARIABLE, "1")
    assert share_of_machine() == 1 / there


def test_the_best_that_is_installed_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorRT before CUDA before the others before the processor; strangers are not asked for."""
    assert PREFERRED == (TENSORRT, CUDA, COREML, DIRECTML, CPU)
    monkeypatch.setattr(
        onnxruntime,
        "get_available_providers",
        lambda: ["AzureExecutionProvider", CPU, DIRECTML, COREML],
    )
    provider_states.cache_clear()
    assert working_providers() == (COREML, DIRECTML, CPU)
    provider_states.cache_clear()


def test_each_provider_gets_its_options() -> None:
    """The card's number, exact single precision, and a folder for engines where there is one."""
    found = dict(provider_arguments((TENSORRT, CUDA, CPU), 3, Path("/cache/key"), is_half=True))
    assert found[CPU] == {}
    assert found[CUDA]["device_id"] == found[TENSORRT]["device_id"] == 3
    assert found[CUDA]["cudnn_conv_algo_search"] == "HEURISTIC"
    assert found[CUDA]["use_tf32"] == 0
    assert found[TENSORRT]["trt_fp16_enable"] is True
    assert found[TENSORRT]["trt_engine_cache_path"] == str(Path("/cache/key"))
    plain = dict(provider_arguments((TENSORRT, CPU)))
    assert plain[TENSORRT] == {"device_id": 0, "trt_fp16_enable": False}
