"""Holds the two version numbers: the product's and the wire's.

Separate, because most releases change the product without changing what crosses the wire.
"""

from __future__ import annotations

VERSION = "0.1.0"
"""Version of the product: shown to users, written into every result as ``impasto/version``."""

PROTOCOL = 11
"""Version of the wire (``messages.py``); raised when a message gains, loses or changes a key."""
