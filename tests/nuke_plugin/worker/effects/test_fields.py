"""Tests of the fields that an effect's network sees."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import CHANNELS
from nuke_plugin.contract.effect_settings import EffectSettings
from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.field_recipe import FieldRecipe, Octave
from nuke_plugin.worker.effects.fields import EffectFields, Loop, Moment
from nuke_plugin.worker.effects.hand_made import hand_made
from nuke_plugin.worker.effects.recipes import RECIPES
from nuke_plugin.worker.effects.smears import round_smear, upward_smear
from tests.tiny_effect import RISING, TRAVELLING

HEIGHT, WIDTH = 60, 72


def dots(seed: int = 1) -> NDArray[np.float32]:
    """Return a matte of scattered pixels, (H, W)."""
    return (np.random.default_rng(seed).random((HEIGHT, WIDTH)) > 0.97).astype(np.float32)


def one_dot() -> NDArray[np.float32]:
    """Return a matte of one pixel in the middle."""
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[30, 36] = 1
    return matte


@pytest.mark.parametrize("recipe", [RISING, TRAVELLING])
@pytest.mark.parametrize("wind", [0.0, 1.3, -2.6])
def test_a_crop_has_the_fields_of_the_whole(recipe: FieldRecipe, wind: float) -> None:
    """Given the matte its margins further, a crop's fields are the whole frame's, bit for bit."""
    fields, moment = EffectFields(recipe), Moment(3.7, drift=5.2, seed=-9)
    matte = dots()
    whole = fields.at(matte, moment, wind=wind)
    left, top, right, bottom = recipe.margins_px(wind)
    rows = slice(max(0, 20 - top), min(HEIGHT, 33 + bottom))
    columns = slice(max(0, 30 - left), min(WIDTH, 40 + right))
    part = fields.at(matte[rows, columns], moment, (columns.start, rows.start), wind)
    inner = part[:, 20 - rows.start : 33 - rows.start, 30 - columns.start : 40 - columns.start]
    np.testing.assert_array_equal(inner, whole[:, 20:33, 30:40])


def test_the_margins_are_needed() -> None:
    """A crop without the matte below it has other fields: the comparison above can fail."""
    fields, matte = EffectFields(RISING), dots()
    part = fields.at(matte[20:33, 30:40], Moment(0), (30, 20))
    assert not np.array_equal(part, fields.at(matte, Moment(0))[:, 20:33, 30:40])


def test_noise_has_mean_0_and_variance_1_at_every_place_of_its_lattice() -> None:
    """Over seeds, no pixel and no time has more noise than another: nothing pulses."""
    recipe = replace(RISING, octaves=(Octave.rising(8, 1, 8),))
    fields = EffectFields(recipe)
    matte = np.zeros((8, 8), np.float32)
    made = np.stack([fields.at(matte, Moment(0.5, seed=seed))[-2] for seed in range(1500)])
    assert np.abs(made.mean(axis=0)).max() < 0.12
    np.testing.assert_allclose(made.var(axis=0), 1, atol=0.16)


def test_noise_travels_at_its_speed() -> None:
    """Noise that rises 3 px a frame and does not change is the same 3 px higher a frame later."""
    recipe = replace(RISING, octaves=(Octave.rising(12, 3, 1_000_000),))
    fields, matte = EffectFields(recipe), np.zeros((24, 20), np.float32)
    now, later = (fields.at(matte, Moment(time))[-2] for time in (10, 11))
    np.testing.assert_allclose(later[:-3], now[3:], atol=1e-4)
    blown = fields.at(matte, Moment(10, drift=4))[-2]
    np.testing.assert_allclose(blown[:, 4:], now[:, :-4], atol=1e-5)


def test_time_is_smooth_at_fractions_and_below_zero() -> None:
    """A hundredth of a frame changes the noise a little, before frame 0 as after it."""
    fields, matte = EffectFields(RISING), np.zeros((16, 16), np.float32)
    for time in (-7.49, -0.005, 3.3, 123456.7):
        here = fields.at(matte, Moment(time))[-4:-1]
        near = fields.at(matte, Moment(time + 0.01))[-4:-1]
        far = fields.at(matte, Moment(time + 9))[-4:-1]
        assert 0 < np.abs(near - here).max() < 0.05
        assert np.abs(far - here).max() > 0.5


def test_seeds_octaves_and_channels_are_independent() -> None:
    """No two noises of a frame, and none of another seed, are alike."""
    fields = EffectFields(replace(RISING, octaves=RISING.octaves + RISING.octaves))
    matte = np.zeros((96, 96), np.float32)
    noises = [
        plane.ravel()
        for seed in (0, 1, 2**32, -1)
        for plane in fields.at(matte, Moment(2, seed=seed))[3:-1]
    ]
    correlation = np.corrcoef(noises) - np.eye(len(noises))
    assert np.abs(correlation).max() < 0.4


def test_a_loop_closes_and_does_not_pulse() -> None:
    """After its length the noise is the same; halfway its variance is still 1, and it moves on."""
    fields, matte = EffectFields(RISING), np.zeros((96, 96), np.float32)
    loop = Loop(12.0, drift=6.0)
    frames = [fields.at(matte, Moment(time, 0.5 * time, 3, loop))[3:-1] for time in range(13)]
    np.testing.assert_allclose(frames[12], frames[0], atol=1e-6)
    assert frames[6].var() == pytest.approx(1, abs=0.25)
    steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert max(steps) < 2 * min(steps)


def test_frames_of_a_loop_are_the_same_to_the_bit_a_turn_later() -> None:
    """Also at a speed that no binary number is, with wind, and back in time."""
    settings = EffectSettings(seed=5, speed=0.7, loop_frames=9)
    assert Moment.of_frame(1003, settings, 1.1) == Moment.of_frame(1003 - 9, settings, 1.1)
    back = replace(settings, speed=-0.3)
    assert Moment.of_frame(4, back, 0.0) == Moment.of_frame(13, back, 0.0)
    assert Moment.of_frame(7, replace(settings, speed=0.0), 0.0).loop is None


def test_smears_are_means_within_their_reach() -> None:
    """Of a whole matte they are 1 within, of one pixel they reach so far and not further."""
    full = np.ones((90, 90), np.float32)
    assert upward_smear(full, 12, 0.1, 0.0)[:70, 20:70] == pytest.approx(1, abs=1e-5)
    assert round_smear(full, 9)[20:70, 20:70] == pytest.approx(1, abs=1e-5)
    dot = one_dot()
    risen = upward_smear(dot, 13, 0.0, 0.0)
    (rows, columns) = np.nonzero(risen)
    assert (rows.min(), rows.max()) == (17, 30)
    assert set(columns) == {36}
    assert risen.sum() == pytest.approx(1, abs=1e-5)
    heights = risen[17:31, 36]
    assert (np.diff(heights) > 0).all()
    spread = round_smear(dot, 9)
    assert spread.sum() == pytest.approx(1, abs=1e-5)
    (rows, columns) = np.nonzero(spread)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (21, 39, 27, 45)


def test_wind_tilts_a_smear() -> None:
    """What rises in wind from the left leans to the right, more the higher it is."""
    tilted = upward_smear(one_dot(), 16, 0.1, 0.75)
    centres = [np.average(np.arange(WIDTH), weights=tilted[row]) for row in (26, 22, 18)]
    assert centres == pytest.approx([36 + 0.75 * up for up in (4, 8, 12)], abs=0.05)


def test_the_support_is_zero_exactly_where_the_matte_cannot_reach() -> None:
    """An empty matte supports nothing; a dot nothing beyond the longest smear, nor below itself."""
    fields = EffectFields(RISING)
    assert not fields.still(np.zeros((20, 20), np.float32))[-1].any()
    support = fields.still(one_dot())[-1]
    rows, columns = np.nonzero(support)
    assert (rows.min(), rows.max()) == (30 - 12, 30 + RISING.below_px)
    left, _, right, _ = RISING.margins_px()
    assert columns.min() >= 36 - right
    assert columns.max() <= 36 + left
    assert support.max() <= 1
    assert support[30, 36] == 1


@pytest.mark.parametrize("time", [float("nan"), float("inf"), 1e10])
def test_a_time_that_is_none_is_refused(time: float) -> None:
    """What no clock shows is refused by name, before any noise is made of it."""
    with pytest.raises(FieldInvalid, match="time"):
        Moment(time)


@pytest.mark.parametrize("effect", list(CHANNELS))
def test_hand_made_effects_burn_where_there_is_support_alone(effect: str) -> None:
    """Each gives its channels: something over the matte, exactly nothing where it cannot reach."""
    recipe = RECIPES[effect]
    matte = np.zeros((120, 60), np.float32)
    matte[100:112, 20:40] = 1
    fields = EffectFields(recipe).at(matte, Moment(8, seed=2))
    channels = hand_made(effect, recipe, fields)
    assert len(channels) == len(CHANNELS[effect])
    for channel in channels:
        assert channel.shape == matte.shape
        assert not channel[fields[-1] == 0].any()
    assert np.abs(channels[0][100:112, 20:40]).mean() > 0.1
    batch = hand_made(effect, recipe, fields[None])
    np.testing.assert_array_equal(batch[0][0], channels[0])
