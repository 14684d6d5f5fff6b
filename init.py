"""Nuke's entry in every mode, GUI or not: makes ``nuke_plugin`` importable and does nothing else.

Nuke adds the folders of ``NUKE_PATH`` to ``sys.path`` itself; a studio that only runs this file
from its own ``init.py`` needs it done here.
"""

from __future__ import annotations

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
if _FOLDER not in sys.path:
    sys.path.append(_FOLDER)
