"""The promises of an effect's sheet: a loop that closes, small, and read by every Qt."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from model_training.release.effect_sprites import SPRITE_SIZE, write_sprites


def flat(count: int) -> list[np.ndarray]:
    """Pictures of one colour each."""
    return [np.full((54, 96, 3), (3 * at, 255 - 3 * at, 60), np.uint8) for at in range(count)]


def test_the_sheet_holds_the_loop(tmp_path: Path) -> None:
    """Every second frame stands in its cell, row by row, with the movie's length in seconds."""
    sprites = write_sprites(tmp_path / "s.png", flat(72), 24.0)
    assert (sprites.count, sprites.columns, sprites.frames_per_second) == (36, 6, 12.0)
    sheet = cv2.imread(str(tmp_path / "s.png"))[..., ::-1]
    assert sheet.shape == (6 * SPRITE_SIZE[1], 6 * SPRITE_SIZE[0], 3)
    for at in (0, 7, 35):
        cell = sheet[SPRITE_SIZE[1] * (at // 6) + 50, SPRITE_SIZE[0] * (at % 6) + 90]
        assert (cell == flat(72)[2 * at][0, 0]).all()


def test_a_rich_loop_gets_fewer_pictures(tmp_path: Path) -> None:
    """Noise, which compresses worst, is shown in fewer steps that still divide the loop."""
    random = np.random.default_rng(3)
    noise = [random.integers(0, 255, (108, 192, 3), np.uint8) for _ in range(12)]
    fine = write_sprites(tmp_path / "fine.png", noise, 24.0, largest=10**9)
    coarse = write_sprites(tmp_path / "coarse.png", noise, 24.0, largest=260_000)
    assert (fine.count, coarse.count) == (6, 4)
    assert coarse.count / coarse.frames_per_second == pytest.approx(0.5)
    assert (tmp_path / "coarse.png").stat().st_size < (tmp_path / "fine.png").stat().st_size


def test_short_and_odd_loops_have_a_sheet_too(tmp_path: Path) -> None:
    """A loop of a prime number of frames is shown whole; a single picture stands still."""
    assert write_sprites(tmp_path / "a.png", flat(7), 24.0).count == 7
    assert write_sprites(tmp_path / "b.png", flat(1), 24.0).count == 1
