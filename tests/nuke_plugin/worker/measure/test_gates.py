"""The gates' promises: what a model folder paints is measured as the product paints it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import CardMissing
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.gates import MeasuredSet, measure_gates, measure_motion
from nuke_plugin.worker.measure.locality import tile_difference
from nuke_plugin.worker.measure.model_painter import ModelPainter
from nuke_plugin.worker.measure.stills import shipped_stills
from tests.nuke_plugin.worker.measure.pictures import detailed, untouched
from tests.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def painter(tmp_path_factory: pytest.TempPathFactory) -> ModelPainter:
    """The small real network."""
    installed = write_tiny_model(tmp_path_factory.mktemp("models"))
    return ModelPainter.open(installed.folder, threads=1)


@pytest.fixture(scope="module")
def small_set() -> MeasuredSet:
    """One still and two frames of every shot."""
    return MeasuredSet((shipped_stills()["mountains"],), 2)


def test_a_models_gates(painter: ModelPainter, small_set: MeasuredSet) -> None:
    """A local network passes what a local network must, and has every gate of the card."""
    gates = measure_gates(painter, ["warm"], painter.card.halo_px, small_set)
    own, plate = gates["warm"], gates["plate"]
    for key in ("e_stab", "boil", "texture"):
        assert set(own[key]) == set(plate[key]) == {"pan", "push", "roll", "occlusion"}
    assert own["tile_max_abs"] < 1e-5
    assert own["far_field"] == 0.0
    assert own["identity_mean_abs"] < 1e-6
    assert own["boil"]["pan"] > plate["boil"]["pan"]
    assert own["flat_texture"] > 0.0
    assert own["e_warp"] > 0.0
    assert own["grain_gain"] > 0.0


def test_an_understated_halo_is_found_out(painter: ModelPainter) -> None:
    """A card that names half of the halo fails the tile gate."""
    still = shipped_stills()["mountains"]
    halo = painter.card.halo_px
    whole = tile_difference(still, "warm", painter, halo)
    half = tile_difference(still, "warm", painter, halo // 2)
    assert whole is not None
    assert half is not None
    assert whole < 1e-5 < half


def test_tiles_of_the_render_are_measured(painter: ModelPainter) -> None:
    """A painter with small windows cuts the frame as a render does, and paints the same."""
    frame = detailed(200, 120)
    windows = ModelPainter(painter.network, window_limit_px=128 * 96)
    assert np.array_equal(painter(frame, "warm", 1.0), windows(frame, "warm", 1.0))


def test_whole_shots_go_to_painters_that_want_them(small_set: MeasuredSet) -> None:
    """A painter of shots gets each shot's frames together and in order."""

    class Recorder:
        """Paints nothing and counts."""

        def __init__(self) -> None:
            self.shots: list[int] = []

        def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
            raise AssertionError("a frame came alone")

        def paint_shot(self, frames: Sequence[Frame], style: str, strength: float) -> list[Frame]:
            """Return the frames."""
            self.shots.append(len(frames))
            return list(frames)

    recorder = Recorder()
    found = measure_motion(recorder, "none", small_set)
    assert recorder.shots == [2] * 6  # three moves, the layers, the grain, the real clip
    assert found == measure_motion(untouched, "none", small_set)


def test_a_folder_without_a_card_is_no_model(tmp_path: Path) -> None:
    """The error of every other command is told."""
    with pytest.raises(CardMissing):
        ModelPainter.open(tmp_path)
