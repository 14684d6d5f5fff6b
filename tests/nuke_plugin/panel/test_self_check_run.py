"""Promises of the self-check's button in the panel's Log tab."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import running_jobs
from nuke_plugin.panel import self_check_run
from nuke_plugin.panel.dock import Panel
from nuke_plugin.panel.log_tab import LogTab
from nuke_plugin.qt import Qt
from nuke_plugin.self_check import report
from nuke_plugin.self_check.assumption import BROKEN
from nuke_plugin.self_check.report import Finding, Report
from nuke_plugin.self_check.run import SelfCheck
from nuke_plugin.self_check.table import TABLE

QUICK = ("frame-ranges", "cascading-value", "posts-in-order")


@pytest.fixture
def log(panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogTab:
    """Return the tab, shown; its self-check has three assumptions and writes to a folder here."""
    table = [one for one in TABLE if one.id in QUICK]
    monkeypatch.setattr(self_check_run, "SelfCheck", lambda: SelfCheck(table))
    monkeypatch.setattr(report, "default_folder", lambda: tmp_path / "reports")
    panel.tabs.setCurrentWidget(panel.log)
    return panel.log


def checked(log: LogTab, qtbot: Any) -> str:
    """Press the button, wait for the end, and return what is shown."""
    qtbot.mouseClick(log.check_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: log.check is None, timeout=60000)
    return str(log.check_notice.text())


def test_one_press_checks_and_writes(log: LogTab, qtbot: Any, tmp_path: Path) -> None:
    """The outcome is shown with the report's path to copy, and the button is ready again."""
    shown = checked(log, qtbot)
    (text,) = (tmp_path / "reports").glob("*.txt")

    assert "3 held, 0 broken, 0 not applicable" in shown
    assert log.check_notice.command() == str(text)
    assert log.check_notice.isVisibleTo(log)
    assert log.check_button.isEnabled()


def test_what_is_broken_is_said_with_the_remedy(
    log: LogTab, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person reads what is assumed, what was found, and what to do."""
    import nuke

    monkeypatch.setattr(nuke.FrameRanges, "toFrameList", lambda self: [])
    shown = checked(log, qtbot)
    row = next(one for one in TABLE if one.id == "frame-ranges")

    assert "1 broken" in shown
    assert row.sentence in shown
    assert row.when_false in shown


def test_a_nuke_that_differs_in_all_does_not_fill_the_screen(nuke: ModuleType) -> None:
    """Of many broken assumptions the first few are told, and how many more the report has."""
    findings = tuple(
        Finding(f"row-{n}", f"It is {n}.", (), "Do so.", BROKEN, "otherwise", 0.1) for n in range(9)
    )
    told = self_check_run.sentences(Report(1, "now", {}, findings, (), False, 1.0))

    assert told[0] == "0 held, 9 broken, 0 not applicable, in 1 s."
    assert told[1] == "It is 0. Not here: otherwise. Do so."
    assert told[-1] == "And 4 more, in the report."
    assert len(told) == 7


def test_stop_ends_it_and_what_was_found_is_kept(log: LogTab, qtbot: Any) -> None:
    """The dialog's Stop ends the run soon, and the report says that it was stopped."""
    qtbot.mouseClick(log.check_button, Qt.MouseButton.LeftButton)
    assert log.check is not None
    assert log.check.dialog is not None
    assert log.check.dialog.windowModality() == Qt.WindowModality.ApplicationModal
    assert not log.check_button.isEnabled()
    log.check.dialog.cancel()
    qtbot.waitUntil(lambda: log.check is None, timeout=60000)

    assert "It was stopped before its end." in log.check_notice.text()


def test_it_waits_for_renders(
    log: LogTab, qtbot: Any, monkeypatch: pytest.MonkeyPatch, nuke: ModuleType
) -> None:
    """While Nuke or a node renders it refuses, and says what to wait for."""
    monkeypatch.setattr(running_jobs, "by_node", lambda: {"ImpastoStyle1": None})
    assert "ImpastoStyle1 is rendering" in checked(log, qtbot)

    monkeypatch.setattr(nuke, "executing", lambda: True)
    assert "Nuke is rendering something else" in checked(log, qtbot)


def test_a_report_that_cannot_be_written_is_told(log: LogTab, qtbot: Any, tmp_path: Path) -> None:
    """The outcome is shown all the same."""
    (tmp_path / "reports").write_text("a file in the way", encoding="utf-8")
    shown = checked(log, qtbot)

    assert "3 held" in shown
    assert "cannot be written" in shown
    assert log.check_notice.command() == ""
