"""Holds the writing of a file that is there whole or not at all.

A file is written under a hidden temporary name in its own folder, forced to the disk and renamed,
so that a reader (Nuke, a farm, a person) never meets half a frame under the final name.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuke_plugin.contract.errors import (
    DiskFull,
    ResultError,
    ResultFolderUnwritable,
    ResultInUse,
)

_PAUSES_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""How long to wait between tries to replace a file that another program has open."""

_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path`` to write to; it becomes ``path`` when all went well.

    The folder is made if need be. Raises ``DiskFull`` or ``ResultFolderUnwritable``; then nothing
    is left, and what stood under the name before is untouched; so too for ``ResultInUse``.
    """
    # Processes of two machines may share a number, and a folder.
    token = secrets.token_hex(4)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}-{token}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            _force_to_disk(temporary)
            _replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except ResultError:
        raise
    except OSError as error:
        raise write_error(path, error) from error


def write_error(path: Path, error: OSError) -> ResultError:
    """Return what a system's error while writing ``path`` means to a user."""
    if error.errno in _DISK_IS_FULL:
        return DiskFull(path)
    return ResultFolderUnwritable(path.parent, error.strerror or str(error))


def _replace(temporary: Path, path: Path) -> None:
    """Give a file its final name, waiting a little for a reader of the old one.

    Windows replaces no file that a program has open; a viewer that loads a frame soon lets go.
    """
    for pause_seconds in _PAUSES_SECONDS:
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(pause_seconds)
        else:
            return
    try:
        temporary.replace(path)
    except PermissionError as error:
        if path.is_file():
            raise ResultInUse(path, error.strerror or str(error)) from error
        raise


def _force_to_disk(path: Path) -> None:
    """Wait until the file is on the disk: network drives report a full disk only now."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
