"""Holds the files that looks are: their names, and how one is written, read and put away.

A look is one JSON file, with a PNG of the same name beside it when it has a thumbnail::

    rain-at-night.20261122T231625123Z.3f2a.json

The name is never used twice, so a file is written once and never written over: under a hidden name
first, forced to the disk, then renamed. The time in it is when the file came to be.
"""

from __future__ import annotations

import os
import struct
import time
import uuid
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import LookInvalid
from nuke_plugin.looks import names
from nuke_plugin.looks.any_look import AnyLook
from nuke_plugin.looks.look_record import LARGEST_LOOK_BYTES

ENDING = ".json"
THUMBNAIL_ENDING = ".png"
EARLIER = "earlier"
"""Folder in a folder of looks: what was replaced or removed, each file under its own name."""

LARGEST_THUMBNAIL_BYTES = 4 * 1024 * 1024
LARGEST_THUMBNAIL_PX = 2048

_PAUSES_SECONDS = (0.05, 0.1, 0.2)
"""How long to wait for another program, such as a virus scanner, to let go of a file on Windows."""

_MILLISECOND = timedelta(milliseconds=1)

_PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def is_look_file(name: str) -> bool:
    """Whether a file's name is that of a look; hidden ones are being written."""
    return name.lower().endswith(ENDING) and not name.startswith(".")


def slug_in(name: str) -> str:
    """Return the part of a file's name that comes from the look's name."""
    return name.split(".", 1)[0].casefold()


def age_in(name: str) -> str:
    """Return the part of a file's name that sorts by when it came to be."""
    return name.partition(".")[2]


def read_bounded(path: Path) -> bytes:
    """Return the bytes of a file that may be a look, one more than a look has at most."""
    with open(path, "rb") as stream:
        return stream.read(LARGEST_LOOK_BYTES + 1)


def check_thumbnail(data: bytes, source: str) -> None:
    """Raise ``LookInvalid`` unless the bytes begin as a PNG of a thumbnail's size does."""
    if len(data) > LARGEST_THUMBNAIL_BYTES:
        reason = f"it has {len(data)} bytes, and a thumbnail at most {LARGEST_THUMBNAIL_BYTES}"
        raise LookInvalid(source, "thumbnail", reason)
    if not data.startswith(_PNG_START) or len(data) < 24:
        raise LookInvalid(source, "thumbnail", "it is not a PNG picture")
    width, height = struct.unpack(">II", data[16:24])
    if not (0 < width <= LARGEST_THUMBNAIL_PX and 0 < height <= LARGEST_THUMBNAIL_PX):
        reason = f"it is {width} by {height} pixels, and at most {LARGEST_THUMBNAIL_PX} are allowed"
        raise LookInvalid(source, "thumbnail", reason)


def publish(folder: Path, look: AnyLook, thumbnail: Optional[bytes]) -> Path:
    """Write a look and its thumbnail into a folder, whole or not at all; return the look's file.

    Raises ``OSError``; then nothing is left.
    """
    hidden = folder / f".{uuid.uuid4().hex}.part"
    hidden_picture = folder / f".{uuid.uuid4().hex}.part"
    picture: Optional[Path] = None
    try:
        _write_through(hidden, look.to_json().encode("utf-8"))
        if thumbnail is not None:
            _write_through(hidden_picture, thumbnail)
        path = _new_path(folder, look.name)  # named last: its time tells who came first
        if thumbnail is not None:
            picture = path.with_suffix(THUMBNAIL_ENDING)
            hidden_picture.rename(picture)  # first, so that the look never stands without it
        hidden.rename(path)
    except OSError:
        for left in (hidden, hidden_picture, picture):
            if left is not None:
                with suppress(OSError):
                    left.unlink()
        raise
    return path


def put_away(path: Path) -> Path:
    """Move a look and its thumbnail into the folder of earlier ones; return where it is now.

    Of several that try at once, one succeeds. Raises ``FileNotFoundError`` for the others, and
    another ``OSError`` when the file cannot be moved; then it stays.
    """
    earlier = path.parent / EARLIER
    earlier.mkdir(exist_ok=True)
    target = earlier / path.name
    if target.exists():  # someone brought it back by hand, and it goes again
        target = earlier / f"{path.stem}.{uuid.uuid4().hex[:4]}{ENDING}"
    _rename_patiently(path, target)
    with suppress(OSError):  # none, or in use: a picture without its look is never shown
        path.with_suffix(THUMBNAIL_ENDING).rename(target.with_suffix(THUMBNAIL_ENDING))
    return target


def bring_back(put: Path, path: Path) -> None:
    """Undo ``put_away``; raises ``OSError``."""
    _rename_patiently(put, path)
    with suppress(OSError):
        put.with_suffix(THUMBNAIL_ENDING).rename(path.with_suffix(THUMBNAIL_ENDING))


def _new_path(folder: Path, name: str) -> Path:
    """Return a name that no file has, and whose time lies behind all that stand there already.

    Within a millisecond, or where another computer's clock is ahead, the clock would not tell.
    """
    slug = names.slug_of(name)
    moment = datetime.now(timezone.utc)
    there = [age_in(file) for file in os.listdir(folder) if slug_in(file) == slug.casefold()]
    newest = max(filter(None, map(_moment_of, there)), default=None)
    if newest is not None and newest >= moment - _MILLISECOND:
        moment = newest + _MILLISECOND
    stamp = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"
    return folder / f"{slug}.{stamp}.{uuid.uuid4().hex[:4]}{ENDING}"


def _moment_of(age: str) -> Optional[datetime]:
    """Return the time in a file's name, None where there is none."""
    try:
        found = datetime.strptime(age.partition(".")[0], "%Y%m%dT%H%M%S%fZ")
    except ValueError:
        return None
    return found.replace(tzinfo=timezone.utc)


def _write_through(path: Path, data: bytes) -> None:
    """Write a new file and wait until it is on the disk: network drives report a full one late."""
    with open(path, "xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _rename_patiently(source: Path, target: Path) -> None:
    for pause_seconds in _PAUSES_SECONDS:
        try:
            source.rename(target)
        except PermissionError:
            time.sleep(pause_seconds)
        else:
            return
    source.rename(target)
