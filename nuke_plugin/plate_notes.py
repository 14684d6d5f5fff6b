"""Holds what is known of the plates on disk, so that another style needs no other plates.

A file beside them says of each frame by which fingerprint Nuke wrote it, and how the file looked
then. A plate that is the very file of the very fingerprint is used again; any doubt, also about the
notes themselves, costs a plate and no more. Hosts of a farm write chunks of one range: each adds
its notes to what stands in the file by then.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.frame_pattern import FramePattern

PLATES_AS = 1
"""Raised when the node writes its plates in another way: then none is used again."""

Stamp = list[int]
"""Time in microseconds and size in bytes of a file."""


class PlateNotes:
    """The notes on the plates of one pattern."""

    def __init__(self, pattern: FramePattern) -> None:
        self._pattern = pattern
        self.path = notes_path(pattern)
        self._known = _read(self.path)

    def is_current(self, frame: int, digest: str) -> bool:
        """Whether the plate of a frame is on disk as it was written for this fingerprint."""
        known = self._known.get(str(frame))
        return known is not None and known == [digest, _stamp(self._pattern.path(frame))]

    def note(self, digests: Mapping[int, str]) -> None:
        """Note plates that were just written, each with its fingerprint.

        Notes that cannot be written are none: the plates will be rendered again.
        """
        self._known.update(_read(self.path))  # what others noted since the last look
        for frame, digest in digests.items():
            self._known[str(frame)] = [digest, _stamp(self._pattern.path(frame))]
        text = json.dumps({"plates_as": PLATES_AS, "plates": self._known})
        # Processes of two machines may share a number.
        token = f"{os.getpid()}-{secrets.token_hex(4)}"
        temporary = self.path.with_name(f"{self.path.name}.{token}.part")
        with contextlib.suppress(OSError):
            try:
                temporary.write_text(text, encoding="ascii")
                os.replace(temporary, self.path)
            finally:
                temporary.unlink(missing_ok=True)


def notes_path(pattern: FramePattern) -> Path:
    """Return where the notes on a pattern's plates stand."""
    return pattern.folder / f".{pattern.before}impasto.json"


def _read(path: Path) -> dict[str, list[object]]:
    try:
        found = json.loads(path.read_text(encoding="ascii"))
        if found["plates_as"] == PLATES_AS and isinstance(found["plates"], dict):
            return dict(found["plates"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}


def _stamp(path: Path) -> Optional[Stamp]:
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_mtime_ns // 1000, found.st_size]
