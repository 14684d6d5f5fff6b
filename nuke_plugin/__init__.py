"""Holds the code that runs inside Nuke: standard library, ``nuke`` and Qt only.

Nuke brings its own Python (3.9 to 3.11) and its own Qt, and heavy packages imported there break
Nuke itself. So the pixels are painted by a second process, ``nuke_plugin.worker``, which the code
here starts and never imports. What both sides must agree on is ``nuke_plugin.contract``.
"""

from __future__ import annotations
