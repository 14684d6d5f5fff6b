"""Nuke's entry in every mode, GUI or not: makes ``nuke_plugin`` importable and does nothing else.

Nuke adds a folder of ``NUKE_PATH`` to ``sys.path`` itself in most versions; this makes sure of it.
"""

from __future__ import annotations

import os

import nuke

nuke.pluginAddPath(os.path.dirname(os.path.abspath(__file__)).replace("\\", "/"))
