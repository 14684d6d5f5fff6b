"""Tests of the list of graphics cards, told by a program in the place of the driver's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker import many_workers
from nuke_plugin.worker.engine_cache import EngineCache
from nuke_plugin.worker.gpu_devices import GpuDevice, gpu_device, gpu_devices
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.ready_painter import memory_there

LISTED = """0, GPU-5c9a01-77, NVIDIA H200, 570.86.15, 142000
1, GPU-5c9b02-78, NVIDIA RTX A6000, 570.86.15, 48000
2, GPU-5c9c03-79, NVIDIA Broken, [N/A], [N/A]
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
        GpuDevice(0, "GPU-5c9a01-77", "NVIDIA H200", "570.86.15", 142000 << 20),
        GpuDevice(1, "GPU-5c9b02-78", "NVIDIA RTX A6000", "570.86.15", 48000 << 20),
    )
    assert gpu_device(1, {}) == gpu_devices()[1]
    assert gpu_device(2, {}) is None
    assert gpu_device(-1, {}) is None


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("1,0", (1, 0)),
        ("1", (1, None)),
        ("GPU-5c9b02-78, GPU-5c9a", (1, 0)),
        ("GPU-5c9,1", (None, 1)),
        ("MIG-77aa,0", (None, 0)),
        ("0,-1,1", (0, None)),
        ("", (None, None)),
    ],
)
def test_a_number_is_that_of_the_cards_shown(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shown: str,
    expected: tuple[int | None, ...],
) -> None:
    """Cards are counted as CUDA shows them, by number or UUID; one that is not clear is unknown."""
    driver_tool(tmp_path, monkeypatch, LISTED)
    environ = {"CUDA_VISIBLE_DEVICES": shown}
    found = (gpu_device(number, environ) for number in range(len(expected)))
    assert tuple(None if card is None else card.number for card in found) == expected


def test_workers_share_the_memory_of_their_card(
    tmp_path: Path, tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each plans with its part of the card it was given, and the engines are that card's."""
    driver_tool(tmp_path / "driver", monkeypatch, LISTED)
    network = Network.open(tiny_model)
    monkeypatch.setattr(Network, "provider", "CUDAExecutionProvider")
    cards = ("GPU-5c9b02-78", "GPU-5c9a01-77")
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    folders = []
    for number, free in ((0, 24000 << 20), (1, 142000 << 20), (2, 24000 << 20)):
        for name, value in many_workers._environment(number, 3, cards).items():
            monkeypatch.setenv(name, value)
        assert memory_there(network, None)[1] == free
        folders.append(EngineCache.for_this_machine("0" * 64, 0)._kept)
    assert folders[0] == folders[2] != folders[1]


def test_nothing_is_guessed_where_the_driver_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool that fails, and none at all, list no card."""
    driver_tool(tmp_path, monkeypatch, "NVIDIA-SMI has failed", code=9)
    assert gpu_devices() == ()
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert gpu_devices() == ()
