"""Holds what memory there is, and what running out of it means.

That is a frame that is too large, not a fault of the program.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from nuke_plugin.contract.errors import OutOfMemory

_OPENCV_NO_MEMORY = -4
"""``cv2.Error.StsNoMem``: OpenCV raises one class for everything."""

_MMAP_THRESHOLD, _LARGE_BYTES = -3, 4 << 20
"""``M_MMAP_THRESHOLD`` of malloc.h."""


@contextmanager
def memory_for(width: int, height: int) -> Iterator[None]:
    """Work on a frame of this size; raise ``OutOfMemory`` when there is not enough for it."""
    try:
        with opencv_memory():
            yield
    except MemoryError as error:
        raise OutOfMemory(width, height) from error


@contextmanager
def opencv_memory() -> Iterator[None]:
    """Work with OpenCV; raise ``MemoryError`` when it had none, as all others do."""
    try:
        yield
    except cv2.error as error:
        if error.code != _OPENCV_NO_MEMORY:
            raise
        raise MemoryError(str(error)) from error


def available_bytes() -> int | None:
    """Return how much memory this process may still take; None where the system does not tell.

    On Linux a container's limit counts, and what files are cached in is free.
    """
    if sys.platform == "linux":
        found = [_linux_available(), _container_available(), _address_space_left()]
        return min((value for value in found if value is not None), default=None)
    if sys.platform == "win32":
        return _windows_available()
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return int(os.sysconf("SC_AVPHYS_PAGES")) * int(os.sysconf("SC_PAGE_SIZE"))
    return None


@functools.cache
def give_large_arrays_back() -> bool:
    """Have arrays of 4 MB and more given back to the system when they are let go.

    The GNU C library raises that size to 32 MB as it goes and keeps what is smaller, in pieces:
    14 frames of 1080p took 823 MB so and 697 otherwise, in no more time. Returns whether this
    system has such a library.
    """
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE_BYTES))
    except (OSError, AttributeError):
        return False


def peak_rss_bytes() -> int:
    """Return the most memory that this process had at once; 0 where the system does not tell."""
    if sys.platform == "win32":
        return _windows_peak()
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak) * (1 if sys.platform == "darwin" else 1024)


def _linux_available(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    return None


def _container_available(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return what a container's limit leaves, by control groups of either version."""
    names = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
    for folder, (most, used) in zip((root, root / "memory"), names, strict=True):
        try:
            limit = (folder / most).read_text(encoding="ascii").strip()
            if limit != "max":
                return max(0, int(limit) - int((folder / used).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    return None


def _address_space_left() -> int | None:
    """Return what ``ulimit -v`` leaves, which farms set."""
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return max(0, limit - pages * resource.getpagesize())


if sys.platform == "win32":
    from ctypes import wintypes

    class _MemoryStatus(ctypes.Structure):
        _fields_ = (
            ("length", wintypes.DWORD),
            ("load", wintypes.DWORD),
            *((name, ctypes.c_uint64) for name in ("total", "available")),
            *((f"other_{index}", ctypes.c_uint64) for index in range(5)),
        )

    class _ProcessMemory(ctypes.Structure):
        _fields_ = (
            ("size", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            ("peak", ctypes.c_size_t),
            *((f"other_{index}", ctypes.c_size_t) for index in range(7)),
        )

    def _windows_available() -> int | None:
        status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return None
        return int(status.available)

    def _windows_peak() -> int:
        counters = _ProcessMemory(size=ctypes.sizeof(_ProcessMemory))
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        arguments = (wintypes.HANDLE(kernel.GetCurrentProcess()), ctypes.byref(counters))
        if not kernel.K32GetProcessMemoryInfo(*arguments, wintypes.DWORD(counters.size)):
            return 0
        return int(counters.peak)
