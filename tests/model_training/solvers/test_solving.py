"""Sets of runs: every effect solves, the same seed twice is the same set, a stopped one goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from model_training.solvers import solving
from model_training.solvers.clip import COLUMNS, write_clip, write_sheet
from model_training.solvers.effects import EFFECTS
from model_training.solvers.mattes import KINDS
from model_training.solvers.run_files import CHANNELS_FILE, HELD_OUT_EVERY, find_runs
from model_training.solvers.solving import SolveInvalid, SolveOrder, solve_set


@pytest.fixture(autouse=True)
def short_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty-four frames are enough to see that something burns."""
    monkeypatch.setattr(solving, "WARM_UP_FRAMES", dict.fromkeys(EFFECTS, 24))


def order(effect: str = "fire", runs: int = 1, seed: int = 0) -> SolveOrder:
    """Runs of 3 frames of 32 x 40 px."""
    return SolveOrder(effect, runs, 3, 32, 40, seed)


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_solves(tmp_path: Path, effect: str) -> None:
    """A solved run has its matte, something on it, its controls and its settings."""
    solve_set(order(effect), tmp_path, lambda text: None)
    (run,) = find_runs(tmp_path)
    assert run.record.channels == EFFECTS[effect].stored
    assert run.matte(0).max() > 0.3
    assert np.abs(run.channels(0)[0]).max() > 0.05
    assert np.isfinite(run.channels(slice(None))).all()
    assert run.record.settings
    for control in EFFECTS[effect].controls:
        assert control.least <= run.controls[control.name] <= control.most


def test_set_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Runs do not depend on how many there are: a set that lost one gets the very same back."""
    folders = solve_set(order(runs=2), tmp_path, lambda text: None)
    before = [(folder / CHANNELS_FILE).read_bytes() for folder in folders]
    shutil.rmtree(folders[1])
    said: list[str] = []
    solve_set(order(runs=2), tmp_path, said.append)
    assert said[0] == "run_000: there already"
    assert said[1].startswith("run_001: letters, cooling ")
    assert [(folder / CHANNELS_FILE).read_bytes() for folder in folders] == before


def test_seeds_draw_other_runs() -> None:
    """Another seed has other controls; another run another matte, and held-out ones all kinds."""
    one, other = (order(seed=seed).draw(0) for seed in (0, 1))
    assert one.controls != other.controls
    assert one.controls == order(seed=0).draw(0).controls
    held_out = range(HELD_OUT_EVERY - 1, HELD_OUT_EVERY * len(KINDS), HELD_OUT_EVERY)
    assert {order().draw(index).matte.kind for index in held_out} == set(KINDS)


def test_impossible_orders_are_refused() -> None:
    """An unknown effect and a size too small are told before anything is solved."""
    with pytest.raises(SolveInvalid, match=r"no solver for 'lava'\. Use one of fire, smoke, water"):
        SolveOrder("lava", 1, 3, 64, 64, 0)
    with pytest.raises(SolveInvalid, match="8x64 is too small"):
        SolveOrder("fire", 1, 3, 8, 64, 0)


def test_pictures_of_a_run(tmp_path: Path) -> None:
    """The sheet has its frames side by side, and the clip as many frames as the run."""
    solve_set(order(), tmp_path, lambda text: None)
    (run,) = find_runs(tmp_path)
    sheet = cv2.imread(str(write_sheet(run)))
    assert sheet.shape == (2 * 40, COLUMNS * 32, 3)
    assert sheet.max() > 60
    _, clip = cv2.imreadanimation(str(write_clip(run)))
    assert len(clip.frames) == run.record.frames
