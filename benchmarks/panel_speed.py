"""Measures how long the panel takes to open and to scroll, in the stand-in, with Qt off screen.

    python -m benchmarks.panel_speed [--styles 100] [--per-model 5] [--rows 500]

The styles are copies of a shipped model's card under other names; the rows of *Shots* are a few
nodes under many names. Each step is told twice: by the clock, and by the processor time of this
process, which a busy machine does not stretch as much. Runs on every Python that Nuke has.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "onnx_models" / "gallery"
"""The model whose card and previews are copied."""

PANEL_SIZE_PX = (440, 760)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--styles", type=int, default=100)
    parser.add_argument("--per-model", type=int, default=5)
    parser.add_argument("--rows", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        write_models(models, arguments.styles, arguments.per_model)
        os.environ["IMPASTO_MODELS"] = str(models)
        os.environ["IMPASTO_FAVOURITES"] = str(Path(folder) / "favourites.json")
        start_host()
        measure_opening(arguments.styles)
        measure_scrolling(arguments.rows)


def write_models(folder: Path, styles: int, per_model: int) -> None:
    """Write models with this many styles in all, whose cards and previews are the shipped ones."""
    from nuke_plugin.contract.card import ModelCard

    card = ModelCard.from_file(SHIPPED / "card.json")
    for first in range(0, styles, per_model):
        count = min(per_model, styles - first)
        slots = tuple(
            dataclasses.replace(card.styles[number % len(card.styles)], id=f"style_{number}")
            for number in range(first, first + count)
        )
        home = folder / f"model_{first}"
        home.mkdir(parents=True)
        copy = dataclasses.replace(
            card,
            id=home.name,
            styles=slots,
            style=dataclasses.replace(card.style, length=count),
        )
        (home / "card.json").write_text(copy.to_json(), encoding="utf-8")
        for preview in {slot.preview for slot in slots}:
            shutil.copy(SHIPPED / preview, home)


def start_host() -> None:
    """Start the stand-in for Nuke with the plugin, and Qt."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    import nuke_standin

    nuke_standin.start([ROOT])
    from nuke_plugin.qt import QtWidgets

    global _application
    _application = QtWidgets.QApplication([])


def measure_opening(styles: int) -> None:
    """Open the panel twice and print what each step took."""
    from nuke_plugin.panel.dock import Panel
    from nuke_plugin.qt import BINDING, QtCore

    host = f"Python {platform.python_version()}, {BINDING} {QtCore.qVersion()}"
    print(f"{host}, {platform.machine()}, {os.cpu_count()} processors")
    for which in ("first time", "second time"):
        with timed(f"{which}: panel made, {styles} styles read"):
            panel = Panel()
            panel.resize(*PANEL_SIZE_PX)
        with timed(f"{which}: shown and painted"):
            panel.show()
            turn_events(0)
            panel.grab()
        with timed(f"{which}: pictures on the screen"):
            while not panel.styles.grid.thumbnails.is_idle():
                turn_events(10)
        assert panel.styles.grid.model().rowCount() >= styles
        panel.close()


def measure_scrolling(rows: int) -> None:
    """Scroll through the table of shots by a row at a time and print what a repaint took."""
    from nuke_plugin import style_node
    from nuke_plugin.panel.dock import Panel

    nodes = [style_node.create("model_0", "style_0") for _ in range(5)]
    panel = Panel()
    panel.resize(720, 420)
    panel.tabs.setCurrentWidget(panel.shots)
    panel.show()
    turn_events(0)
    shots = panel.shots
    shots._walk_at = float("inf")  # the script's own five nodes stay out
    with timed(f"{rows} rows put into Shots"):
        shots.table.setNodes([Renamed(nodes[row % 5], f"Node{row}") for row in range(rows)])
        panel.grab()
    bar = shots.view.verticalScrollBar()
    taken = []
    for value in range(bar.minimum(), bar.maximum() + 1):
        began = time.process_time()
        bar.setValue(value)
        shots.view.viewport().grab()
        taken.append(1000 * (time.process_time() - began))
    taken.sort()
    middle, worst = taken[len(taken) // 2], taken[-1]
    print(f"{len(taken)} steps of a row: median {middle:.1f} ms, worst {worst:.1f} ms a repaint")


class Renamed:
    """A node under another name: to make hundreds takes the stand-in minutes."""

    def __init__(self, node: Any, name: str) -> None:
        self._node = node
        self._name = name

    def fullName(self) -> str:  # noqa: N802  Nuke's name
        """Return the name."""
        return self._name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    def __getitem__(self, name: str) -> Any:
        return self._node[name]


def turn_events(milliseconds: int) -> None:
    """Let Qt's event loop turn for so long."""
    from nuke_plugin.qt import QtCore, run

    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(milliseconds, loop.quit)
    run(loop)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took, in milliseconds."""
    clock, work = time.perf_counter(), time.process_time()
    yield
    taken = (time.perf_counter() - clock, time.process_time() - work)
    print(f"{what:<50} {1000 * taken[0]:8.1f} ms   {1000 * taken[1]:8.1f} ms of processor time")


_application = None

if __name__ == "__main__":
    main()
