"""Tests of the list of graphics cards, told by a program in the place of the driver's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nuke_plugin.worker.gpu_devices import GpuDevice, gpu_device, gpu_devices

LISTED = """0, NVIDIA H200, 570.86.15, 142000
1, NVIDIA RTX A6000, 570.86.15, 48000
2, NVIDIA Broken, [N/A], [N/A]
"""


def driver_tool(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, code: int = 0) -> None:
    """Put a program that prints this and ends so in the place of nvidia-smi."""
    if os.name == "nt":
        pytest.skip("the program is a shell script")
    folder.mkdir(exist_ok=True)
    (folder / "listed.txt").write_text(text)
    program = folder / "nvidia-smi"
    program.write_text(f'#!/bin/sh\ncat "{folder}/listed.txt"\nexit {code}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def test_cards_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number, name, driver and free memory of each card whose line can be read."""
    driver_tool(tmp_path, monkeypatch, LISTED)
    assert gpu_devices() == (
        GpuDevice(0, "NVIDIA H200", "570.86.15", 142000 << 20),
        GpuDevice(1, "NVIDIA RTX A6000", "570.86.15", 48000 << 20),
    )
    assert gpu_device(1) == gpu_devices()[1]
    assert gpu_device(2) is None


def test_nothing_is_guessed_where_the_driver_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that fails, and none at all, list no card."""
    driver_tool(tmp_path, monkeypatch, "NVIDIA-SMI has failed", code=9)
    assert gpu_devices() == ()
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert gpu_devices() == ()
