"""Holds the worker: the process that paints, with a Python and packages of its own (3.11 or newer).

Nothing inside Nuke imports it. The command ``impasto`` and the server that Nuke's side starts both
call ``pipeline.render``.
"""

from __future__ import annotations
