"""The layers' promises: motion and occlusion are exact, and an edge is never compared."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.worker.measure.exact_motion import CameraShot, Move
from nuke_plugin.worker.measure.layers import Layer, LayerShot, occlusion
from nuke_plugin.worker.measure.stability import stability
from tests.nuke_plugin.worker.measure.pictures import detailed

SIZE = (240, 160)
STILL = (300, 220)


@pytest.fixture(scope="module")
def shot() -> LayerShot:
    """A cut-out that moves to the left over a ground that moves to the right."""
    ground = Layer(detailed(*STILL, 1), Move(shift_px=(-3.0, 0.0)))
    cut_out = Layer(detailed(*STILL, 2), Move(shift_px=(4.5, 1.0), roll_degrees=0.5), 45.0)
    return LayerShot.of((ground, cut_out), size=SIZE)


def test_layers_move_with_their_own_motion(shot: LayerShot) -> None:
    """Moved back layer by layer, the plate is itself again but for resampling."""
    assert stability(shot.plates, shot).boil < 0.15


def test_one_motion_for_all_layers_is_found_out(shot: LayerShot) -> None:
    """Compared by the ground's motion alone, the cut-out counts as boiling."""
    ground = CameraShot(shot.plates, tuple(at_time[0] for at_time in shot.matrices))
    assert stability(shot.plates, ground).boil > 4 * stability(shot.plates, shot).boil


def test_what_gets_covered_is_not_compared(shot: LayerShot) -> None:
    """Pixels that the cut-out leaves or covers count on neither side, and most others do."""
    _, seen = shot.moved_back(shot.plates[1], 0)
    depths = [shot.layers[1].depth(at_time[1], SIZE) for at_time in shot.matrices[:2]]
    edge = np.abs(depths[0]) < 1.5
    assert edge.sum() > 200
    assert not seen[edge].any()
    assert 0.8 < seen.mean() < 0.99
    covered = (depths[0] < -3) & (depths[1] > 3)  # where the ground disappears under the cut-out
    assert covered.any()
    moved, _ = shot.moved_back(shot.plates[1], 0)
    difference = np.abs(moved - shot.plates[0]).max(axis=2)
    assert np.percentile(difference[seen], 99) < 0.05


def test_a_cut_out_hides_the_ground_wholly(shot: LayerShot) -> None:
    """Well inside its outline a cut-out's pixels are its own, bit for bit."""
    alone = LayerShot.of((Layer(shot.layers[1].still, shot.layers[1].move),), size=SIZE)
    inside = shot.layers[1].depth(shot.matrices[0][1], SIZE) > 1
    assert inside.sum() > 3000
    assert np.allclose(shot.plates[0][inside], alone.plates[0][inside], atol=1e-6)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_any_number_of_stills_makes_an_occlusion(count: int) -> None:
    """The set also works with a TD's own stills, be it one."""
    stills = [detailed(120, 80, seed) for seed in range(count)]
    layers = occlusion(stills)
    assert len(layers) == 3
    assert sum(layer.radius_px > 0 for layer in layers) == 2
