"""Promises of the run of a self-check: it leaves no trace, whatever a check does."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin import session

from nuke_plugin.self_check import report
from nuke_plugin.self_check.assumption import (
    ANYWHERE,
    BROKEN,
    HELD,
    IN_GUI,
    IN_TERMINAL,
    NOT_APPLICABLE,
    Assumption,
    Broken,
    Check,
    NotApplicable,
    Waiting,
)
from nuke_plugin.self_check.bench import Bench
from nuke_plugin.self_check.run import SelfCheck, run_to_the_end


def assumed(check: Check, where: str = ANYWHERE, id: str = "tried-here") -> Assumption:
    """Return an assumption that is tried by a function."""
    return Assumption(id, "It is so.", ("render:start",), "Nothing.", check, where)


def script_of(nuke: ModuleType) -> list[Any]:
    """Return all that a user could see of a script, as text and numbers."""
    root = nuke.root()
    selected = [node.name() for node in root.nodes() if node.isSelected()]
    values = [root[name].value() for name in ("first_frame", "last_frame", "proxy")]
    return [
        [(node.name(), node.writeKnobs(nuke.TO_SCRIPT)) for node in root.nodes()],
        selected,
        root.modified(),
        nuke.frame(),
        values,
        list(session.undo.steps),
    ]


@pytest.fixture
def user_script(nuke: ModuleType, tmp_path: Path) -> ModuleType:
    """Return a Nuke whose user has a saved script of two nodes, one selected, at frame 7."""
    nuke.nodes.Grade(name="Mine").setSelected(True)
    nuke.nodes.Blur(name="Other")
    nuke.frame(7)
    nuke.scriptSaveAs(str(tmp_path / "user.nk"), 1)
    return nuke


def meddles(bench: Bench) -> None:
    """Do everything that a check must not leave behind."""
    import nuke

    nuke.frame(50)
    nuke.root()["first_frame"].setValue(-5)
    nuke.root().setProxy(True)
    for node in nuke.root().nodes():
        node.setSelected(not node.isSelected())
    nuke.nodes.Blur()
    nuke.nodes.Group(name="Inner").begin().end()
    (bench.folder / "file.txt").write_text("left", encoding="utf-8")


def and_holds(bench: Bench) -> str:
    """Meddle, and end well."""
    meddles(bench)
    return "as assumed"


def and_throws(bench: Bench) -> str:
    """Meddle, and raise what nobody expects."""
    meddles(bench)
    raise ZeroDivisionError("in the middle")


def and_waits(bench: Bench) -> Waiting:
    """Meddle, wait, meddle, and raise."""
    meddles(bench)
    yield
    meddles(bench)
    raise ZeroDivisionError("after a wait")


@pytest.mark.parametrize("check", [and_holds, and_throws, and_waits])
@pytest.mark.parametrize("is_modified", [False, True])
def test_it_leaves_no_trace(
    user_script: ModuleType, check: Check, is_modified: bool, tmp_path: Path
) -> None:
    """Nodes, selection, frame, range, proxy, the modified flag and Undo are as they were."""
    user_script.root().setModified(is_modified)
    before = script_of(user_script)
    done = run_to_the_end(SelfCheck([assumed(check)]))

    assert script_of(user_script) == before
    assert done.left_behind == ()
    assert done.findings[0].state == (HELD if check is and_holds else BROKEN)


def test_its_files_go(user_script: ModuleType, tmp_path: Path) -> None:
    """What a check wrote is gone with it."""
    folders: list[Path] = []

    def write(bench: Bench) -> str:
        folders.append(bench.folder)
        (bench.folder / "file.txt").write_text("left", encoding="utf-8")
        return "written"

    run_to_the_end(SelfCheck([assumed(write)]))
    assert folders
    assert not folders[0].parent.exists()


def test_stopping_in_the_middle_leaves_no_trace(user_script: ModuleType) -> None:
    """A run that is closed while a check waits cleans up, and that check has no finding."""
    before = script_of(user_script)
    check = SelfCheck([assumed(and_holds, id="first"), assumed(and_waits, id="second")])
    steps = check.steps()
    while len(check.findings) < 1:
        next(steps)
    next(steps)  # in the middle of the second
    steps.close()  # type: ignore[attr-defined]

    assert script_of(user_script) == before
    done = check.report()
    assert done.was_stopped
    assert [finding.state for finding in done.findings] == [HELD]
    assert "stopped" in done.summary()


def test_a_stopped_check_cleans_up_after_itself(user_script: ModuleType) -> None:
    """What a waiting check has registered with Nuke is taken back before its nodes go."""
    ends: list[str] = []

    def registers(bench: Bench) -> Waiting:
        node = user_script.nodes.NoOp()
        try:
            while True:
                yield
        finally:
            ends.append(node.name())

    steps = SelfCheck([assumed(registers)]).steps()
    next(steps)
    next(steps)
    steps.close()  # type: ignore[attr-defined]

    assert ends == ["NoOp1"]


def test_what_cannot_be_put_back_is_told(user_script: ModuleType) -> None:
    """A node that a check made beside its Group is told by its name, and the report is not well."""

    def stray(bench: Bench) -> str:
        with user_script.root():
            user_script.nodes.NoOp(name="Stray")
        return "as assumed"

    done = run_to_the_end(SelfCheck([assumed(stray)]))

    assert done.left_behind == ("The node Stray was left behind.",)
    assert not done.is_well


def test_each_end_of_a_check_is_told(user_script: ModuleType) -> None:
    """A check can find that it is so, that it is not, that it cannot be tried, or fail."""

    def ends(raised: Exception) -> Callable[[Bench], str]:
        def check(bench: Bench) -> str:
            raise raised

        return check

    table = [
        assumed(lambda bench: "so", id="so"),
        assumed(ends(Broken("otherwise")), id="otherwise"),
        assumed(ends(NotApplicable("not here")), id="not-here"),
        assumed(ends(RuntimeError("Nuke's words")), id="fails"),
        assumed(lambda bench: "so", IN_TERMINAL, id="alone"),
        assumed(lambda bench: "so", IN_GUI, id="shown"),
    ]
    found = [(one.state, one.found) for one in run_to_the_end(SelfCheck(table)).findings]

    assert found[:4] == [
        (HELD, "so"),
        (BROKEN, "otherwise"),
        (NOT_APPLICABLE, "not here"),
        (BROKEN, "RuntimeError: Nuke's words"),
    ]
    assert found[4] == (NOT_APPLICABLE, "it needs a script of its own: run it by nuke -t")
    assert found[5] == (HELD, "so")


def test_the_event_loop_turns_outside_of_the_group(user_script: ModuleType) -> None:
    """While a check waits, new nodes land where the user is, and Undo is on."""
    seen: list[tuple[str, bool]] = []

    def waits(bench: Bench) -> Waiting:
        yield
        return user_script.thisGroup().name()

    check = SelfCheck([assumed(waits)])
    for _ in check.steps():
        seen.append((user_script.thisGroup().fullName(), user_script.Undo.disabled()))

    assert set(seen) == {("root", False)}
    assert check.findings[0].found.startswith("ImpastoSelfCheck")


def test_in_terminal_mode_each_check_has_a_saved_script(terminal_nuke: ModuleType) -> None:
    """Without a GUI a check begins in a new, saved script, and none is open after the run."""
    scripts: list[tuple[str, int]] = []

    def look(bench: Bench) -> str:
        scripts.append((terminal_nuke.root().name(), terminal_nuke.root().numNodes()))
        terminal_nuke.nodes.Grade()
        return "looked"

    table = [assumed(look, IN_TERMINAL, id="first"), assumed(look, IN_TERMINAL, id="second")]
    run_to_the_end(SelfCheck(table))

    assert [count for _, count in scripts] == [0, 0]
    assert all(name.endswith("self_check.nk") for name, _ in scripts)
    assert terminal_nuke.root().numNodes() == 0
    assert terminal_nuke.root()["name"].value() == ""


def test_home_is_not_told(user_script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path in the user's home is shown without the user's name."""
    monkeypatch.setattr(report.Path, "home", lambda: Path("/home/ana.silva"))
    found = run_to_the_end(SelfCheck([assumed(lambda bench: "/home/ana.silva/plate.exr")]))

    assert found.findings[0].found == "~/plate.exr"
    assert found.seconds < 60
    assert time.strptime(found.date, "%Y-%m-%d %H:%M:%S")
