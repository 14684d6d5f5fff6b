"""The distances' promises: the painting is nearest to itself, the plate to itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from model_training.evaluation import painting_distance
from model_training.evaluation.painting_distance import PaintingRuler
from model_training.training.config import read_config
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.richness import calm_texture


@pytest.fixture(scope="module")
def ruler(training_data: Path, tmp_path_factory: pytest.TempPathFactory) -> PaintingRuler:
    """The paintings of the small configuration."""
    from tests.model_training.conftest import CONFIG

    torch.set_num_threads(1)
    file = tmp_path_factory.mktemp("config") / "small.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return PaintingRuler.of(read_config(file), training_data)


def test_more_painting_is_nearer_to_it(
    ruler: PaintingRuler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mix of plate and painting nears the painting and leaves the plate as strength grows."""
    monkeypatch.setattr(painting_distance, "SWEEP_SIZE", (120, 100))
    still = np.full((100, 120, 3), 0.2, np.float32)

    def mixed(frame: Frame, style: str, strength: float) -> Frame:
        painting = ruler.paintings[style][0]
        return (frame + strength * (painting - frame)).astype(np.float32)

    found = ruler.measure(mixed, "first", [still])
    sweep = found["strength_sweep"]
    near, far = (list(sweep[key].values()) for key in ("style_distance", "content_distance"))
    assert near == sorted(near, reverse=True)
    assert far == sorted(far)
    assert near[-1] == pytest.approx(0.0, abs=1e-6)  # it is the painting
    assert far[0] == 0.0
    assert found["style_distance"] == near[-1]
    assert ruler.distance(mixed, "first", [still]) == near[-1]


def test_the_paintings_stand_under_their_styles(ruler: PaintingRuler) -> None:
    """Each style's painting is its own, at training scale."""
    assert ruler.styles == ("first", "second")
    assert ruler.calm_texture("first") == calm_texture(ruler.paintings["first"])
    assert ruler.calm_texture("first") != ruler.calm_texture("second")
