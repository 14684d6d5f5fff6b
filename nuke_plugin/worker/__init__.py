"""Holds the worker: the process that paints, with a Python and packages of its own (3.11 or newer).

Nothing inside Nuke imports it. The command ``impasto`` and the server that Nuke's side starts both
call ``pipeline.render``.
"""

from __future__ import annotations

import os

# Threads of numpy's products wait by spinning, beside the network's own: resizing a UHD frame took
# 0.5 to 6 processor seconds with two of them on a busy machine, and 0.16 with one. It counts only
# where numpy was not loaded before.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
