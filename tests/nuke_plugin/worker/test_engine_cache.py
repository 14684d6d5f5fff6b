"""Tests of the place where compiled engines are kept: whole, apart by version, never in the way."""

from __future__ import annotations

import errno
import os
import shutil
import time
from pathlib import Path

import pytest

from nuke_plugin.worker import engine_cache
from nuke_plugin.worker.engine_cache import CACHE_VARIABLE, EngineCache, engine_key
from nuke_plugin.worker.engine_cache import user_cache_folder as cache_folder


def kept(place: Path, key: str) -> dict[str, bytes]:
    """Return the files of one key, hidden ones too."""
    return {file.name: file.read_bytes() for file in (place / key).iterdir()}


def test_a_finished_engine_is_there_for_the_next_process(tmp_path: Path) -> None:
    """What one wrote is found by another, who may write on without disturbing the first."""
    first = EngineCache(tmp_path, "key")
    (first.folder / "a.engine").write_bytes(b"engine")
    first.publish()
    second = EngineCache(tmp_path, "key")
    assert first.folder != second.folder
    assert (second.folder / "a.engine").read_bytes() == b"engine"
    (second.folder / "a.engine").write_bytes(b"half an eng")
    assert kept(tmp_path, "key") == {"a.engine": b"engine"}
    assert (first.problem, second.problem) == ("", "")


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that fills up keeps no half engine, says so once, and the work goes on."""
    cache = EngineCache(tmp_path, "key")
    (cache.folder / "a.engine").write_bytes(b"engine")

    def fills_up(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"eng")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fills_up)
    cache.publish()
    cache.publish()
    assert kept(tmp_path, "key") == {}
    assert "No space left on device" in cache.problem
    assert CACHE_VARIABLE in cache.problem
    assert (cache.folder / "a.engine").read_bytes() == b"engine"


def test_a_folder_that_cannot_be_used_is_told_and_replaced(tmp_path: Path) -> None:
    """Where the cache's place is a file, engines are compiled into a folder of their own."""
    (tmp_path / "cache").write_text("a file")
    cache = EngineCache(tmp_path / "cache" / "engines", "key")
    assert str(tmp_path / "cache" / "engines") in cache.problem
    (cache.folder / "a.engine").write_bytes(b"engine")
    cache.publish()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_folder_without_permission_is_told_and_replaced(tmp_path: Path) -> None:
    """A read-only cache, as on a studio's server, is no obstacle."""
    tmp_path.chmod(0o500)
    cache = EngineCache(tmp_path / "engines", "key")
    tmp_path.chmod(0o700)
    assert "ermission" in cache.problem
    assert cache.folder.is_dir()


def test_engines_of_another_version_are_another_folder() -> None:
    """Each fact that decides an engine decides its folder."""
    facts = ["sha", "1.32.0", "100300", "H200 570.1"]
    keys = {engine_key(*facts)}
    for index in range(len(facts)):
        keys.add(engine_key(*[fact + "x" * (index == place) for place, fact in enumerate(facts)]))
    assert len(keys) == 5


def test_what_a_killed_process_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    """Old folders of single processes go, those of today and the engines stay."""
    old, young = tmp_path / "key.1-aa.own", tmp_path / "key.2-bb.own"
    for folder in (old, young, tmp_path / "other"):
        folder.mkdir()
    long_ago = time.time() - 2 * 86400
    for folder in (old, tmp_path / "other"):
        os.utime(folder, (long_ago, long_ago))
    EngineCache(tmp_path, "key")
    assert not old.exists()
    assert young.exists()
    assert (tmp_path / "other").exists()


def test_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A named folder goes first, then the system's own way."""
    assert cache_folder({CACHE_VARIABLE: "/show/cache"}) == Path("/show/cache")
    monkeypatch.setattr(engine_cache.sys, "platform", "linux")
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "impasto"
    monkeypatch.setattr(engine_cache.sys, "platform", "win32")
    assert cache_folder({"LOCALAPPDATA": str(tmp_path)}) == tmp_path / "Impasto"
