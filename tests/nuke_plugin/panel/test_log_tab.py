"""Promises of the Log tab, with a real worker's lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from nuke_plugin import worker_client
from nuke_plugin.contract.messages import Preview
from nuke_plugin.contract.version import VERSION
from nuke_plugin.panel.dock import Panel
from nuke_plugin.panel.log_tab import LogTab, support_text
from nuke_plugin.qt import BINDING, Qt, QtGui
from nuke_plugin.worker_client import WorkerClient
from tests.nuke_plugin.comp import Comp


@pytest.fixture
def talkative(comp: Comp, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerClient]:
    """Return the session's client, whose worker prints two lines on its standard error."""
    module = "tests.nuke_plugin.scripted_worker"
    client = WorkerClient(lambda: [sys.executable, "-m", module, "paints"])
    monkeypatch.setattr(worker_client, "_session", client)
    yield client
    client.stop()


@pytest.fixture
def log(panel: Panel) -> LogTab:
    """Return the tab, shown."""
    panel.tabs.setCurrentWidget(panel.log)
    return panel.log


def test_before_a_worker_runs_it_says_so(log: LogTab) -> None:
    """Without a worker there is a sentence, and nothing is started to find out."""
    assert "not running" in log.state.text()
    assert log.lines.toPlainText() == "The worker has said nothing."
    assert worker_client.session().pid is None


def test_the_worker_s_lines_are_shown(talkative: WorkerClient, log: LogTab, qtbot: Any) -> None:
    """What the worker prints shows up by itself, with its process number."""
    conversation = talkative.preview(Preview(0, "a.exr", "a.png", "tiny", {"warm": 1.0}, 1.0, None))
    talkative.cancel(conversation)
    qtbot.waitUntil(lambda: "scripted worker: starting" in log.lines.toPlainText(), timeout=60000)
    log.look()

    assert str(talkative.pid) in log.state.text()


def test_the_log_outlives_the_worker(talkative: WorkerClient, log: LogTab, qtbot: Any) -> None:
    """The lines of a worker that has died are what explains it, so they stay."""
    talkative.preview(Preview(0, "a.exr", "a.png", "tiny", {"warm": 1.0}, 1.0, None))
    qtbot.waitUntil(lambda: bool(talkative.log()), timeout=60000)
    process = talkative._process
    assert process is not None
    process.kill()
    log.look()

    assert "not running" in log.state.text()
    assert "scripted worker: starting" in log.lines.toPlainText()


def test_copy_for_support_holds_what_is_asked_for(log: LogTab, qtbot: Any) -> None:
    """One press copies versions, worker, models and lines as plain text."""
    qtbot.mouseClick(log.copy_button, Qt.MouseButton.LeftButton)
    text = QtGui.QGuiApplication.clipboard().text()

    for part in (f"Impasto {VERSION}", "Nuke ", BINDING, "Worker: ", "Model tiny: warm, cold"):
        assert part in text
    assert log.copied.text() == "Copied."


def test_it_tells_no_secrets(comp: Comp) -> None:
    """Of the environment only Impasto's own variables and two others are copied."""
    environ = {"IMPASTO_MODELS": "", "AWS_SECRET": "hunter2", "OCIO": "config.ocio"}
    text = support_text(environ)

    assert "OCIO=config.ocio" in text
    assert "hunter2" not in text


def test_a_missing_worker_is_part_of_it(comp: Comp) -> None:
    """Where the worker is not found the text says why."""
    assert "/nowhere/python" in support_text({"IMPASTO_PYTHON": "/nowhere/python"})
