"""Holds how every command of ``impasto`` ends: its answer, its error's sentence, its exit code.

It stands apart so that a command with much to say may have a module of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from nuke_plugin.contract.errors import ImpastoError

if TYPE_CHECKING:
    from nuke_plugin.worker.terminal import Terminal

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def finish(as_json: bool, work: Callable[[Terminal], int]) -> NoReturn:
    """Do a command's work and leave with its exit code. This is a process edge."""
    from nuke_plugin.worker.interrupt import Interrupted
    from nuke_plugin.worker.terminal import Terminal

    terminal = Terminal(as_json)
    try:
        code = work(terminal)
    except Interrupted as error:
        terminal.fail("RenderCancelled", error.message)
        code = error.exit_code
    except KeyboardInterrupt:  # before or after the work, which hears Control-C itself
        code = 130
    except ImpastoError as error:
        terminal.fail(type(error).__name__, error.message)
        code = 2
    raise typer.Exit(code)
