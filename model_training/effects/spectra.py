"""Holds the power spectra of effects, in space and in time, and how far two of them lie apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BANDS = 12
"""Bands of equal ratio that a spectrum is summed in."""

FLOOR = 1e-4
"""Of the strongest band: what is weaker in the solver is rounding, and is not compared."""

Planes = NDArray[np.float32]
Spectrum = NDArray[np.float64]


def spatial_spectrum(frames: Planes) -> Spectrum:
    """Mean power of frames (T, H, W) in rings of frequency, (BANDS,), from 1/64 to 1/2 a pixel."""
    height, width = frames.shape[1:]
    window = np.hanning(height)[:, None] * np.hanning(width)
    means = frames.mean((1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2((frames - means) * window)) ** 2
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    return _in_bands(power.mean(0), frequency, 1 / 64)


def temporal_spectrum(frames: Planes) -> Spectrum:
    """Mean power over the pixels of a shot (T, H, W), (BANDS,), from 1/T to 1/2 a frame."""
    length = len(frames)
    window = np.hanning(length)[:, None, None]
    power = np.abs(np.fft.rfft((frames - frames.mean(0)) * window, axis=0)) ** 2
    return _in_bands(power.mean((1, 2)), np.fft.rfftfreq(length), 1 / length)


def spectral_distance(made: Sequence[Spectrum], solved: Sequence[Spectrum]) -> float:
    """Mean |log10| of the ratio of two spectra, each the sum over shots, band by band.

    0 where they are equal, 1 where power differs tenfold. Bands in which the solver has next to
    nothing are left out.
    """
    ours, theirs = np.sum(made, axis=0), np.sum(solved, axis=0)
    counted = np.isfinite(theirs) & (theirs > FLOOR * np.nanmax(theirs))
    least = FLOOR * 1e-2 * np.nanmax(theirs)
    ratio = np.maximum(ours[counted], least) / theirs[counted]
    return float(np.abs(np.log10(ratio)).mean())


def _in_bands(power: Spectrum, frequency: NDArray[np.floating], lowest: float) -> Spectrum:
    """Mean power in each band; NaN where a band holds no frequency of this picture."""
    edges = np.geomspace(lowest, 0.5, BANDS + 1)
    edges[-1] += 1e-9
    number = np.digitize(frequency, edges).ravel() - 1
    inside = (number >= 0) & (number < BANDS)
    sums = np.bincount(number[inside], power.ravel()[inside], BANDS)
    counts = np.bincount(number[inside], minlength=BANDS)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / np.where(counts, counts, np.nan))
