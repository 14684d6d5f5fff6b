"""The promises of tOF, of the pop and of the spectra: each finds what it is made to find."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.effects.flow import flow_difference, flows, largest_pop, warping_error
from model_training.effects.measurement import still_pairs
from model_training.effects.spectra import spatial_spectrum, spectral_distance, temporal_spectrum


def drifting(speed: float, frames: int = 6, side: int = 64) -> np.ndarray:
    """A smooth pattern that travels to the right, (T, H, W) in [0, 1]."""
    y, x = np.mgrid[:side, :side]
    shots = []
    for t in range(frames):
        across = x - speed * t
        waves = np.sin(across / 5.0) + np.sin(y / 6.0 + across / 9.0) + np.sin(across / 3.1 - y / 4)
        shots.append(0.5 + waves / 6.0)
    return np.stack(shots).astype(np.float32)


def test_flow_is_found_in_pixels_a_frame() -> None:
    """A pattern that travels 2 px a frame has that flow, and no other."""
    found = np.stack(list(flows(drifting(2.0))))[:, :, 16:-16, 16:-16]
    assert np.median(found[:, 0]) == pytest.approx(2.0, abs=0.3)
    assert np.median(found[:, 1]) == pytest.approx(0.0, abs=0.3)


def test_tof_grows_with_the_difference_in_motion() -> None:
    """The same motion is 0 apart, another direction further than another speed."""
    here = drifting(1.0)
    assert flow_difference(here, here) == 0.0
    assert 0.5 < flow_difference(drifting(2.0), here) < flow_difference(drifting(-2.0), here)


def test_what_travels_is_stable_and_what_boils_is_not() -> None:
    """A drifting pattern warps onto itself; new noise each frame does not."""
    noise = np.random.default_rng(1).random((6, 64, 64)).astype(np.float32)
    assert warping_error(drifting(1.5)) < 0.5 * warping_error(noise)


def test_a_planted_pop_is_found() -> None:
    """A shot that jumps once changes several times its usual change there."""
    shot = drifting(0.5, frames=12)
    assert largest_pop(shot) < 1.5
    shot[6:] = shot[6:, ::-1]
    assert largest_pop(shot) > 3.0


def test_spectra_tell_blurred_and_slowed_from_the_same() -> None:
    """0 for itself, 1 for tenfold power, more for what lacks its fine or its quick part."""
    random = np.random.default_rng(2)
    shot = random.random((16, 48, 48)).astype(np.float32)
    fine = [spatial_spectrum(shot)]
    assert spectral_distance(fine, fine) == 0.0
    strong = [spatial_spectrum(shot * np.float32(np.sqrt(10.0)))]
    assert spectral_distance(strong, fine) == pytest.approx(1.0, abs=1e-3)
    blurred = (shot + np.roll(shot, 1, 1) + np.roll(shot, 1, 2) + np.roll(shot, (1, 1), (1, 2))) / 4
    assert spectral_distance([spatial_spectrum(blurred)], fine) > 0.15
    slow = np.cumsum(shot - 0.5, axis=0)
    quick = [temporal_spectrum(shot)]
    assert spectral_distance(quick, quick) == 0.0
    assert spectral_distance([temporal_spectrum(slow)], quick) > 0.3


def test_frames_of_one_matte_are_paired_and_others_not() -> None:
    """The solver's variance is taken between moments of the same matte."""
    mattes = np.zeros((40, 8, 8), np.float32)
    mattes[:, 2:6, 2:6] = 1.0
    assert (0, 24) in still_pairs(mattes)
    mattes[20:] = np.roll(mattes[20:], 3, axis=2)
    assert not still_pairs(mattes)
