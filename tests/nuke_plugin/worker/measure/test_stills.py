"""The stills' promises: free, the same everywhere, and large enough for every move."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.worker.measure.exact_motion import FRAME_SIZE, FRAMES, MOVES, lies_inside
from nuke_plugin.worker.measure.stills import (
    LEAST_SIZE,
    PICTURES,
    covering,
    read_still,
    shipped_stills,
)


def test_every_still_is_free_and_named() -> None:
    """The table names each shipped file once, with its author, origin and a free licence."""
    text = (PICTURES / "SOURCES.tsv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    assert sorted(row["file"] for row in rows) == sorted(p.name for p in PICTURES.glob("*.jpg"))
    for row in rows:
        assert row["licence"] in ("CC0-1.0", "public domain")
        assert row["author"]
        assert row["origin"]
        notice = (Path(__file__).parents[4] / "NOTICE").read_text(encoding="utf-8")
        assert row["author"] in notice


def test_stills_hold_every_move() -> None:
    """No camera looks beyond a still, where the picture would be mirrored."""
    stills = shipped_stills()
    assert len(stills) >= 3
    for still in stills.values():
        size = (still.shape[1], still.shape[0])
        assert size[0] >= LEAST_SIZE[0]
        assert size[1] >= LEAST_SIZE[1]
        assert still.dtype == np.float32
        assert 0.0 <= still.min() < still.max() <= 1.0
        for move in MOVES.values():
            for time in range(FRAMES):
                for x in (0, FRAME_SIZE[0] - 1):
                    for y in (0, FRAME_SIZE[1] - 1):
                        seen = move.matrix(time, size) @ [x, y, 1]
                        assert 0 <= seen[0] <= size[0] - 1
                        assert 0 <= seen[1] <= size[1] - 1


def test_a_small_still_is_enlarged_and_a_large_one_kept() -> None:
    """A TD's own still serves at any size."""
    small = np.full((100, 200, 3), 0.5, np.float32)
    assert covering(small).shape == (576, 1152, 3)
    large = np.zeros((700, 1300, 3), np.float32)
    assert covering(large) is large


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    """A text file under a picture's name is told by its path."""
    file = tmp_path / "still.jpg"
    file.write_text("no picture", encoding="utf-8")
    with pytest.raises(ValueError, match=r"still\.jpg"):
        read_still(file)


def test_a_map_leaves_the_frame() -> None:
    """A shift by 3 px to the right leaves three columns without a source."""
    shift = np.array([[1.0, 0, 3], [0, 1, 0], [0, 0, 1]])
    assert lies_inside(shift, (10, 4)).sum() == 7 * 4
