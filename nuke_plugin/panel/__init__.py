"""Holds the dockable panel, ``dock.Panel``, its tabs, and what they are made of.

It loads with no worker and no model installed, because that is when it is needed most. Qt comes
from ``nuke_plugin.qt``, colours from Nuke's palette; what waits for a disk or the worker does so on
a thread, and a timer on Qt's own thread fetches what came of it.
"""

from __future__ import annotations
