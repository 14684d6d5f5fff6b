"""The stand-in's `nukescripts`: panels and main-thread calls."""

from __future__ import annotations

from nuke_standin.drops import addDropDataCallback, dropData

from nukescripts import panels, utils
from nukescripts.panels import (
    PythonPanel,
    registerPanel,
    registerWidgetAsPanel,
    restorePanel,
    unregisterPanel,
)
from nukescripts.utils import executeDeferred, executeInMainThread, executeInMainThreadWithResult

__all__ = [
    "PythonPanel",
    "addDropDataCallback",
    "dropData",
    "executeDeferred",
    "executeInMainThread",
    "executeInMainThreadWithResult",
    "panels",
    "registerPanel",
    "registerWidgetAsPanel",
    "restorePanel",
    "unregisterPanel",
    "utils",
]
