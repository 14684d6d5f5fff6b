"""Holds the tries of Nuke's interface: what it shows, whom it tells, what may be dropped on it.

What stands on the screen is looked for among Qt's own widgets. Where it is not found there, nothing
is known, and a person is asked to look instead.
"""

from __future__ import annotations

import sys
from typing import Any, Optional

import nuke
import nukescripts

from nuke_plugin import style_knobs
from nuke_plugin.panel import style_drag
from nuke_plugin.self_check.assumption import NotApplicable, Waiting, holds
from nuke_plugin.self_check.bench import Bench

_MARK = "impasto self-check"
_RICH = f"<font color='#6a9f5b'>{_MARK}</font>"

_TURNS = 5
"""Of the event loop, until what was opened is on the screen."""


def binding_of_qt(bench: Bench) -> str:
    """Look which Qt is loaded, and whether it is the one that runs the interface."""
    from nuke_plugin.qt import BINDING, QtCore

    loaded = sorted(name for name in ("PySide2", "PySide6") if f"{name}.QtCore" in sys.modules)
    runs = QtCore.QCoreApplication.instance() is not None
    found = f"loaded: {', '.join(loaded)}; {BINDING} {QtCore.qVersion()} runs: {runs}"
    return holds(runs and loaded == [BINDING], found)


def closed_panel_is_told(bench: Bench) -> str:
    """Set a knob with KNOB_CHANGED_ALWAYS while the properties are closed."""
    group = nuke.nodes.Group()
    menu = nuke.CascadingEnumeration_Knob(style_knobs.LIBRARY, "Library", ["a/one", "b/two"])
    group.addKnob(menu)
    style_knobs.apply_flags(group)
    called: list[str] = []

    def changed() -> None:
        called.append(nuke.thisKnob().name())

    nuke.addKnobChanged(changed, nodeClass="Group", node=group)
    try:
        group[style_knobs.LIBRARY].setValue("b/two")
    finally:
        nuke.removeKnobChanged(changed, nodeClass="Group", node=group)
    is_closed = not group.shown()
    is_right = is_closed and style_knobs.LIBRARY in called
    return holds(is_right, f"closed: {is_closed}, called for {called or 'nothing'}")


def coloured_text(bench: Bench) -> Waiting:
    """Open a node with a Text_Knob of rich text, and look for its label."""
    from nuke_plugin.qt import QtWidgets

    group = bench.group_with(nuke.Text_Knob(style_knobs.FRAMES, "Frames", _RICH))
    group.showControlPanel()
    try:
        for _ in range(_TURNS):
            yield  # properties may be filled by and by
        labels = [label for label in _labels(QtWidgets) if _MARK in label.text()]
        if not labels:
            raise NotApplicable(
                "no label of Qt with that text was found; look at Frames in the properties of an "
                "ImpastoStyle node: its blocks must be coloured"
            )
        rich = [_shows_rich_text(label) for label in labels]
    finally:
        group.hideControlPanel()
    return holds(all(rich), f"{len(labels)} label, rich text: {rich}")


def lines_of_a_message(bench: Bench) -> str:
    """Show a message of two lines, look at it from a timer, and close it."""
    from nuke_plugin.qt import Qt, QtCore, QtWidgets

    before = QtWidgets.QApplication.activeModalWidget()
    shown: list[tuple[str, bool]] = []

    def look() -> None:
        dialog = QtWidgets.QApplication.activeModalWidget()
        if dialog is None or dialog is before:
            return
        for label in dialog.findChildren(QtWidgets.QLabel):
            if _MARK in label.text():
                shown.append((label.text(), label.textFormat() == Qt.TextFormat.RichText))
        looker.stop()
        dialog.close()

    looker = QtCore.QTimer()
    looker.setInterval(100)
    looker.timeout.connect(look)
    looker.start()
    nuke.message(f"{_MARK}: this closes by itself.\nA path: /shot/plate.exr")
    looker.stop()
    if not shown:
        raise NotApplicable("the label of the message was not found among Qt's own")
    text, is_rich = shown[0]
    return holds("\n" in text and not is_rich, f"{text!r}, as rich text: {is_rich}")


_heard: list[str] = []


def _hear(mime_type: str, text: str) -> Optional[bool]:
    """Take a drop of the check's own text; Nuke has no way to forget this callback again."""
    if text != _MARK:
        return None
    _heard.append(mime_type)
    return True


def dropped_text(bench: Bench) -> str:
    """Drop a text on nothing, as the node graph hands it to the callbacks."""
    _heard.clear()
    taken = nukescripts.dropData(style_drag.MIME_TYPE, _MARK)
    if not taken:  # once in a session is enough
        nukescripts.addDropDataCallback(_hear)
        taken = nukescripts.dropData(style_drag.MIME_TYPE, _MARK)
    found = f"heard {_heard}, taken: {bool(taken)}"
    return holds(_heard == [style_drag.MIME_TYPE] and taken is True, found)


def _labels(widgets: Any) -> list[Any]:
    # PySide2 may hand out the wrapper of a widget that died at the same address. Qt itself is asked
    # as well what stands there, before a label's own functions are called on it.
    return [
        one
        for one in widgets.QApplication.allWidgets()
        if isinstance(one, widgets.QLabel) and one.inherits("QLabel")
    ]


def _shows_rich_text(label: Any) -> bool:
    from nuke_plugin.qt import Qt

    is_plain = label.textFormat() == Qt.TextFormat.PlainText
    return not is_plain and "<font" in label.text()
