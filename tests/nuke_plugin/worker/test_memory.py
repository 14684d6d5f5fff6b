"""Tests of what running out of memory means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import OutOfMemory
from nuke_plugin.worker import memory
from nuke_plugin.worker.memory import available_bytes, memory_for, peak_rss_bytes

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is read and set as on Linux")
def test_opencv_without_memory_is_a_frame_that_is_too_large() -> None:
    """A real refusal of memory by OpenCV is told with the frame's size."""
    code = (
        "import resource, cv2, numpy as np\n"
        "from nuke_plugin.worker.memory import memory_for\n"
        "picture = np.zeros((10000, 10000), np.float32)\n"
        "limit = int(open('/proc/self/statm').read().split()[0]) * 4096 + (100 << 20)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit))\n"
        "try:\n"
        "    with memory_for(10000, 10000):\n"
        "        cv2.blur(picture, (5, 5))\n"
        "except Exception as error:\n"
        "    print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.startswith(
        "OutOfMemory There is not enough memory to paint a frame of 10000"
    )


def test_another_fault_of_opencv_stays_a_fault() -> None:
    """What OpenCV refuses for another reason is not told as a lack of memory."""
    with pytest.raises(cv2.error), memory_for(4, 4):
        cv2.blur(np.zeros((0, 0), np.float32), (5, 5))
    with pytest.raises(OutOfMemory), memory_for(4, 4):
        raise MemoryError


def test_free_memory_is_what_the_system_says() -> None:
    """Some is free, less than a machine can have, and a process's peak only rises."""
    free = available_bytes()
    assert free is not None
    assert 10**7 < free < 10**14
    before = peak_rss_bytes()
    assert 10**7 < before < 10**12
    there = np.ones(40_000_000, np.uint8)
    assert peak_rss_bytes() >= before
    assert there.all()


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"memory.max": "5000", "memory.current": "2000"}, 3000),
        ({"memory.max": "5000", "memory.current": "6000"}, 0),
        ({"memory.max": "max", "memory.current": "2000"}, None),
        ({"memory/memory.limit_in_bytes": "9000", "memory/memory.usage_in_bytes": "1"}, 8999),
        ({"memory.max": "garbage", "memory.current": "2000"}, None),
        ({}, None),
    ],
)
def test_a_containers_limit_counts(tmp_path: Path, files: dict[str, str], left: int | None) -> None:
    """Control groups of both versions are read; without a limit, or without them, nothing."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    assert memory._container_available(tmp_path) == left


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is read and set as on Linux")
def test_a_limit_of_the_address_space_counts() -> None:
    """What `ulimit -v` leaves is all there is."""
    code = (
        "import resource\nfrom nuke_plugin.worker.memory import available_bytes\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * 4096\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20),) * 2)\n"
        "print(available_bytes())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert 32 << 20 < int(done.stdout) <= 64 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="the resident size is read as on Linux")
def test_large_arrays_are_given_back() -> None:
    """After arrays of 20 MB came and went among small ones, the process is as small as before."""
    code = (
        "import sys, numpy as np\nfrom nuke_plugin.worker.memory import give_large_arrays_back\n"
        "if not give_large_arrays_back(): sys.exit(print('no such library'))\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * 4096\n"
        "before, kept = rss(), []\n"
        "for turn in range(8):\n"
        "    large = [np.ones(20 << 20, np.uint8) for _ in range(4)]\n"
        "    kept.append(np.ones(100_000, np.uint8))\n"
        "    del large\n"
        "print(rss() - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    if done.stdout.strip() == "no such library":
        pytest.skip("this C library is another one")
    assert int(done.stdout) < 15 << 20
