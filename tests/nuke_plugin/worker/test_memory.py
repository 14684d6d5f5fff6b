"""Tests of what running out of memory means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from nuke_plugin.contract.errors import OutOfMemory
from nuke_plugin.worker.memory import memory_for

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
