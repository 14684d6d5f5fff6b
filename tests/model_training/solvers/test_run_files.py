"""Runs on the disk: read as they were written, held out by rule, whole or not there at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_training.solvers.effects import EFFECTS, ControlRange
from model_training.solvers.run_files import (
    CHANNELS_FILE,
    RUN_FILE,
    RUN_FORMAT,
    RunExists,
    RunRecord,
    RunsMissing,
    RunUnreadable,
    SolvedRun,
    find_runs,
    is_written,
    new_run,
    split_runs,
)
from nuke_plugin.contract.strict_json import NumberTree

RECORD = RunRecord(
    format=RUN_FORMAT,
    effect="fire",
    source="solver",
    index=0,
    seed=3,
    width=6,
    height=5,
    fps=24,
    frames=4,
    channels=EFFECTS["fire"].stored,
    controls={"cooling": 2.0, "turbulence": 1.0, "wind": -1.5},
    matte="blob",
    settings=NumberTree({"motion": {"wind": -1.5}}),
    made_by="0",
)


def written(folder: Path, record: RunRecord = RECORD) -> np.ndarray:
    """Write a run of numbers that tell frame, channel and place; return them."""
    values = np.arange(np.prod(record.shape), dtype=np.float16).reshape(record.shape)
    with new_run(folder, record) as array:
        array[:] = values
    return values


def test_run_comes_back(tmp_path: Path) -> None:
    """Matte, channels and velocity are those that were written, for any way to name frames."""
    values = written(tmp_path)
    run = SolvedRun.open(tmp_path / "run_000")
    assert run.record == RECORD
    assert np.array_equal(run.matte(slice(1, 3)), values[1:3, 0])
    assert np.array_equal(run.channels([0, 3]), values[[0, 3], 1:4])
    assert np.array_equal(run.velocity(2), values[2, 4:])
    assert run.channels(2).dtype == np.float32
    assert run.normalised_controls == pytest.approx((1.0, 0.0, -0.5))


def test_window_is_a_part_of_the_frame(tmp_path: Path) -> None:
    """Rows and columns cut a window out of each frame."""
    values = written(tmp_path)
    run = SolvedRun.open(tmp_path / "run_000")
    window = run.channels(slice(0, 2), slice(1, 4), slice(2, 6))
    assert np.array_equal(window, values[0:2, 1:4, 1:4, 2:6])


def test_every_sixth_is_held_out(tmp_path: Path) -> None:
    """Runs are found in order, and the sixth and twelfth are not for training."""
    for index in range(12):
        written(tmp_path, replace(RECORD, index=index))
    trained, held_out = split_runs(find_runs(tmp_path))
    assert [run.record.index for run in held_out] == [5, 11]
    assert [run.record.index for run in trained] == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]


def test_broken_writing_leaves_nothing(tmp_path: Path) -> None:
    """An error in the middle of a run leaves neither the run nor a part of it."""
    with pytest.raises(ZeroDivisionError), new_run(tmp_path, RECORD) as array:
        array[0] = 1 / 0
    assert not list(tmp_path.iterdir())


def test_run_is_not_written_over(tmp_path: Path) -> None:
    """The same run counts as written, another one in its place is refused, and stays."""
    assert not is_written(tmp_path, RECORD)
    values = written(tmp_path)
    assert is_written(tmp_path, RECORD)
    with pytest.raises(RunExists, match="run_000"):
        is_written(tmp_path, replace(RECORD, seed=4))
    with pytest.raises(RunExists), new_run(tmp_path, RECORD):
        pass
    assert np.array_equal(SolvedRun.open(tmp_path / "run_000").matte(0), values[0, 0])


def changed(**values: object) -> Callable[[dict[str, object]], None]:
    """A change of run.json's values."""
    return lambda record: record.update(values)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed(format=99), "at format"),
        (changed(effect="lava"), "at effect: 'lava'"),
        (changed(unknown=1), "at unknown: this key is not known"),
        (changed(controls={"wind": 0.0}), "at controls"),
        (changed(channels=["matte"]), "at channels"),
        (changed(frames=9), r"float16 \(4, 6, 5, 6\) and run.json says float16 \(9,"),
        (changed(frames=0), "at frames"),
        (changed(width="6"), "at width"),
    ],
)
def test_wrong_record_is_named(
    tmp_path: Path, change: Callable[[dict[str, object]], None], said: str
) -> None:
    """A run.json that does not hold is refused with its path and key."""
    written(tmp_path)
    file = tmp_path / "run_000" / RUN_FILE
    record = json.loads(file.read_text(encoding="utf-8"))
    change(record)
    file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(RunUnreadable, match=said):
        find_runs(tmp_path)


def test_broken_array_is_named(tmp_path: Path) -> None:
    """A channels.npy that was cut off, holds pickles, or is missing, is refused by its path."""
    written(tmp_path)
    file = tmp_path / "run_000" / CHANNELS_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RunUnreadable, match=CHANNELS_FILE):
        SolvedRun.open(file.parent)
    np.save(file, np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(RunUnreadable, match=CHANNELS_FILE):
        SolvedRun.open(file.parent)
    file.unlink()
    with pytest.raises(RunUnreadable, match=CHANNELS_FILE):
        SolvedRun.open(file.parent)


def test_sets_that_do_not_go_together(tmp_path: Path) -> None:
    """No folder, an empty one, and one of two sizes are refused, each with a remedy."""
    with pytest.raises(RunsMissing, match="There is no folder"):
        find_runs(tmp_path / "none")
    with pytest.raises(RunsMissing, match="impasto-train solve"):
        find_runs(tmp_path)
    written(tmp_path)
    written(tmp_path, replace(RECORD, index=1, width=8))
    with pytest.raises(RunsMissing, match="fire 6x5, fire 8x5"):
        find_runs(tmp_path)


def test_control_ranges() -> None:
    """The ends of a range are -1 and 1, there and back; a ratio's middle is its neutral 1."""
    cooling, wind = ControlRange("cooling", 0.5, 2.0, is_ratio=True), ControlRange("wind", -3, 3)
    assert cooling.normalised(1.0) == pytest.approx(0.0)
    assert [cooling.normalised(v) for v in (0.5, 2.0)] == pytest.approx([-1, 1])
    assert wind.normalised(1.5) == pytest.approx(0.5)
    for part in (-1.0, 0.3, 1.0):
        assert cooling.normalised(cooling.value(part)) == pytest.approx(part)
    drawn = [cooling.drawn(np.random.default_rng(seed)) for seed in range(50)]
    assert 0.5 <= min(drawn) < 0.7
    assert 1.5 < max(drawn) <= 2.0
