"""Holds the one choice of Qt: PySide2 in Nuke 14 and 15, PySide6 from Nuke 16 on.

The version of Nuke decides, not what can be imported: a user's own site-packages may hold the other
binding, and two of them in one process crash it. Everything else imports Qt from here.

Both bindings take enum members by their short names (``Qt.Horizontal``), and PySide2 5.15 has the
old ``exec_`` only; what moved between the two is evened out here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import nuke

BINDING = "PySide6" if nuke.NUKE_VERSION_MAJOR >= 16 else "PySide2"
"""Name of the Qt binding that this Nuke ships with."""

if TYPE_CHECKING:
    from PySide6 import QtCore, QtGui, QtWidgets
else:
    QtCore = import_module(f"{BINDING}.QtCore")
    QtGui = import_module(f"{BINDING}.QtGui")
    QtWidgets = import_module(f"{BINDING}.QtWidgets")

Qt = QtCore.Qt
Signal = QtCore.Signal

if TYPE_CHECKING or BINDING == "PySide6":
    QAction = QtGui.QAction
else:
    QAction = QtWidgets.QAction


def run(blocking: Any, *args: Any) -> Any:
    """Run a menu, a dialog or a drag to its end: ``exec``, which PySide2 spells ``exec_``."""
    return (blocking.exec if BINDING == "PySide6" else blocking.exec_)(*args)


__all__ = ["BINDING", "QAction", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal", "run"]
