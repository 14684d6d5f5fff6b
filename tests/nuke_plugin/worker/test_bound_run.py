"""Tests of runs with buffers on a device, here the processor's own memory."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from nuke_plugin.worker.bound_run import BoundRun
from tests.tiny_model import build_network

STYLE = {"style": np.array([[1, 0]], np.float32), "strength": np.ones((1, 1), np.float32)}


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    """The small network."""
    model = build_network().SerializeToString()
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def picture(side: int, seed: int) -> np.ndarray:
    """Return noise, (1, 3, side, side)."""
    return np.random.default_rng(seed).random((1, 3, side, side), np.float32)


def test_it_paints_what_a_plain_run_paints(session: onnxruntime.InferenceSession) -> None:
    """Picture after picture, of one size and of another, and a view that is no whole array."""
    bound = BoundRun(session, "cpu", 0)
    strided = picture(64, 4)[:, :, ::2, ::2]
    for image in (picture(32, 0), picture(32, 1), picture(48, 2), picture(32, 3), strided):
        inputs = {"image": image, **STYLE}
        painted = bound.run("painted", inputs, onnxruntime.RunOptions())
        plain = {"image": np.ascontiguousarray(image), **STYLE}
        np.testing.assert_array_equal(painted, session.run(["painted"], plain)[0])


def test_a_result_stays_when_the_next_is_painted(session: onnxruntime.InferenceSession) -> None:
    """What was returned is the caller's own, not a buffer that is used again."""
    bound = BoundRun(session, "cpu", 0)
    first = bound.run("painted", {"image": picture(32, 0), **STYLE}, None)
    kept = first.copy()
    bound.run("painted", {"image": picture(32, 1), **STYLE}, None)
    np.testing.assert_array_equal(first, kept)


def test_buffers_are_made_once_for_one_size(
    session: onnxruntime.InferenceSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows of one size need no new buffers."""
    made: list[tuple[int, ...]] = []
    real = onnxruntime.OrtValue.ortvalue_from_numpy

    def noted(values: np.ndarray, *where: object) -> object:
        made.append(values.shape)
        return real(values, *where)

    monkeypatch.setattr(onnxruntime.OrtValue, "ortvalue_from_numpy", noted)
    bound = BoundRun(session, "cpu", 0)
    for seed in range(4):
        bound.run("painted", {"image": picture(32, seed), **STYLE}, None)
    assert len(made) == 3
