"""Promises of the farm's simulation: what comes out is what was put in, and it comes out again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.farm_simulation import CHUNKS, Farm, best, plot, simulate, table

CALM = Farm(
    machines=4,
    shots=2,
    frames_a_shot=8,
    boot_seconds=(10.0, 10.0),
    hours_between_failures=1e9,
    straggler_share=0.0,
    spread=0.0,
    drive_megabytes_a_second=1e9,
)


def test_a_calm_night_is_plain_arithmetic() -> None:
    """Four chunks of four frames on four machines: boot, session, turn, start and four frames."""
    night = simulate(CALM, 4)
    each = 20.0 + 3.0 + 2.3 + 4 * 3.0
    assert night.hours * 3600 == pytest.approx(10.0 + each)
    assert night.machine_hours * 3600 == pytest.approx(4 * each)
    assert night.spent["painting"] * 3600 == pytest.approx(16 * 3.0)
    assert night.spent["starts"] * 3600 == pytest.approx(4 * 25.3)
    assert night.spent["waiting"] == pytest.approx(0.0, abs=1e-9)
    assert night.failures == 0


def test_a_narrow_drive_decides() -> None:
    """Where a frame's files take longer than its painting, that is what a frame takes."""
    narrow = replace(CALM, drive_megabytes_a_second=40.0)  # 10 MB/s a machine: 5.6 s a frame
    night = simulate(narrow, 4)
    assert night.spent["transfer"] * 3600 == pytest.approx(16 * 2.6)
    assert night.hours > simulate(CALM, 4).hours


def test_failures_paint_no_frame_twice() -> None:
    """Every frame is painted once where a chunk keeps its frames, more often where it does not."""
    rough = replace(CALM, hours_between_failures=0.02, frames_a_shot=40)
    kept, lost = simulate(rough, 20), simulate(replace(rough, keeps_frames=False), 20)
    assert kept.failures > 0
    assert kept.spent["painting"] * 3600 == pytest.approx(80 * 3.0)
    assert lost.machine_hours > kept.machine_hours


def test_a_night_comes_again() -> None:
    """The same seed gives the same night, another one another; the best is found and drawn."""
    farm = replace(Farm(), machines=20, shots=5)
    nights = [simulate(farm, chunk) for chunk in CHUNKS]
    assert simulate(farm, 5) == nights[CHUNKS.index(5)]
    assert simulate(farm, 5, seed=8) != nights[CHUNKS.index(5)]
    assert best(nights).machine_hours == min(night.machine_hours for night in nights)
    assert len(table(nights, farm)) == len(CHUNKS) + 2
    assert plot([("calm", nights)]).startswith("<svg")
