"""Richness' promises: only what is painted on flat ground counts."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.worker.measure.richness import (
    WINDOW_PX,
    calm_texture,
    flat_texture,
    window_textures,
)
from nuke_plugin.worker.measure.stability import texture
from tests.nuke_plugin.worker.measure.pictures import FixedPattern, detailed

HEIGHT, WIDTH = 4 * WINDOW_PX, 6 * WINDOW_PX


def half_flat() -> np.ndarray:
    """A plate whose left half is smooth and whose right half is full of detail."""
    plate = detailed(WIDTH, HEIGHT)
    plate[:, : WIDTH // 2] = 0.5
    return plate


def test_strokes_beside_the_flat_part_do_not_count() -> None:
    """A style that leaves the flat half bare is bare there, however rich the rest is."""
    plate = half_flat()
    bare = plate.copy()
    found = flat_texture([plate], [bare])
    assert found is not None
    assert found < 0.01
    assert texture(bare) > 0.05


def test_strokes_in_the_flat_part_count() -> None:
    """Strokes of a known strength are measured as such where the plate is flat."""
    plate = half_flat()
    strokes = FixedPattern()(plate, "", 1.0)
    found = flat_texture([plate], [strokes])
    assert found == pytest.approx(texture(strokes), rel=0.05)


def test_without_a_flat_window_nothing_is_claimed() -> None:
    """A plate of detail has no richness in flat areas."""
    plate = detailed(WIDTH, HEIGHT)
    assert flat_texture([plate], [plate]) is None


def test_the_calm_part_of_a_painting_is_its_calmest_quarter() -> None:
    """A painting whose quarter is calmer than the rest is measured in that quarter."""
    strokes = FixedPattern()(np.zeros((HEIGHT, 8 * WINDOW_PX, 3), np.float32), "", 1.0)
    strokes[:, : 2 * WINDOW_PX] = 0.5 + 0.25 * (strokes[:, : 2 * WINDOW_PX] - 0.5)
    calm = np.sort(window_textures(strokes).ravel())[:8]
    assert calm_texture([strokes]) == pytest.approx(float(calm.mean()), rel=0.1)
    assert calm_texture([strokes]) == pytest.approx(
        0.25 * texture(strokes[:, 2 * WINDOW_PX :]), rel=0.2
    )


def test_several_paintings_are_one_large_one() -> None:
    """A style's paintings are pooled: a rich one beside a bare one is as calm as its bare half."""
    rich = FixedPattern()(np.zeros((HEIGHT, WIDTH, 3), np.float32), "", 1.0)
    bare = np.full_like(rich, 0.5)
    assert calm_texture([rich, bare]) == pytest.approx(0.0, abs=1e-5)
    assert calm_texture([rich, rich]) == pytest.approx(calm_texture([rich]), rel=0.05)


def test_a_painting_without_a_window_is_refused() -> None:
    """A picture too small to say anything is told, not measured as 0."""
    with pytest.raises(ValueError, match="48 px"):
        calm_texture([np.zeros((20, 30, 3), np.float32)])
