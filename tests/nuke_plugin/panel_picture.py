"""Draws the panel's tabs as they look in Nuke, with the shipped styles, for the documentation.

    python -m tests.nuke_plugin.panel_picture docs/pictures/panel [ENDING]

writes ``styles.jpg``, ``shots.jpg`` and ``looks.jpg`` into a folder. ``ENDING``, such as
``_pyside2``, goes before ``.jpg``, to tell the pictures of two Pythons apart. The comp is the
shipped shot's, in the stand-in for Nuke; the real worker renders the frames and the previews.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIZES_PX = {
    "styles": (460, 760),
    "shots": (720, 320),
    "looks": (460, 560),
}
FIRST, LAST, SHOWN = 1001, 1006, 1003
PATIENCE_SECONDS = 900.0

NUKE_COLOURS = {
    "Window": (50, 50, 50),
    "WindowText": (200, 200, 200),
    "Base": (38, 38, 38),
    "AlternateBase": (45, 45, 45),
    "Text": (200, 200, 200),
    "Button": (75, 75, 75),
    "ButtonText": (210, 210, 210),
    "Highlight": (247, 147, 30),
    "HighlightedText": (20, 20, 20),
    "PlaceholderText": (130, 130, 130),
    "ToolTipBase": (60, 60, 60),
    "ToolTipText": (210, 210, 210),
    "Light": (90, 90, 90),
    "Mid": (60, 60, 60),
    "Dark": (30, 30, 30),
}

PLATES = """
import sys
from pathlib import Path
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.worker.shot import DemoShot
for shot in ("sh010", "sh020", "sh030"):
    plates = FramePattern.parse(f"{sys.argv[1]}/{shot}/plates/{shot}_plate.%04d.exr")
    DemoShot(480, 270).write(plates, FrameRange.parse("1001-1006"))
"""


def main(folder: str, ending: str = "") -> None:
    """Write the pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    os.environ.pop("IMPASTO_MODELS", None)
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    import nuke_standin

    nuke_standin.start([ROOT])
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as show:
        os.environ["IMPASTO_FAVOURITES"] = str(Path(show) / "favourites.json")
        os.environ["IMPASTO_LOOKS"] = str(Path(show) / "looks")
        os.environ["IMPASTO_SHOT_PATTERN"] = r"/(sh\d+)/"
        Path(os.environ["IMPASTO_LOOKS"]).mkdir()
        application = dressed_application()  # kept: Qt lives as long as it does
        nodes = sequence(Path(show))
        pictures = Pictures(nodes, Path(folder), ending)
        try:
            pictures.draw()
        finally:
            from nuke_plugin import worker_client

            worker_client.session().stop()
            application.quit()


def dressed_application() -> Any:
    """Return Qt's application in Nuke's colours."""
    from nuke_plugin.qt import QtGui, QtWidgets

    application = QtWidgets.QApplication([])
    application.setStyle("Fusion")
    palette = QtGui.QPalette()
    for name, colour in NUKE_COLOURS.items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, name), QtGui.QColor(*colour))
    for role in ("Text", "WindowText", "ButtonText"):
        palette.setColor(
            QtGui.QPalette.ColorGroup.Disabled,
            getattr(QtGui.QPalette.ColorRole, role),
            QtGui.QColor(120, 120, 120),
        )
    application.setPalette(palette)
    font = application.font()
    font.setPointSize(9)
    application.setFont(font)
    return application


def sequence(folder: Path) -> list[Any]:
    """Return four nodes over three shots, in a saved script, in several states."""
    import nuke

    from nuke_plugin import style_node
    from nuke_plugin.contract.worker_start import find_worker_python

    worker = find_worker_python(os.environ)
    subprocess.run([str(worker), "-c", PLATES, str(folder)], cwd=ROOT, check=True)
    root = nuke.root()
    root["format"].setValue(nuke.addFormat("480 270 demo_format"))
    nuke.scriptSaveAs(str(folder / "sh010" / "sequence_v003.nk").replace("\\", "/"), 1)
    nodes = []
    for shot, number, strength in (
        ("sh010", 0, 0.8),
        ("sh010", 1, 1.0),
        ("sh020", 2, 0.6),
        ("sh030", 0, 1.0),
    ):
        read = nuke.nodes.Read(raw=True)
        pattern = folder / shot / "plates" / f"{shot}_plate.%04d.exr"
        read["file"].fromUserText(f"{pattern} {FIRST}-{LAST}".replace("\\", "/"))
        node = style_node.create(*shipped_style(number))
        node.setInput(0, read)
        node["strength"].setValue(strength)
        node.setSelected(False)
        nodes.append(node)
    root.setFrame(SHOWN)
    return nodes


