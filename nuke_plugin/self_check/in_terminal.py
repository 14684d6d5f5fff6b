"""Holds the self-check without a GUI: ``nuke -t nuke_plugin/self_check/in_terminal.py``.

``[--out FOLDER] [--only ID ...] [--list]``

It works in a script of its own. Exit codes: 0, every assumption that can be tried holds; 1, one is
broken; 2, the check could not be run or its report not be written. What only the interface can
tell is run by the button in the panel's *Log* tab.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import nuke

if __name__ == "__main__":  # run by its path, where nothing has led Nuke to the plugin
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nuke_plugin import worker_client
from nuke_plugin.batch import own_arguments
from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.self_check import report
from nuke_plugin.self_check.run import SelfCheck, run_to_the_end
from nuke_plugin.self_check.table import TABLE

DONE, FAILED, CANNOT = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Do what the command says and return its exit code; the report is printed too."""
    options = _parser().parse_args(arguments)
    if options.list:
        for assumption in TABLE:
            _say(f"{assumption.id} ({assumption.where}): {assumption.sentence}")
        return DONE
    unknown = sorted(set(options.only) - {assumption.id for assumption in TABLE})
    if unknown:
        _say(f"There is no assumption {', '.join(unknown)}; --list names them all.")
        return CANNOT
    if nuke.GUI:
        _say("This file is for nuke -t: in Nuke's interface press the button in the panel's Log.")
        return CANNOT
    chosen = [one for one in TABLE if not options.only or one.id in options.only]
    done = run_to_the_end(SelfCheck(chosen))
    _say(done.text())
    try:
        file = done.write(Path(options.out) if options.out else report.default_folder())
    except ImpastoError as error:
        _say(error.message)
        return CANNOT
    finally:
        worker_client.session().stop()
    _say(f"Written to {file} and, to send to us, {file.with_suffix('.json').name} beside it.")
    return DONE if done.is_well else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nuke -t nuke_plugin/self_check/in_terminal.py",
        description="Try every assumption that Impasto makes about Nuke, in this Nuke.",
    )
    parser.add_argument("--out", metavar="FOLDER", help="where the report goes")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ID",
        help="try one assumption; may be given several times",
    )
    parser.add_argument("--list", action="store_true", help="name all assumptions and try none")
    return parser


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(own_arguments(nuke.rawArgs, sys.argv, __file__)))
