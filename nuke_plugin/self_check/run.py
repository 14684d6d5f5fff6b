"""Holds the run of a self-check: one assumption after the other, without a trace in the script.

It goes in steps, so that Nuke's event loop turns between two and a check can wait for a thread.
In terminal mode the script is the check's own: a new one, saved in a folder that is taken away.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Optional

import nuke

from nuke_plugin.self_check import report
from nuke_plugin.self_check.assumption import (
    BROKEN,
    HELD,
    IN_GUI,
    IN_TERMINAL,
    NOT_APPLICABLE,
    Assumption,
    Broken,
    NotApplicable,
    Waiting,
)
from nuke_plugin.self_check.bench import Bench
from nuke_plugin.self_check.report import Finding, Report
from nuke_plugin.self_check.script_state import ScriptState
from nuke_plugin.self_check.table import TABLE

_WAIT_SECONDS = 0.05
"""Between two steps in terminal mode."""


class SelfCheck:
    """One run over a table of assumptions."""

    def __init__(self, table: Sequence[Assumption] = TABLE) -> None:
        self.table = tuple(table)
        self.findings: list[Finding] = []
        """What was found so far."""
        self._left: list[str] = []
        self._seconds = 0.0

    def steps(self) -> Iterator[Assumption]:
        """Try the assumptions; yield the one that is tried, at least once for each.

        On the main thread. Closing the iterator ends the run, and cleans up as its end does.
        """
        began = time.monotonic()
        folder = Path(tempfile.mkdtemp(prefix="impasto_self_check_"))
        before: Optional[ScriptState] = None
        try:
            if nuke.GUI:
                before = ScriptState.now()
            for assumption in self.table:
                yield assumption
                trying = self._try(assumption, folder)
                try:
                    for _ in trying:
                        yield assumption
                finally:
                    trying.close()
                    if before is not None:
                        before.restore()
        finally:
            if before is not None:
                self._left = before.differences()
            else:
                nuke.scriptClear()
            shutil.rmtree(folder, ignore_errors=True)
            self._seconds = time.monotonic() - began

    def report(self) -> Report:
        """Return what was found."""
        return Report(
            impasto_self_check=report.LAYOUT,
            date=report.now(),
            environment=report.environment(),
            findings=tuple(self.findings),
            left_behind=tuple(self._left),
            was_stopped=len(self.findings) < len(self.table),
            seconds=self._seconds,
        )

    def _try(self, assumption: Assumption, folder: Path) -> Generator[None, None, None]:
        """Try one assumption and keep what was found; whatever it raises is what was found."""
        began = time.monotonic()
        own = folder / assumption.id
        own.mkdir()
        bench = Bench(own, has_group=assumption.where != IN_TERMINAL)
        state, found = "", ""
        waiting: Optional[Waiting] = None
        try:
            _check_place(assumption)
            if not nuke.GUI:
                _new_script(own)
            with bench.entered():
                outcome = assumption.check(bench)
            if isinstance(outcome, str):
                found = outcome
            else:
                waiting = outcome
                while not (ended := self._advanced(waiting, bench)):
                    yield
                found = ended[0]
            state = HELD
        except Broken as broken:
            state, found = BROKEN, str(broken)
        except NotApplicable as reason:
            state, found = NOT_APPLICABLE, str(reason)
        except Exception as fault:  # noqa: BLE001  whatever Nuke raises is what was found
            state, found = BROKEN, f"{type(fault).__name__}: {fault}"
        finally:
            try:
                if waiting is not None:
                    waiting.close()
                bench.close()
            except Exception as fault:  # noqa: BLE001  and so is what it raises then
                state, found = BROKEN, f"{found}; taken away again: {type(fault).__name__}: {fault}"
            if state:  # not where the run was stopped in the middle of it
                self._keep(assumption, state, found, time.monotonic() - began)

    @staticmethod
    def _advanced(waiting: Waiting, bench: Bench) -> list[str]:
        """Let a check go on to its next wait; when it has ended, what it found is in the list."""
        with bench.entered():
            try:
                next(waiting)
            except StopIteration as ended:
                return [str(ended.value)]
        return []

    def _keep(self, assumption: Assumption, state: str, found: str, seconds: float) -> None:
        self.findings.append(
            Finding(
                id=assumption.id,
                sentence=assumption.sentence,
                rests_on_it=assumption.rests_on_it,
                when_false=assumption.when_false,
                state=state,
                found=report.without_home(found),
                seconds=round(seconds, 3),
            )
        )


def run_to_the_end(check: SelfCheck) -> Report:
    """Run a self-check where nobody turns an event loop, and return its report."""
    for _ in check.steps():
        time.sleep(_WAIT_SECONDS)
    return check.report()


def _check_place(assumption: Assumption) -> None:
    if assumption.where == IN_GUI and not nuke.GUI:
        raise NotApplicable("only Nuke's interface can tell: run it from the panel's Log tab")
    if assumption.where == IN_TERMINAL and nuke.GUI:
        raise NotApplicable("it needs a script of its own: run it by nuke -t")


def _new_script(folder: Path) -> None:
    nuke.scriptClear()
    nuke.scriptSaveAs(str(folder / "self_check.nk").replace("\\", "/"), 1)
