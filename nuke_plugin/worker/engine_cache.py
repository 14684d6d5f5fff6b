"""Holds the engines that TensorRT compiles for one card: minutes of work, kept in the user's cache.

An engine fits one network, card, driver and version of the libraries only, so all of them name its
folder. TensorRT writes its files piece by piece; so it writes into a folder of this process's own,
which begins with what is in the cache, and finished files are given to the cache by renaming. Where
the cache cannot be used the engines are compiled anew, and that is said.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import onnxruntime

from nuke_plugin.worker.gpu_devices import gpu_device

CACHE_VARIABLE = "IMPASTO_CACHE"
"""Names another folder for what can be made again."""

_ABANDONED_SECONDS = 86400.0
"""Age at which a process's own folder was left by one that was killed."""

_OWN = ".own"


def user_cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for what can be made again, as the system has it; it may not exist."""
    named = environ.get(CACHE_VARIABLE, "").strip()
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "Impasto"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "Impasto"
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "impasto"


class EngineCache:
    """The engines of one network on one card, in this process."""

    def __init__(self, place: Path, key: str) -> None:
        """Take the cache's folder and what names the engines; nothing is raised."""
        self.problem = ""
        """Why engines are not kept, in a sentence; empty while they are."""
        self._kept = place / key
        self._published: dict[str, tuple[int, int]] = {}
        self.folder = self._own_folder(place, key)
        """Where TensorRT may write."""
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)

    @classmethod
    def for_this_machine(cls, digest: str, device: int) -> EngineCache:
        """Return the engines of a network's file (its SHA-256) on one of this machine's cards."""
        card = gpu_device(device, os.environ)
        facts = (
            digest,
            onnxruntime.__version__,
            _tensorrt_version(),
            "unknown" if card is None else f"{card.name} {card.driver}",
        )
        return cls(user_cache_folder(os.environ) / "engines", engine_key(*facts))

    def publish(self) -> None:
        """Give the cache each file that is new here; one that cannot be given stays here."""
        if self.problem:
            return
        for file in sorted(self.folder.iterdir()):
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if self._published.get(file.name) == stamp:
                continue
            temporary = self._kept / f".{file.name}.{secrets.token_hex(4)}.part"
            try:
                shutil.copyfile(file, temporary)
                temporary.replace(self._kept / file.name)
            except OSError as error:
                with contextlib.suppress(OSError):
                    temporary.unlink()
                self.problem = _sentence(self._kept, error)
                return
            self._published[file.name] = stamp

    def _own_folder(self, place: Path, key: str) -> Path:
        own = place / f"{key}.{os.getpid()}-{secrets.token_hex(4)}{_OWN}"
        try:
            self._kept.mkdir(parents=True, exist_ok=True)
            _clear_abandoned(place)
            own.mkdir()
            for file in self._kept.iterdir():
                if not file.name.startswith("."):
                    copy = own / file.name
                    shutil.copyfile(file, copy)
                    found = copy.stat()
                    self._published[file.name] = (found.st_mtime_ns, found.st_size)
        except OSError as error:
            shutil.rmtree(own, ignore_errors=True)
            self.problem = _sentence(place, error)
            return Path(tempfile.mkdtemp(prefix="impasto-engines-"))
        return own


def engine_key(*facts: str) -> str:
    """Return the folder's name for engines that all these facts decide."""
    return hashlib.sha256("\n".join(facts).encode("utf-8")).hexdigest()[:32]


def _clear_abandoned(place: Path) -> None:
    for folder in place.glob(f"*{_OWN}"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _sentence(place: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"Compiled engines cannot be kept in {place} ({reason}), so each process compiles its own "
        f"for minutes. Free that folder, or name another one ({CACHE_VARIABLE})."
    )


def _tensorrt_version() -> str:
    """Return what TensorRT's own library says of itself; unknown where it cannot be asked."""
    names = {"win32": ("nvinfer_10.dll",)}.get(sys.platform, ("libnvinfer.so.10", "libnvinfer.so"))
    for name in names:
        with contextlib.suppress(OSError, AttributeError):
            return str(ctypes.CDLL(name).getInferLibVersion())
    return "unknown"
