"""The shipped effects' promises: they burn where their matte is, with light above 1.

There may be none: then nothing is tried.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import FIRE
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.effect_shading import FireShading
from nuke_plugin.contract.field_recipe import UP
from nuke_plugin.contract.library import InstalledEffect, ModelLibrary
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.effect_painter import EffectPainter
from nuke_plugin.worker.effects.shading.shade import shade
from nuke_plugin.worker.providers import CPU
from nuke_plugin.worker.verify.effect_subject import letter
from nuke_plugin.worker.verify.suite import verify

EFFECTS = ModelLibrary.from_environment({}).effects()
FIRES = tuple(effect for effect in EFFECTS if effect.card.effect == FIRE)
SIDE_PX, FRAME = 224, 40


def made_of(installed: InstalledEffect, matte: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a frame's channels, (C, H, W), every pixel of the matte one of the network's."""
    painter = EffectPainter(EffectNetwork.open(installed, (CPU,)), EffectSettings(seed=5))
    frame_px = installed.card.training_scale_px
    made: NDArray[np.float32] = painter.paint_frame(matte, painter.moment(FRAME), frame_px=frame_px)
    return made


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.card.id)
def test_every_promise_is_kept(effect: InstalledEffect) -> None:
    """`impasto verify --quick` finds nothing wrong, and the card leaves nothing unsaid."""
    verification = verify(effect.folder, is_quick=True)
    assert not verification.failed, [finding.text for finding in verification.failed]
    assert {f.outcome for f in verification.findings if f.check in ("limits", "gates")} == {"ok"}


@pytest.mark.parametrize("effect", FIRES, ids=lambda effect: effect.card.id)
def test_fire_is_brighter_than_white(effect: InstalledEffect) -> None:
    """A letter's flames, shaded as they come, hold light above 1, and nothing that is no light."""
    made = made_of(effect, letter(SIDE_PX, SIDE_PX))
    names = [channel.name for channel in effect.card.channels]
    rgba = shade(dict(zip(names, made, strict=True)), FireShading()).rgba
    assert np.isfinite(rgba).all()
    assert rgba[:3].max() > 1
    assert rgba.min() >= 0
    assert rgba[3].max() <= 1


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.card.id)
def test_a_letter_makes_something_where_it_should(effect: InstalledEffect) -> None:
    """Above it, or on it where waves go all round; nothing below beyond its reach."""
    card, matte = effect.card, letter(SIDE_PX, SIDE_PX)
    wind = next((control.neutral for control in card.controls if control.id == "wind"), 0.0)
    reach = card.recipe.below_px if card.recipe.flow == UP else card.recipe.margins_px(wind)[1]
    made = np.abs(made_of(effect, np.pad(matte, ((0, reach + 8), (0, 0)))))
    rows = np.flatnonzero(matte.any(axis=1))
    above = made[0, : rows[0]] if card.recipe.flow == UP else made[0, : rows[-1]]
    assert above.max() > 0.05
    assert made[:, : rows[-1] + 1].any()
    assert not made[:, rows[-1] + 1 + reach :].any()
    assert made[:, rows[-1] + 1 + reach :].size
