"""Promises of the report of a self-check."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin.contract.errors import ResultFolderUnwritable
from nuke_plugin.contract.version import VERSION
from nuke_plugin.self_check.assumption import BROKEN, HELD, NOT_APPLICABLE
from nuke_plugin.self_check.report import Finding, Report, environment


def finding(state: str, **facts: Any) -> Finding:
    """Return a finding."""
    texts = {"id": f"one-{state[:4]}", "sentence": "It is so.", "found": f"was {state}", **facts}
    return Finding(rests_on_it=("a:b",), when_false="Do so.", state=state, seconds=0.1, **texts)


def example(*states: str, **facts: Any) -> Report:
    """Return a report with a finding for each state."""
    held = {"left_behind": (), "was_stopped": False, "seconds": 3.2, **facts}
    return Report(
        impasto_self_check=1,
        date="2026-11-23 06:10:00",
        environment={"Nuke": "16.0v1"},
        findings=tuple(finding(state) for state in states),
        **held,
    )


def test_both_files_say_the_same(tmp_path: Path) -> None:
    """The JSON holds every finding whole, the text the same words, what is broken first."""
    report = example(HELD, BROKEN, NOT_APPLICABLE)
    file = report.write(tmp_path / "new folder")
    read = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")

    assert file.name == "self_check_2026-11-23_06-10-00.txt"
    assert read["impasto_self_check"] == 1
    assert [one["state"] for one in read["findings"]] == [HELD, BROKEN, NOT_APPLICABLE]
    assert set(read["findings"][0]) == set(Finding.__dataclass_fields__)
    assert text.index("BROKEN") < text.index("NOT APPLICABLE") < text.index("HELD")
    assert "so: Do so." in text
    assert text.count("rests on it") == 1
    assert "1 held, 1 broken, 1 not applicable, in 3 s." in text


def test_well_means_nothing_broken_and_nothing_left() -> None:
    """What cannot be tried is no fault; what is broken or left behind is one."""
    assert example(HELD, NOT_APPLICABLE).is_well
    assert not example(HELD, BROKEN).is_well
    assert not example(HELD, left_behind=("The node A was left behind.",)).is_well
    assert "The node A" in example(HELD, left_behind=("The node A was left behind.",)).text()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the place of the folder is one sentence."""
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(ResultFolderUnwritable, match="taken"):
        example(HELD).write(tmp_path / "taken")


def test_the_environment_tells_versions_and_no_secrets(nuke: ModuleType, models: Path) -> None:
    """Versions, mode, licence, worker and models are told; of the variables only three kinds."""
    environ = {
        "IMPASTO_MODELS": str(models),
        "OCIO": "config.ocio",
        "AWS_SECRET": "hunter2",
        "IMPASTO_PYTHON": "/nowhere/python",
    }
    facts = environment(environ)

    assert facts["Impasto"].startswith(VERSION)
    assert facts["Nuke"] == nuke.NUKE_VERSION_STRING
    assert facts["Mode"] == "GUI"
    assert facts["Licence"] == "Nuke"
    assert "/nowhere/python" in facts["Worker"]
    assert facts["Models"].startswith("tiny (2 styles)")
    assert facts["OCIO"] == "config.ocio"
    assert "hunter2" not in str(facts)


def test_the_licence_is_named(nuke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Non-commercial or NukeX licence is told; what this Nuke does not know is left out."""
    monkeypatch.setitem(nuke.env, "nc", True)
    monkeypatch.setitem(nuke.env, "nukex", True)
    monkeypatch.delitem(nuke.env, "studio")

    assert environment({})["Licence"] == "nc, nukex"


def test_a_second_qt_is_told(nuke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The binding is told with its version, and another one that was loaded beside it."""
    from nuke_plugin.qt import BINDING, QtCore

    assert environment({})["Qt"] == f"{BINDING} {QtCore.qVersion()}"
    other = "PySide2" if BINDING == "PySide6" else "PySide6"
    monkeypatch.setitem(sys.modules, f"{other}.QtCore", ModuleType(other))
    assert environment({})["Qt"].endswith(f", {other} is loaded too")


def test_without_a_gui_it_says_so(terminal_nuke: ModuleType) -> None:
    """The mode is part of it."""
    assert environment({})["Mode"] == "terminal"
