"""The measurements' promises: known pictures give known numbers, so a gate can be believed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from nuke_plugin.worker.measure import locality, stability
from nuke_plugin.worker.measure.exact_motion import FRAME_SIZE, MOVES, Frame


@pytest.fixture(scope="module")
def still() -> Frame:
    """A picture with detail at several scales, larger than a frame."""
    random = np.random.default_rng(0)
    coarse = cv2.resize(random.random((68, 120, 3)), (1200, 680), interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(random.random((680, 1200, 3)), (0, 0), 2.0)
    return np.clip(0.7 * coarse + 1.5 * (fine - 0.5) + 0.15, 0, 1).astype(np.float32)


def untouched(frame: Frame, style: str, strength: float) -> Frame:
    """Paint nothing."""
    return frame


class FixedPattern:
    """Lays one noise over every frame, as a dirty lens would: it never moves with the picture."""

    def __init__(self) -> None:
        width, height = FRAME_SIZE
        noise = np.random.default_rng(5).normal(0, 0.2, (height, width, 3))
        self.noise = cv2.GaussianBlur(noise, (0, 0), 1.0).astype(np.float32)

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """Replace the picture by the pattern."""
        return 0.5 + self.noise


def test_an_untouched_plate_hardly_boils(still: Frame) -> None:
    """The plate moves with itself, but for resampling."""
    gates = stability.measure_stability([still], ["none"], untouched)
    for move in MOVES:
        assert gates["none"]["boil"][move] < 0.15
        assert gates["none"]["e_stab"][move] == gates["plate"]["e_stab"][move]


def test_a_pattern_on_the_lens_boils_fully(still: Frame) -> None:
    """Strokes that are unrelated to the picture's motion have a boil near 1."""
    gates = stability.measure_stability([still], ["lens"], FixedPattern())
    for move in ("pan", "push", "roll"):
        assert 0.75 < gates["lens"]["boil"][move] < 1.15


def test_grain_that_passes_has_a_gain_of_one(still: Frame) -> None:
    """A painter that does nothing keeps the grain; one that halves contrast halves it."""
    assert stability.grain_gain(still, "none", untouched) == pytest.approx(1.0)
    halved = stability.grain_gain(still, "half", lambda f, s, a: (0.5 * f).astype(np.float32))
    assert halved == pytest.approx(0.5, rel=1e-3)


def test_a_global_statistic_is_found_out(still: Frame) -> None:
    """A painter that subtracts the frame's mean is neither local nor tileable."""

    def centred(frame: Frame, style: str, strength: float) -> Frame:
        return frame - frame.mean()

    assert locality.far_field(still, "mean", centred, 40) > 1e-3
    assert locality.tile_difference(still, "mean", centred, 40) > 1e-3
    assert locality.far_field(still, "none", untouched, 40) == 0.0
    assert locality.tile_difference(still, "none", untouched, 40) == 0.0


def test_identity_is_measured_at_strength_zero(still: Frame) -> None:
    """A mix by strength is the plate at 0."""

    def mixed(frame: Frame, style: str, strength: float) -> Frame:
        return (1 - strength) * frame + strength

    assert locality.identity_difference(still, "white", mixed) == 0.0
    assert locality.identity_difference(still, "lens", FixedPattern()) > 0.05
