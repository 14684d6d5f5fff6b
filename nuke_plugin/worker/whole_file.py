"""Holds the writing of a file that is there whole or not at all, for sheets and movies."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nuke_plugin.contract.errors import DiskFull, ResultError, ResultFolderUnwritable

_DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path`` to write to; it becomes ``path`` when all went well.

    The folder is made if need be. Raises ``DiskFull`` or ``ResultFolderUnwritable``; then nothing
    is left, and what stood under the name before is untouched.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except ResultError:
        raise
    except OSError as error:
        if error.errno in _DISK_IS_FULL:
            raise DiskFull(path) from error
        raise ResultFolderUnwritable(path.parent, error.strerror or str(error)) from error
