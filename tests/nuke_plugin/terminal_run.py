"""Runs a Python file as ``nuke -t`` does, in a process of its own, without site-packages.

Nuke takes a last argument that is a number for a frame range, so the file does not get it::

    python -S terminal_run.py HOST_FOLDER FILE ARGUMENTS...
"""

from __future__ import annotations

import re
import runpy
import sys


def main(host_folder: str, file: str, *arguments: str) -> None:
    """Run the file."""
    sys.path.insert(0, host_folder)
    import nuke
    import nuke_standin

    nuke_standin.reset(gui=False)
    nuke.rawArgs[:] = ["Nuke", "-t", file, *arguments]
    is_eaten = arguments and re.fullmatch(r"\d+(-\d+)?", arguments[-1])
    sys.argv[:] = [file, *(arguments[:-1] if is_eaten else arguments)]
    runpy.run_path(file, run_name="__main__")


if __name__ == "__main__":
    main(*sys.argv[1:])
