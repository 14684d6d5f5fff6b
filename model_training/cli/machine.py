"""Holds what this machine has left for a run: memory and disk, and the most a step took."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

import psutil
import torch

CGROUP = Path("/sys/fs/cgroup")
SAMPLE_SECONDS = 0.01


def own_memory_bytes() -> int:
    """What this process holds in main memory now."""
    return int(psutil.Process().memory_info().rss)


def memory_for_us_bytes(device: torch.device) -> int:
    """What this process may hold on a device: what it has, and what is left."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free) + torch.cuda.memory_reserved(device)
    own = own_memory_bytes()
    return own + min(int(psutil.virtual_memory().available), _left_in_container())


def held_bytes(device: torch.device) -> int:
    """What this process holds on a device now."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    return own_memory_bytes()


def free_disk_bytes(folder: Path) -> int:
    """Free space where a folder is, or will be made."""
    existing = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    return int(psutil.disk_usage(str(existing)).free)


def _left_in_container(cgroup: Path = CGROUP) -> int:
    """What a container's limit leaves; more than any machine has where there is no limit."""
    try:
        most = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        now = (cgroup / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return 2**62
    return 2**62 if most == "max" else max(0, int(most) - int(now))


class MemoryWatch:
    """Watches the most memory that is held on a device while the block runs."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.peak_bytes = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self.peak_bytes = max(self.peak_bytes, own_memory_bytes())

    def __enter__(self) -> MemoryWatch:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        else:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.device.type == "cuda":
            self.peak_bytes = torch.cuda.max_memory_allocated(self.device)
        else:
            self._done.set()
            self._thread.join()
            self.peak_bytes = max(self.peak_bytes, own_memory_bytes())
