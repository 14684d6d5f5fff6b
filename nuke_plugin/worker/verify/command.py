"""Holds the command ``impasto verify``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nuke_plugin.worker.command_end import AsJson, finish

if TYPE_CHECKING:
    from nuke_plugin.worker.terminal import Terminal
    from nuke_plugin.worker.verify.finding import Verification


def verify_model(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The model's folder.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="One style's gates, a few mixes: seconds.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Try all that a model folder promises; exit code 1 when something of it is not so."""

    def work(terminal: Terminal) -> int:
        from nuke_plugin.worker.interrupt import run_interruptible
        from nuke_plugin.worker.verify.suite import verify

        with terminal.bar("verifying") as advance:
            verification = run_interruptible(
                lambda cancellation: verify(
                    folder, is_quick=quick, cancellation=cancellation, on_progress=advance
                )
            )
        fields = asdict(verification)
        terminal.answer(verification_lines(verification), is_ok=not verification.failed, **fields)
        return 1 if verification.failed else 0

    finish(as_json, work)


def verification_lines(verification: Verification) -> list[str]:
    """Return a line for each check, and what came of all of them."""
    findings = verification.findings
    width = max(len(finding.check) for finding in findings)
    lines = [f"{f.outcome:<7} {f.check:<{width}}  {f.text}" for f in findings]
    failed = verification.failed
    if failed:
        names = ", ".join(finding.check for finding in failed)
        return [*lines, f"{verification.folder} is not as its card says: {names}."]
    return [*lines, f"{verification.folder} keeps what its card promises."]
