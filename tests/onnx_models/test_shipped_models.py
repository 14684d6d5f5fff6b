"""The shipped models' promises: they paint, each style its own way, and keep their gates."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.verify.suite import verify

MODELS = ModelLibrary.from_environment({}).models()


@pytest.fixture(params=MODELS, ids=lambda model: model.card.id)
def model(request: pytest.FixtureRequest) -> InstalledModel:
    """Each model that ships."""
    shipped: InstalledModel = request.param
    return shipped


def picture(height: int, width: int) -> NDArray[np.float32]:
    """Return a smooth picture with some noise, (1, 3, H, W)."""
    y, x = np.mgrid[0:height, 0:width] / 40.0
    waves = np.stack([np.sin(x + y), np.cos(x), np.sin(2 * y)])[None] * 0.3 + 0.5
    noise = np.random.default_rng(0).normal(0, 0.05, waves.shape)
    return np.clip(waves + noise, 0, 1).astype(np.float32)


def paint(
    network: Network, image: NDArray[np.float32], style: str, strength: float
) -> NDArray[np.float32]:
    """Run the network on what it sees."""
    vector = network.card.style_vector({style: 1.0})
    painted: NDArray[np.float32] = network.run(image, vector, strength, Cancellation())
    return painted


def test_something_ships() -> None:
    """Twelve styles come with the product, and nothing shipped is broken."""
    assert sum(len(model.card.styles) for model in MODELS) >= 12
    assert not ModelLibrary.from_environment({}).problems()


def test_every_style_paints_its_own_way(model: InstalledModel) -> None:
    """At full strength each style changes the picture, and no two styles alike."""
    network, image = Network.open(model), picture(128, 160)
    painted = [paint(network, image, slot.id, 1.0) for slot in model.card.styles]
    assert all(np.abs(one - image).mean() > 0.05 for one in painted)
    assert all(np.abs(one - other).mean() > 0.03 for one, other in combinations(painted, 2))


def test_strength_leads_from_the_plate_to_the_painting(model: InstalledModel) -> None:
    """At 0 the trained net itself nearly returns the picture, then moves away steadily."""
    network, image = Network.open(model), picture(128, 160)
    for slot in model.card.styles:
        distances = [
            float(np.abs(paint(network, image, slot.id, s) - image).mean()) for s in (0, 0.5, 1)
        ]
        assert distances[0] < 0.2 * distances[-1]
        assert all(near < far for near, far in pairwise(distances))


def test_every_promise_is_kept(model: InstalledModel) -> None:
    """`impasto verify --quick` finds nothing wrong, and the card leaves nothing unsaid."""
    verification = verify(model.folder, is_quick=True)
    assert not verification.failed, [finding.text for finding in verification.failed]
    assert {f.outcome for f in verification.findings if f.check in ("limits", "gates")} == {"ok"}
    assert model.card.gates["onnx_max_abs"] < 1e-4
