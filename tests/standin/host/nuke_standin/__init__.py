"""The stand-in Nuke host: what `nuke` and `nukescripts` of this folder are made of.

It holds a small, real model of a Nuke session in plain Python 3.9: nodes with
knobs, Groups, scripts as .nk text, callbacks, execution, the main-thread rules.
Pixels are computed by a helper process (tests/standin/pixel_server) from real EXR
files, so the same host is pixel-true on Python 3.9, 3.10 and 3.11.

It refuses what Nuke refuses. Where the public documentation leaves Nuke's
behaviour open, it takes the stricter reading. What it does not model raises
`NotModelled` by name; nothing is quietly skipped.

Tests drive the host through this package: `start` and `reset` it, `pump` its main loop,
look into its `session`, compare `pixel_rows`, and `store_exr` or `load_exr` files.
"""

from __future__ import annotations

from nuke_standin.errors import NotModelled
from nuke_standin.main_thread import pump
from nuke_standin.pixels import load_exr, pixel_rows, store_exr
from nuke_standin.session import session
from nuke_standin.startup import reset, start

__all__ = [
    "NotModelled",
    "load_exr",
    "pixel_rows",
    "pump",
    "reset",
    "session",
    "start",
    "store_exr",
]
