"""Holds how a file name with a frame pattern becomes the name of one frame."""

from __future__ import annotations

import re

_PERCENT = re.compile(r"%0?(\d*)d")
_HASHES = re.compile(r"#+")


def has_frame_pattern(name: str) -> bool:
    return bool(_PERCENT.search(name) or _HASHES.search(name))


def file_name_at(name: str, frame: float, view: str = "main") -> str:
    """Fill %04d or #### with the frame, %V with the view and %v with its first letter."""
    number = int(frame)
    name = name.replace("%V", view).replace("%v", view[:1])
    name = _PERCENT.sub(lambda match: _padded(number, int(match.group(1) or 0)), name)
    return _HASHES.sub(lambda match: _padded(number, len(match.group(0))), name)


def _padded(number: int, width: int) -> str:
    sign = "-" if number < 0 else ""
    return sign + str(abs(number)).zfill(width - len(sign))
