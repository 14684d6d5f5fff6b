"""The measurements' promises: known pictures give known numbers, so a gate can be believed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.worker.measure.exact_motion import MOVES, CameraShot, Frame, painted_shot
from nuke_plugin.worker.measure.stability import grain_gain, stability, texture
from tests.nuke_plugin.worker.measure.pictures import FixedPattern, detailed, untouched

SIZE = (240, 160)


@pytest.fixture(scope="module")
def still() -> Frame:
    """A picture larger than a small frame and all it moves."""
    return detailed(300, 220)


@pytest.mark.parametrize("move", MOVES)
def test_an_untouched_plate_hardly_boils(still: Frame, move: str) -> None:
    """The plate moves with itself, but for resampling."""
    shot = CameraShot.of(still, MOVES[move], size=SIZE)
    assert stability(shot.plates, shot).boil < 0.15


@pytest.mark.parametrize("move", MOVES)
def test_a_pattern_on_the_lens_boils_fully(move: str) -> None:
    """Strokes that are unrelated to the picture's motion have a boil near 1."""
    shot = CameraShot.of(np.zeros((600, 1030, 3), np.float32), MOVES[move], frames=2)
    found = stability(painted_shot(FixedPattern(), shot.plates, "lens"), shot)
    assert 0.7 < found.boil < 1.15
    assert found.texture == pytest.approx(texture(FixedPattern()(shot.plates[0], "", 1)), rel=1e-6)


def test_a_wrong_motion_is_found_out(still: Frame) -> None:
    """Frames that move otherwise than their maps say are seen to boil: the maps do matter."""
    pan, push = (CameraShot.of(still, MOVES[name], size=SIZE) for name in ("pan", "push"))
    assert stability(pan.plates, push).boil > 4 * stability(pan.plates, pan).boil


def test_e_stab_is_the_root_mean_square_in_display_units(still: Frame) -> None:
    """Frames that grow brighter by 0.1 a frame have an e_stab of 0.1, whatever is in them."""
    shot = CameraShot.of(np.full_like(still, 0.2), MOVES["pan"], size=SIZE)
    brighter = [plate + 0.1 * time for time, plate in enumerate(shot.plates)]
    assert stability(brighter, shot).e_stab == pytest.approx(0.1, rel=1e-4)


def test_a_flat_colour_does_not_boil(still: Frame) -> None:
    """Without texture there is nothing that could boil, and nothing is divided by nothing."""
    shot = CameraShot.of(still, MOVES["pan"], size=SIZE)
    found = stability([np.full_like(plate, 0.5) for plate in shot.plates], shot)
    assert (found.boil, found.texture) == (0.0, 0.0)
    assert found.e_stab < 1e-6


def test_grain_that_passes_has_a_gain_of_one(still: Frame) -> None:
    """A painter that does nothing keeps the grain; one that halves contrast halves it."""
    assert grain_gain(still, "none", untouched, 2) == pytest.approx(1.0)
    halved = grain_gain(still, "half", lambda f, s, a: (0.5 * f).astype(np.float32), 2)
    assert halved == pytest.approx(0.5, rel=1e-3)


def test_measuring_needs_no_torch() -> None:
    """`impasto verify` measures where no torch is installed."""
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import nuke_plugin.worker.measure.gates, nuke_plugin.worker.measure.model_painter\n"
        "assert not any(name.startswith('model_training') for name in sys.modules)\n"
    )
    assert importlib.util.find_spec("torch"), "the test means nothing where torch is missing"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[4])
