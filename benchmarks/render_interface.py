"""Measures how a render leaves Nuke's interface: how soon Cancel is felt, how long nothing answers.

    python -m benchmarks.render_interface [--size 960 540] [--frames 40]

In the stand-in for Nuke with real Qt off screen, the real worker and the first shipped model. A
timer of 5 ms says how long the main thread was held between two of its turns; while plates are
written that is the length of a slice, which Nuke's own nodes decide too.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 600.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, nargs=2, default=(960, 540), metavar=("W", "H"))
    parser.add_argument("--frames", type=int, default=40)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("IMPASTO_PYTHON", sys.executable)
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    from PySide6 import QtWidgets

    application = QtWidgets.QApplication([])
    import nuke_standin

    nuke_standin.start([str(ROOT)])
    print(f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        node = _node(Path(folder), *arguments.size, arguments.frames)
        print(f"{arguments.size[0]} x {arguments.size[1]}, {arguments.frames} frames")
        _measure(application, node)


def _node(folder: Path, width: int, height: int, frames: int) -> Any:
    import nuke

    from nuke_plugin import style_node

    nuke.addFormat(f"{width} {height} benchmark")
    nuke.root()["format"].setValue("benchmark")
    nuke.scriptSaveAs(f"{folder.as_posix()}/comp.nk", 1)
    board = nuke.nodes.CheckerBoard2(boxsize=5)
    board.setSelected(True)
    node = style_node.create()
    node["frame_range"].setValue(f"1-{frames}")
    return node


def _measure(application: Any, node: Any) -> None:
    from nuke_plugin import render, worker_client

    gaps = Gaps()
    began = time.perf_counter()
    node["render"].execute()
    print(f"pressing Render:                 {1000 * (time.perf_counter() - began):6.0f} ms")
    job = render.running_job(node)
    _turn(application, lambda: len(_plates(node)) >= 3)
    held = gaps.longest_ms()
    print(f"longest hold, writing plates:    {held:6.0f} ms")
    print(f"Cancel while plates are written: {_cancel(application, node, job):6.0f} ms")
    node["render"].execute()
    job = render.running_job(node)
    _turn(application, lambda: job.done >= 1)
    print(f"Cancel while a frame is painted: {_cancel(application, node, job):6.0f} ms")
    node["frame_range"].setValue("1-4")
    node["render"].execute()
    job = render.running_job(node)
    _turn(application, lambda: job.done >= 1)
    gaps.longest_ms()
    _turn(application, job.ended.is_set)
    print(f"longest hold, painting:          {gaps.longest_ms():6.0f} ms")
    worker_client.session().stop()


def _cancel(application: Any, node: Any, job: Any) -> float:
    """Press Cancel and return the milliseconds until the node says that it ended."""
    began = time.perf_counter()
    node["cancel"].execute()
    _turn(application, lambda: node["status"].value().startswith("Cancelled:"))
    assert job.ended.is_set()
    return 1000 * (time.perf_counter() - began)


def _plates(node: Any) -> list[Path]:
    from nuke_plugin.render_settings import RenderSettings

    folder = Path(RenderSettings.from_node(node).plates[0]).parent
    return list(folder.glob("*.exr"))


def _turn(application: Any, until: Callable[[], bool]) -> None:
    """Turn Qt's loop until something is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not until():
        application.processEvents()
        time.sleep(0.001)
        assert time.monotonic() < deadline, "it took too long"


class Gaps:
    """Times between the turns of a timer: how long the main thread did something else."""

    def __init__(self) -> None:
        from PySide6 import QtCore

        self._last = time.perf_counter()
        self._longest = 0.0
        self._timer = QtCore.QTimer()
        self._timer.timeout.connect(self._turned)
        self._timer.start(5)

    def _turned(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, now - self._last)
        self._last = now

    def longest_ms(self) -> float:
        """Return the longest since it was asked for last, and begin anew."""
        longest, self._longest = self._longest, 0.0
        self._last = time.perf_counter()
        return 1000 * longest


if __name__ == "__main__":
    main()
