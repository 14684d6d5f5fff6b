"""Starts the worker's server on this process's standard input and output.

onnxruntime, OpenEXR and others print where they like, also from C. So the real standard output is
put aside for the wire, and file descriptor 1 becomes standard error, before they are imported. They
are imported before the first line is read: on Windows ``import numpy`` can hang while another
thread reads a piped standard input (https://github.com/numpy/numpy/issues/24290).
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Serve one client; return the exit code."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    # Control-C in Nuke's terminal reaches this process too; Nuke decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    from nuke_plugin.worker.server import Server

    Server(sys.stdin, answers, os.environ).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
