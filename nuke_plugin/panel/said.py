"""Holds the edge between a button of the panel and what it does: what went wrong is shown there."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Callable

from nuke_plugin.contract.errors import ImpastoError, WorkerUnexpected
from nuke_plugin.looks import facts
from nuke_plugin.looks.facts import Fact
from nuke_plugin.panel.notice import Notice

_MOST_LINES = 12


def run(notice: Notice, action: str, press: Callable[[], Iterable[Fact]]) -> bool:
    """Run a button's action and show what a person should know of it; False when it failed.

    Nothing raises: a panel is a process edge.
    """
    try:
        lines = facts.as_lines(press())
        went_well = True
    except ImpastoError as error:
        lines, went_well = [error.message], False
    except Exception as fault:  # noqa: BLE001  a button of the panel
        traceback.print_exc()
        lines, went_well = [WorkerUnexpected(type(fault).__name__, str(fault)).message], False
    show(notice, action, lines)
    return went_well


def show(notice: Notice, action: str, lines: list[str]) -> None:
    """Show these sentences under the action's name, or take the box away when there is none."""
    left = len(lines) - _MOST_LINES
    shown = [*lines[:_MOST_LINES], *([f"And {left} more."] if left > 0 else [])]
    notice.show_text(action, "\n\n".join(shown))
