"""Promises of the table of assumptions: each can be tried, holds here, and is seen to be false."""

from __future__ import annotations

import importlib
import re
import shutil
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin.self_check.assumption import (
    BROKEN,
    HELD,
    IN_GUI,
    IN_TERMINAL,
    NOT_APPLICABLE,
    Assumption,
)
from nuke_plugin.self_check.report import Finding, Report
from nuke_plugin.self_check.run import SelfCheck, run_to_the_end
from nuke_plugin.self_check.table import TABLE
from tests.nuke_plugin.self_check.breaking import BREAKERS

ROOT = Path(__file__).resolve().parents[3]
HERE = [one for one in TABLE if one.where != IN_TERMINAL]
ALONE = [one for one in TABLE if one.where == IN_TERMINAL]
TORCHSCRIPT = "torchscript-in-nuke"


@pytest.fixture
def with_torchscript(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the tiny model with a model.pt beside its network."""
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    for model in folder.iterdir():
        (model / "model.pt").write_bytes(b"a network")
    monkeypatch.setenv("IMPASTO_MODELS", str(folder))


def in_gui(table: list[Assumption], application: Any) -> Report:
    """Run a self-check as the panel does, while the event loop turns."""
    check = SelfCheck(table)
    for _ in check.steps():
        application.processEvents()
        time.sleep(0.005)
    return check.report()


def told(findings: list[Finding]) -> dict[str, str]:
    """Return what was found, by id."""
    return {finding.id: finding.found for finding in findings}


def test_all_hold_in_the_gui(
    nuke: ModuleType, with_torchscript: None, qapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a GUI every assumption is tried and holds, but those that want a script of their own."""
    monkeypatch.setattr(session, "shows_dialogs", True)
    nuke.nodes.Grade().setSelected(True)
    report = in_gui(list(TABLE), qapp)

    assert told(report.of(BROKEN)) == {}
    assert report.left_behind == ()
    unsaved = "script-folder"
    assert {one.id for one in report.of(NOT_APPLICABLE)} == {unsaved, *(one.id for one in ALONE)}
    assert len(report.of(HELD)) == len(HERE) - 1
    assert report.is_well


def test_all_hold_in_terminal_mode(terminal_nuke: ModuleType, models: Path) -> None:
    """Without a GUI every assumption is tried and holds, but what only an interface can tell."""
    terminal_nuke.rawArgs[:] = ["Nuke", "-t", "in_terminal.py"]
    report = run_to_the_end(SelfCheck())

    assert told(report.of(BROKEN)) == {}
    shown = {one.id for one in TABLE if one.where == IN_GUI}
    assert {one.id for one in report.of(NOT_APPLICABLE)} == {TORCHSCRIPT, *shown}
    assert report.is_well


def test_in_a_saved_script_its_folder_is_looked_at(comp: Any, qapp: Any) -> None:
    """The assumption that wants a saved script is tried in one."""
    table = [one for one in TABLE if one.id == "script-folder"]

    assert in_gui(table, qapp).of(HELD)


@pytest.mark.parametrize("assumption", HERE, ids=lambda one: one.id)
def test_a_broken_one_is_seen_in_the_gui(
    assumption: Assumption,
    nuke: ModuleType,
    with_torchscript: None,
    qapp: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A Nuke in which an assumption is false is found out, and so is what it does instead."""
    nuke.scriptSaveAs(str(tmp_path / "user.nk"), 1)
    BREAKERS[assumption.id](monkeypatch)
    report = in_gui([assumption], qapp)

    assert [finding.state for finding in report.findings] == [BROKEN]
    assert report.findings[0].found
    assert not report.is_well


@pytest.mark.parametrize("assumption", ALONE, ids=lambda one: one.id)
def test_a_broken_one_is_seen_in_terminal_mode(
    assumption: Assumption,
    terminal_nuke: ModuleType,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So it is where a script of its own is needed."""
    BREAKERS[assumption.id](monkeypatch)
    report = run_to_the_end(SelfCheck([assumption]))

    assert [finding.state for finding in report.findings] == [BROKEN]


def test_every_assumption_can_be_broken() -> None:
    """There is a way to make each assumption false, and none for what is not in the table."""
    assert sorted(BREAKERS) == sorted(one.id for one in TABLE)


@pytest.mark.parametrize("assumption", TABLE, ids=lambda one: one.id)
def test_a_row_is_whole(assumption: Assumption) -> None:
    """Each row has a name, sentences, and names code or a page that exists."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", assumption.id)
    assert assumption.sentence.endswith(".")
    assert assumption.when_false.endswith(".")
    assert assumption.rests_on_it
    for place in assumption.rests_on_it:
        module, colon, name = place.partition(":")
        if colon:
            assert hasattr(importlib.import_module(f"nuke_plugin.{module}"), name), place
        else:
            assert (ROOT / place).is_file(), place


def test_no_two_rows_have_one_name() -> None:
    """Ids tell assumptions apart."""
    assert len({one.id for one in TABLE}) == len(TABLE)
