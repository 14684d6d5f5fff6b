"""The stand-in's nukescripts.panels."""

from __future__ import annotations

from nuke_standin.panels import (
    PythonPanel,
    WidgetKnob,
    registerPanel,
    registerWidgetAsPanel,
    restorePanel,
    unregisterPanel,
)

__all__ = [
    "PythonPanel",
    "WidgetKnob",
    "registerPanel",
    "registerWidgetAsPanel",
    "restorePanel",
    "unregisterPanel",
]
