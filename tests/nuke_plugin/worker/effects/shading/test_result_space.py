"""Tests of the space that light is made in."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.contract.effect_shading import FireShading, WaterShading
from nuke_plugin.contract.errors import ColourSpaceUnknown, OptionInvalid
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.effects.shading.result_space import LINEAR_REC709, ResultSpace
from nuke_plugin.worker.effects.shading.shade import shade
from tests.nuke_plugin.worker.effects.shading.made_fields import flame, waves

CONFIG = ColourConfig.from_environment({})


def test_the_default_changes_nothing() -> None:
    """Without a name the space is linear Rec.709 and its matrix the identity."""
    space = ResultSpace.of(CONFIG, None)
    assert space.name == LINEAR_REC709.name
    np.testing.assert_allclose(space.matrix, np.eye(3), atol=1e-6)


def test_acescg_is_the_published_matrix() -> None:
    """The matrix is that of the ACES system, by Bradford from D65; grey stays grey."""
    matrix = ResultSpace.of(CONFIG, "ACEScg").matrix
    np.testing.assert_allclose(matrix[0], [0.613097, 0.339523, 0.047379], atol=2e-5)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("effect", ["fire", "water"])
def test_a_picture_in_another_space_is_the_same_light(effect: str) -> None:
    """Made in ACEScg and taken to Rec.709 it is the picture that is made there."""
    space = ResultSpace.of(CONFIG, "ACEScg")
    fire = {**flame(24, 24)}
    fire["temperature"] += 1  # above 2000 K, so that no colour is drawn into Rec.709
    channels, settings = (
        (fire, FireShading()) if effect == "fire" else (waves(24, 24), WaterShading())
    )
    there, here = shade(channels, settings, space).rgba, shade(channels, settings).rgba
    back = np.tensordot(np.linalg.inv(space.matrix), there[:3], axes=1)
    np.testing.assert_allclose(back, here[:3], rtol=2e-3, atol=2e-4 * here.max())
    np.testing.assert_array_equal(there[3], here[3])


def test_a_space_that_is_not_linear_is_refused() -> None:
    """An encoded space and an unknown name are told before anything is read."""
    with pytest.raises(OptionInvalid, match="not scene-linear"):
        ResultSpace.of(CONFIG, "sRGB")
    with pytest.raises(ColourSpaceUnknown):
        ResultSpace.of(CONFIG, "ACEScgg")
