"""Holds what Nuke shows as widgets of Qt: the labels of open properties, and messages.

Only where a Qt application runs and its widgets were imported: nothing here loads Qt.
"""

from __future__ import annotations

import sys
from typing import Any, Optional


def qt_widgets() -> Optional[Any]:
    """Return the QtWidgets of the application that runs, None without one."""
    for binding in ("PySide6", "PySide2"):
        widgets = sys.modules.get(f"{binding}.QtWidgets")
        if widgets is not None and widgets.QApplication.instance() is not None:
            return widgets
    return None


def properties_of(node: Any) -> Optional[Any]:
    """Return a widget with a label for each Text_Knob; a label guesses if its text is rich."""
    widgets = qt_widgets()
    if widgets is None:
        return None
    shown = widgets.QWidget()
    layout = widgets.QFormLayout(shown)
    for knob in node._knobs.values():
        if knob.Class() == "Text_Knob":
            layout.addRow(knob.label(), widgets.QLabel(str(knob._value), shown))
    return shown


def show_message(prompt: str) -> None:
    """Show a message until somebody closes it, where a test wants that."""
    widgets = qt_widgets()
    assert widgets is not None
    box = widgets.QMessageBox()
    box.setText(prompt)
    (box.exec if "PySide6" in widgets.__name__ else box.exec_)()
