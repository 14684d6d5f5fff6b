"""Holds the self-check: every assumption that the code makes about Nuke, tried in a running Nuke.

The code rests on Foundry's guide and on what users found out; neither is Nuke itself. ``table`` has
the assumptions, the modules beside it try them, ``run`` does so without a trace in the script, and
``report`` writes what came of it. ``docs/self_check.md`` says how it is used.
"""

from __future__ import annotations
