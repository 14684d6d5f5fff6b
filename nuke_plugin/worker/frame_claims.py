"""Holds the claims by which several processes share one range: a frame is painted by one of them.

A claim is a lock of the operating system on a small hidden file beside the result. The lock ends
with the process that holds it, however it ends, so no claim outlives its owner and none must be
judged by its age. The file alone means nothing: one that a killed process left is locked again.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from pathlib import Path

from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.worker.whole_file import write_error

_HELD_BY_OTHERS = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


class LocksMissing(Exception):
    """The folder's file system has no locks."""


class FrameClaims:
    """The frames of one pattern of results that this process is painting."""

    def __init__(self, pattern: FramePattern) -> None:
        """Claim nothing yet."""
        self._pattern = pattern
        self._held: dict[int, int] = {}
        self._lock = threading.Lock()

    def take(self, frame: int) -> bool:
        """Claim a frame; return whether it is ours now, or False while another process paints it.

        Raises ``LocksMissing``, ``DiskFull`` or ``ResultFolderUnwritable``.
        """
        path = self._file(frame)
        while True:
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            except PermissionError as error:
                if sys.platform == "win32" and path.exists():
                    return False  # its owner is just taking it away
                raise write_error(path, error) from error
            except OSError as error:
                raise write_error(path, error) from error
            try:
                if not _locked(descriptor):
                    os.close(descriptor)
                    return False
            except LocksMissing:
                os.close(descriptor)
                path.unlink(missing_ok=True)
                raise
            if _is_still(path, descriptor):
                with self._lock:
                    self._held[frame] = descriptor
                return True
            os.close(descriptor)  # its owner took the file away between the opening and the lock

    def release(self, frame: int) -> None:
        """Give a frame free, whether it was painted or not; nothing where it was not claimed."""
        with self._lock:
            descriptor = self._held.pop(frame, None)
        if descriptor is None:
            return
        if sys.platform == "win32":  # where an open file cannot be taken away
            os.close(descriptor)
            with contextlib.suppress(OSError):
                self._file(frame).unlink()
        else:
            with contextlib.suppress(OSError):
                self._file(frame).unlink()
            os.close(descriptor)

    def release_all(self) -> None:
        """Give all frames free."""
        for frame in tuple(self._held):
            self.release(frame)

    def _file(self, frame: int) -> Path:
        path = self._pattern.path(frame)
        return path.with_name(f".{path.name}.claim")


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return _is_ours_after(error)
        return True
else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return _is_ours_after(error)
        return True


def _is_ours_after(error: OSError) -> bool:
    """Return False where another process has the lock; raise ``LocksMissing`` or the error."""
    if error.errno in _HELD_BY_OTHERS:
        return False
    if error.errno in _NO_LOCKS:
        raise LocksMissing from error
    raise error


def _is_still(path: Path, descriptor: int) -> bool:
    """Return whether an open file is still the one under its name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