def shipped_style(number: int) -> tuple[str, str]:
    """Return the ids of one of the shipped styles, counted from the first and round again."""
    from nuke_plugin.style_list import StyleList

    entries = StyleList.read().entries
    return entries[number % len(entries)].key


class Pictures:
    """The panel, brought into each state and grabbed."""

    def __init__(self, nodes: list[Any], folder: Path, ending: str) -> None:
        from nuke_plugin.panel.dock import Panel

        self._nodes = nodes
        self._folder = folder
        self._ending = ending
        self.panel = Panel()
        self.panel.show()

    def draw(self) -> None:
        """Draw every tab."""
        self.render_some()
        for name in SIZES_PX:
            self.panel.resize(*SIZES_PX[name])
            self.panel.tabs.setCurrentWidget(getattr(self.panel, name))
            getattr(self, name)()
            self.grab(name)

    def styles(self) -> None:
        """Show every style on the first node's frame, one of them a favourite."""
        tab = self.panel.styles
        self._nodes[0].setSelected(True)
        tab.favourites.mark(shipped_style(1), True)
        self.panel.refresh()
        self.wait(lambda: tab.wipe.hasPictures() and not tab.previews.is_painting())
        self.wait(tab.grid.thumbnails.is_idle)
        tab.setFocus()

    def shots(self) -> None:
        """Show fresh, stale and missing frames, two rows selected."""
        tab = self.panel.shots
        tab.look()
        self.wait(lambda: all(tab.table.states(row) is not None for row in range(4)))
        for row in (2, 3):
            tab.view.selectionModel().select(
                tab.proxy.index(row, 0),
                _flag("Select") | _flag("Rows"),
            )

    def looks(self) -> None:
        """Show looks of the shot by three people, one made with another model."""
        from nuke_plugin import style_node
        from nuke_plugin.looks import on_node
        from nuke_plugin.panel.looks_tab import Place

        tab = self.panel.looks
        tab.refresh()
        self.wait(tab.background.is_idle)
        folder = Place("sh010").folder()
        for number, (name, author) in enumerate(
            (("Rain at night", "ana"), ("Storm, first pass", "ben"), ("Dusk", "chiara"))
        ):
            style_node.set_style(self._nodes[0], *shipped_style(number))
            look = on_node.take(self._nodes[0], name).look
            picture = self.panel.styles.thumbnail_of(self._nodes[0], look)
            if name.startswith("Storm"):
                changed = dataclasses.replace(look.styles[0], model_sha256="3f" * 32)
                look = dataclasses.replace(look, styles=(changed,))
            date = f"2026-11-2{number}T1{number}:4{number}:00Z"
            folder.save(dataclasses.replace(look, author=author, date=date), thumbnail=picture)
        style_node.set_style(self._nodes[0], *shipped_style(0))
        tab.read()
        self.wait(tab.background.is_idle)
        tab.list.setCurrentIndex(tab.model.index(2, 0))
        tab.look()
        self.settle()
        self.wait(tab.thumbnails.is_idle)

    def render_some(self) -> None:
        """Render frames so that the table has all states; some are made stale after it."""
        from nuke_plugin import render

        whole, part, changed, _ = self._nodes
        part["frame_range"].setValue(f"{FIRST}-{FIRST + 2}")
        for node in (whole, part, changed):
            job = render.start(node)
            self.wait(job.ended.is_set)
            self.settle()
        part["frame_range"].setValue(f"{FIRST}-{LAST}")
        changed["strength"].setValue(0.75)

    def grab(self, name: str) -> None:
        """Write the panel as it is now."""
        self.settle()
        target = str(self._folder / f"{name}{self._ending}.jpg")
        if not self.panel.grab().save(target, quality=88):
            raise SystemExit(f"{target} could not be written")

    def settle(self, seconds: float = 0.4) -> None:
        """Let Qt do what waits.

        In one call: PySide6 6.12 on Python 3.11 drops a reference to None in each that returns
        nothing, and thousands of ``processEvents`` would end the process.
        """
        from nuke_plugin.qt import QtCore, run

        loop = QtCore.QEventLoop()
        QtCore.QTimer.singleShot(int(1000 * seconds), loop.quit)
        run(loop)

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Let Qt work until something is so."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > end:
                raise SystemExit("the panel did not get ready in time")
            self.settle(0.2)
        self.settle()


def _flag(name: str) -> Any:
    from nuke_plugin.qt import QtCore

    return getattr(QtCore.QItemSelectionModel.SelectionFlag, name)


if __name__ == "__main__":
    main(*sys.argv[1:])
