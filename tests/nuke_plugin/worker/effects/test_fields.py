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
from nuke_plugin.contract.field_recipe import FieldRecipe, Octave, Warp
from nuke_plugin.worker.effects.fields import EffectFields, Loop, Moment
from nuke_plugin.worker.effects.hand_made import hand_made
from nuke_plugin.worker.effects.recipes import RECIPES
from nuke_plugin.worker.effects.smears import round_smear, upward_smear
from nuke_plugin.worker.effects.warping import ways
from tests.tiny_effect import RISING, TRAVELLING

HEIGHT, WIDTH = 60, 72
STRAIGHT = replace(RISING, warps=(), torn_noise=0)


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
    recipe = replace(STRAIGHT, octaves=(Octave.rising(8, 1, 8),))
    fields = EffectFields(recipe)
    matte = np.zeros((8, 8), np.float32)
    made = np.stack([fields.at(matte, Moment(0.5, seed=seed))[-2] for seed in range(1500)])
    assert np.abs(made.mean(axis=0)).max() < 0.12
    np.testing.assert_allclose(made.var(axis=0), 1, atol=0.16)


def test_noise_travels_at_its_speed() -> None:
    """Noise that rises 3 px a frame and does not change is the same 3 px higher a frame later."""
    recipe = replace(STRAIGHT, octaves=(Octave.rising(12, 3, 1_000_000),))
    fields, matte = EffectFields(recipe), np.zeros((24, 20), np.float32)
    now, later = (fields.at(matte, Moment(time))[-2] for time in (10, 11))
    np.testing.assert_allclose(later[:-3], now[3:], atol=1e-4)
    blown = fields.at(matte, Moment(10, drift=4))[-2]
    np.testing.assert_allclose(blown[:, 4:], now[:, :-4], atol=1e-5)


def test_time_is_smooth_at_fractions_and_below_zero() -> None:
    """A hundredth of a frame changes the noise a little, before frame 0 as after it."""
    fields, matte = EffectFields(STRAIGHT), np.zeros((16, 16), np.float32)
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
    fields, matte = EffectFields(STRAIGHT), np.zeros((96, 96), np.float32)
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
    assert not fields.still(np.zeros((20, 20), np.float32)).support.any()
    support = fields.still(one_dot()).support
    rows, columns = np.nonzero(support)
    assert rows.max() == 30 + RISING.below_px
    assert 30 - 12 - RISING.warp_px[1] <= rows.min() < 30 - 12
    left, _, right, _ = RISING.margins_px()
    assert columns.min() >= 36 - right
    assert columns.max() <= 36 + left
    assert support.max() <= 1
    assert support[30, 36] == 1


def test_windows_of_still_fields_have_the_fields_of_the_whole() -> None:
    """Whatever window of a frame is made, also at its border, has the frame's bits."""
    fields, moment, random = EffectFields(RISING), Moment(-2.3, 4.1, 77), np.random.default_rng(4)
    matte = random.random((HEIGHT, WIDTH), np.float32) * dots()
    still = fields.still(matte, 1.1)
    whole = fields.of(still, moment, (0, 0))
    for _ in range(20):
        top, left = random.integers(0, (HEIGHT - 1, WIDTH - 1))
        height, width = random.integers(1, 41, 2)
        rows = slice(int(top), min(HEIGHT, int(top + height)))
        columns = slice(int(left), min(WIDTH, int(left + width)))
        part = fields.of(still.part(rows, columns), moment, (columns.start, rows.start))
        np.testing.assert_array_equal(part, whole[:, rows, columns])


def test_warps_carry_smears_and_the_first_noise_of_an_octave_alone() -> None:
    """The matte and the other noise stay where they are; without warps all of it does."""
    matte = dots()
    torn, straight = (EffectFields(r).at(matte, Moment(3)) for r in (RISING, STRAIGHT))
    moved = [not np.array_equal(a, b) for a, b in zip(torn[:-1], straight[:-1], strict=True)]
    assert moved == [False, True, True, True, False, True]


def test_ways_have_no_source_keep_their_bound_and_their_size() -> None:
    """The flow of eddies neither gathers nor thins, is as strong as told and never beyond bound."""
    warp = Warp(16.0, 1.0, (0.3, -1.0), 9.0, stretch=1.5)
    recipe = replace(RISING, warps=(warp,))
    found = np.stack([ways(recipe, Moment(0.4, seed=s), (5, -3), (60, 60)) for s in range(24)])
    inner = (slice(None), slice(1, -1), slice(1, -1))
    across = (found[:, :, 2:, 0] - found[:, :, :-2, 0])[:, 1:-1]
    along = (found[:, 2:, :, 1] - found[:, :-2, :, 1])[:, :, 1:-1]
    held = (np.abs(found) >= np.array(warp.bounds_px) - 0.1).any(-1)
    assert held.mean() < 0.05
    assert np.abs(across).max() > 1.0
    assert np.median(np.abs(across + along)) < 0.1  # what is rounded to a sixteenth
    assert found[inner][..., 0].std() == pytest.approx(1.0, abs=0.15)
    assert found[inner][..., 1].std() == pytest.approx(1.5, abs=0.25)
    strong = ways(replace(recipe, warps=(warp, warp)), Moment(0), (0, 0), (60, 60))
    assert (np.abs(strong).max((0, 1)) <= np.array([5.0, 7.5]) + 1 / 8).all()


def test_warps_move_smoothly_and_loop() -> None:
    """A hundredth of a frame carries a little further, a loop's end is its beginning."""
    fields, matte = EffectFields(RISING), dots()
    still = fields.still(matte)
    here, near = (fields.of(still, Moment(time), (0, 0)) for time in (7.4, 7.41))
    assert 0 < np.abs(near - here).max() < 0.1
    loop = Loop(12.0, drift=6.0)
    frames = [fields.of(still, Moment(t, 0.5 * t, 3, loop), (0, 0)) for t in (0.0, 6.0, 12.0)]
    np.testing.assert_array_equal(frames[2][1:3], frames[0][1:3])
    assert not np.array_equal(frames[1][1:3], frames[0][1:3])


def test_smears_are_rooted_at_the_matte() -> None:
    """Warps move what is at the matte far less than what rose."""
    recipe = replace(RISING, warps=(Warp(16.0, 3.0, (0.0, -1.0), 9.0),), root_px=6)
    matte = np.zeros((HEIGHT, WIDTH), np.float32)
    matte[40:50, 20:52] = 1
    still = EffectFields(recipe).still(matte)
    assert still.free is not None
    assert still.free[45, 36] == pytest.approx(0.1, abs=0.01)
    assert still.free[30, 36] > 0.7
    assert EffectFields(replace(recipe, root_px=0)).still(matte).free is None


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
    assert np.abs(channels[0][100:112, 20:40]).mean() > 0.05
    batch = hand_made(effect, recipe, fields[None])
    np.testing.assert_array_equal(batch[0][0], channels[0])
