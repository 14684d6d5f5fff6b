"""Holds how plain text becomes the rich text that Nuke's text knobs and Qt's labels show.

Cards, paths and error messages are plain: what looks like a tag in them must show as it was written
and must not load a picture or hide the rest.
"""

from __future__ import annotations

import html


def of(text: str) -> str:
    """Return plain text as rich text: marks escaped, lines kept."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def tooltip(text: str) -> str:
    """Return plain text as a tooltip, which Qt would else take for rich text when it looks so."""
    return f"<qt>{of(text)}</qt>"
