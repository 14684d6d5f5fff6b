"""Holds the looks: named settings of an Impasto node, kept with a shot or in a show library.

Only ``on_node``, what it is made of, and ``clipboard`` touch Nuke; the rest reads and writes files,
and runs anywhere. Why looks are stored as they are: ``docs/decisions/looks_on_disk.md``.
"""

from __future__ import annotations
