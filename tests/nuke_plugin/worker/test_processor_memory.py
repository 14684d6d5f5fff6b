"""Tests of the one region of memory in which networks on the processor run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.processor_memory import RegionRun, _promises_count, has_one_region
from tests.tiny_model import write_tiny_model

ROOT = Path(__file__).resolve().parents[3]
WARM = (1.0, 0.0)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the region is made on Linux only")


@pytest.fixture
def wide(tmp_path: Path) -> InstalledModel:
    """A model that takes some memory."""
    return write_tiny_model(tmp_path / "models", channels=64)


def noise(side: int, seed: int = 0) -> np.ndarray:
    """Return a picture, (1, 3, side, side)."""
    return np.random.default_rng(seed).random((1, 3, side, side), np.float32)


def resident_bytes() -> int:
    """Return what this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_it_paints_what_a_plain_session_paints(wide: InstalledModel) -> None:
    """Folded or not, in one size and another, each result is the caller's own."""
    network = Network.open(wide, ("CPUExecutionProvider",))
    assert isinstance(network._runner.bound, RegionRun)
    plain = onnxruntime.InferenceSession(
        wide.network_path.read_bytes(), providers=["CPUExecutionProvider"]
    )
    painted, expected = [], []
    for side, seed in ((64, 0), (96, 1), (64, 2)):
        style = {"style": np.array([WARM], np.float32), "strength": np.ones((1, 1), np.float32)}
        painted.append(network.run(noise(side, seed), WARM, 1.0, Cancellation()))
        expected.append(plain.run(["painted"], {"image": noise(side, seed), **style})[0])
    for ours, whole in zip(painted, expected, strict=True):
        np.testing.assert_array_equal(ours, whole)
    assert network.fold(WARM, 1.0) == ""
    folded = network.run(noise(64), WARM, 1.0, Cancellation())
    np.testing.assert_allclose(folded, expected[0], atol=1e-5)


def test_what_windows_took_is_given_back_whole(wide: InstalledModel) -> None:
    """Also after another style was written in, whose weights would hold the region if in it."""
    network = Network.open(wide, ("CPUExecutionProvider",))
    network.gives_memory_back = True
    for style in (WARM, (0.0, 1.0)):
        assert network.fold(style, 1.0) == ""
        network.has_more_windows = True
        kept = network.run(noise(1200), style, 1.0, Cancellation())
        holding = resident_bytes()
        network.has_more_windows = False
        last = network.run(noise(1200), style, 1.0, Cancellation())
        assert resident_bytes() < holding + last.nbytes - 60_000_000
        np.testing.assert_array_equal(kept, last)


def test_where_addresses_are_counted_there_is_no_region(tmp_path: Path) -> None:
    """`ulimit -v` or a strict system would count the whole of it, touched or not."""
    code = (
        "import resource\n"
        "from nuke_plugin.worker.processor_memory import has_one_region\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, resource.RLIM_INFINITY))\n"
        "print(has_one_region())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "False"
    strict, usual = tmp_path / "strict", tmp_path / "usual"
    strict.write_text("2\n")
    usual.write_text("0\n")
    assert [_promises_count(path) for path in (strict, usual, tmp_path / "none")] == [1, 0, 1]
    assert has_one_region()
