"""Holds how the panel stays narrow: long names and rows of buttons must not widen a docked pane."""

from __future__ import annotations

from nuke_plugin.qt import QtWidgets

_LEAST_PX = 40


def let_shrink(*widgets: QtWidgets.QWidget) -> None:
    """Let widgets take the width that is left instead of asking for their own."""
    for widget in widgets:
        policy = widget.sizePolicy()
        policy.setHorizontalPolicy(QtWidgets.QSizePolicy.Policy.Ignored)
        widget.setSizePolicy(policy)
        widget.setMinimumWidth(_LEAST_PX)
