"""Holds what the results on disk say of themselves in their headers, each read once.

Nuke's Read knows the file of one frame at a time; whoever asks of a thousand looks into the files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.effect_shading import EFFECT_ATTRIBUTE
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.exr_header import text_attributes

_READ_AT_ONCE = (FINGERPRINT_ATTRIBUTE, EFFECT_ATTRIBUTE)


class ResultHeaders:
    """The results in one folder, listed once."""

    def __init__(self, pattern: FramePattern) -> None:
        self._pattern = pattern
        self._entries: dict[str, os.DirEntry[str]] = {}
        try:
            with os.scandir(pattern.folder) as entries:
                self._entries = {
                    entry.name: entry for entry in entries if entry.name.startswith(pattern.before)
                }
        except OSError:
            pass  # what cannot be listed holds no frame, and a render says why

    def fingerprint(self, frame: int) -> Optional[str]:
        """Return the fingerprint in one frame's header: empty if it has none, None if no file."""
        return self._text(frame, FINGERPRINT_ATTRIBUTE)

    def effect(self, frame: int) -> Optional[str]:
        """Return what one frame is of, ``fire``: empty for no effect, None if no file."""
        return self._text(frame, EFFECT_ATTRIBUTE)

    def _text(self, frame: int, attribute: str) -> Optional[str]:
        name = self._pattern.name(frame)
        stamp = _stamp(self._entries.get(name))
        if stamp is None:
            return None
        path = str(self._pattern.folder / name)
        known = _read.get(path)
        if known is None or known[0] != stamp:
            known = _read[path] = stamp, text_attributes(Path(path), _READ_AT_ONCE)
        return known[1].get(attribute, "")


def _stamp(entry: Optional[os.DirEntry[str]]) -> Optional[tuple[int, int]]:
    """Return time and size of a file, None where there is none (any more)."""
    try:
        if entry is None or not entry.is_file():
            return None
        found = entry.stat()  # asked frame by frame: a file's times may cost a server's answer
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


_read: dict[str, tuple[tuple[int, int], dict[str, str]]] = {}
"""Texts read before, by path, with the time and size of the file they stood in."""
