"""Measures how long Nuke's interface stands still when a knob of the node is turned.

    python -m benchmarks.knob_turn [--frames 100] [--nodes 20]

In the stand-in for Nuke with real Qt off screen: a node with painted frames, its properties and the
whole panel open, the selected node's frame in the previews. Each knob is turned step by step, as a
slider is, and afterwards left alone until all that follows by timers has run. Told are the longest
turn and the longest time between two turns of a 5 ms timer. The stand-in answers for a knob in
Python, Nuke in C++.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.frame_states_speed import paint_without_painting
from benchmarks.render_interface import ROOT, Gaps

STEPS = 20
"""Positions of a slider on its way."""

SETTLED_SECONDS = 3.0
"""Longer than the strip's timer and the panel's wait."""

NUMBERS = ("strength", "stroke_scale", "stroke_detail", "mix", "keep_plate_colour", "plate_grain")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--nodes", type=int, default=20, help="nodes between the picture and ours")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("IMPASTO_PYTHON", sys.executable)
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    from PySide6 import QtWidgets

    application = QtWidgets.QApplication([])
    assert application is not None
    import nuke_standin

    nuke_standin.start([str(ROOT)])
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{platform.machine()}, {os.cpu_count()} processors, {load}, {arguments.frames} frames")
    with tempfile.TemporaryDirectory() as folder:
        node = _comp(Path(folder), arguments.frames, arguments.nodes)
        paint_without_painting(node)
        panel = _panel()
        _settle()
        for tab in (panel.styles, panel.shots):
            panel.tabs.setCurrentWidget(tab)
            print(f"the panel shows {type(tab).__name__}")
            for name in NUMBERS:
                values = [0.3 + 0.6 * step / STEPS for step in range(STEPS)]
                _turn(node[name], values)
            _turn(node["style"], node["style"].values()[:STEPS])
        panel.close()
        from nuke_plugin import worker_client

        worker_client.session().stop()


def _comp(folder: Path, frames: int, nodes: int) -> Any:
    import nuke

    from nuke_plugin import style_node

    nuke.scriptSaveAs(f"{folder.as_posix()}/comp.nk", 1)
    last = nuke.nodes.CheckerBoard2(boxsize=40)
    for _ in range(nodes):
        grade = nuke.nodes.Grade(multiply=1.01)
        grade.setInput(0, last)
        last = grade
    last.setSelected(True)
    node = style_node.create()
    node["frame_range"].setValue(f"1-{frames}")
    return node


def _panel() -> Any:
    from nuke_plugin.panel.dock import Panel

    panel = Panel()
    panel.resize(900, 700)
    panel.show()
    return panel


def _turn(knob: Any, values: Sequence[Any]) -> None:
    """Turn one knob through its values, let all that follows run, and print the longest holds."""
    gaps, longest = Gaps(), 0.0
    for value in values:
        began = time.perf_counter()
        knob.setValue(value)
        longest = max(longest, time.perf_counter() - began)
        _settle(0.03)
    _settle()
    name = f"{knob.name()}, {len(values)} steps:"
    print(f"  {name:32} longest turn {1000 * longest:5.1f} ms, hold {gaps.longest_ms():6.1f} ms")


def _settle(seconds: float = SETTLED_SECONDS) -> None:
    from PySide6 import QtCore

    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
