"""Draws the panel as it looks in Nuke, with the shipped styles, for the documentation.

``python -m tests.nuke_plugin.panel_picture docs/pictures/panel.png``
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SIZE_PX = (440, 620)

NUKE_COLOURS = {
    "Window": (50, 50, 50),
    "WindowText": (200, 200, 200),
    "Base": (38, 38, 38),
    "AlternateBase": (56, 56, 56),
    "Text": (200, 200, 200),
    "Button": (75, 75, 75),
    "ButtonText": (210, 210, 210),
    "Highlight": (247, 147, 30),
    "HighlightedText": (20, 20, 20),
    "PlaceholderText": (130, 130, 130),
    "Light": (90, 90, 90),
    "Mid": (60, 60, 60),
    "Dark": (30, 30, 30),
}


def main(target: str) -> None:
    """Write the picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    os.environ.pop("IMPASTO_MODELS", None)
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    import nuke
    import nuke_standin

    nuke_standin.start([ROOT])
    from nuke_plugin import style_node
    from nuke_plugin.panel import Panel
    from nuke_plugin.qt import QtGui, QtWidgets

    application = QtWidgets.QApplication([])
    application.setStyle("Fusion")
    palette = QtGui.QPalette()
    for name, colour in NUKE_COLOURS.items():
        palette.setColor(getattr(QtGui.QPalette.ColorRole, name), QtGui.QColor(*colour))
    application.setPalette(palette)
    font = application.font()
    font.setPointSize(9)
    application.setFont(font)

    node = style_node.create()
    node["strength"].setValue(0.8)
    nuke.root().setModified(False)
    panel = Panel()
    panel.resize(*SIZE_PX)
    panel.show()
    panel.setFocus()
    application.processEvents()
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    if not panel.grab().save(target):
        raise SystemExit(f"{target} could not be written")


if __name__ == "__main__":
    main(sys.argv[1])
