"""The promises of windows: a window has the fields of its frame, and comes again by its number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from model_training.effects.config import EffectConfig
from model_training.effects.runs import open_runs
from model_training.effects.windows import WindowSource, control_values
from nuke_plugin.worker.effects.fields import EffectFields, Moment


def test_a_window_has_the_fields_of_its_frame(
    effect_config: EffectConfig, effect_data: Path
) -> None:
    """Smears and support are those of the whole frame, cut; noise is that of its place in it."""
    taught, _ = open_runs(effect_config, effect_data)
    source = WindowSource(effect_config, taught)
    matte = taught[0].matte(0)
    moment = Moment(3.5, 1.0, 7)
    whole = EffectFields(effect_config.effect.recipe).at(matte, moment, wind=0.5)
    inside = slice(6, 6 + 32), slice(10, 10 + 32)
    mattes = np.stack([matte, matte, 0.5 * matte])
    still = source._still(mattes, 0.5, inside)
    part, same, other = (source.maker.of(each, moment, (10, 6)) for each in still)
    assert np.array_equal(part, whole[:, *inside])
    assert still[0] is still[1]
    assert np.array_equal(part, same)
    assert not np.array_equal(part, other)


def test_windows_come_again(effect_config: EffectConfig, effect_data: Path) -> None:
    """The same number gives the same windows, another one others; twins differ in what moves."""
    source = WindowSource(effect_config, open_runs(effect_config, effect_data)[0])
    first, again, other = (source.batch(2, np.random.default_rng(n)) for n in (1, 1, 2))
    assert torch.equal(first.fields, again.fields)
    assert torch.equal(first.solved, again.solved)
    assert not torch.equal(first.fields, other.fields)
    noise = source.maker.noise_at
    for same in (0, -1):  # the matte and the support; smears are carried along other eddies
        assert torch.equal(first.fields[:, 1, same], first.twin[:, same])
    assert not torch.equal(first.fields[:, 1, 1 : noise.start], first.twin[:, 1 : noise.start])
    assert not torch.equal(first.fields[:, 1, noise], first.twin[:, noise])
    assert tuple(first.fields.shape) == (2, 3, 6, 32, 32)
    assert tuple(first.solved.shape) == (2, 3, 3, 32, 32)


def test_busy_windows_hold_the_effect(effect_config: EffectConfig, effect_data: Path) -> None:
    """Where all windows are looked for in the effect, each one holds some."""
    data = effect_config.data.model_copy(update={"busy": 1.0})
    source = WindowSource(
        effect_config.model_copy(update={"data": data}), open_runs(effect_config, effect_data)[0]
    )
    solved = source.batch(8, np.random.default_rng(0)).solved
    assert bool((solved[:, 1].flatten(1).max(1).values > 0.3).all())


def test_a_mirrored_window_has_the_other_wind(effect_config: EffectConfig) -> None:
    """Wind turns its sign, what has no side keeps it."""
    values = {"cooling": 1.0, "wind": 1.5}
    plain, mirrored = (control_values(effect_config, values, side) for side in (False, True))
    assert plain[0] == mirrored[0]
    assert plain[1] == -mirrored[1] == 0.5
