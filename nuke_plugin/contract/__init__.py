"""Holds what Nuke's side, the worker and the training agree on; standard library only.

Valid Python 3.9, because the oldest Nuke that is supported reads it too.
"""

from __future__ import annotations
