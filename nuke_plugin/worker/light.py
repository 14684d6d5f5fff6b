"""Holds the transform between scene light and what a network can see, and what is carried round it.

A network sees display-like values in [0, 1]; a plate holds anything from -100 to 65504. So each
pixel is split into what is shown and what is carried round the network and put back::

    negative = min(rgb, 0)                          carried, per channel
    m        = max(r, g, b) of rgb - negative
    f(m)     = m                                    for m <= 0.8
             = 0.8 + 0.2 (1 - exp((0.8 - m) / 0.2)) above, so f' is continuous and f < 1
    ratio    = m / f(m)                             carried, per pixel; 1 up to the shoulder
    shown    = encode((rgb - negative) / ratio)     the sRGB curve of IEC 61966-2-1

and back: ``decode(painted) * ratio + negative``. The ratio is the same for all three channels, so
the hue survives, and a highlight of 40 is still 40 times brighter than white after it was painted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
"""A picture as planes, float32 (3, H, W), R first."""

SHOULDER = np.float32(0.8)
"""Linear value up to which the network sees the plate as it is."""

_HEADROOM = np.float32(0.2)
_CUT_LINEAR = np.float32(0.0031308)
_CUT_ENCODED = np.float32(0.04045)


@dataclass(frozen=True)
class CarriedLight:
    """What the network does not see of a frame; None where there is nothing to carry."""

    ratio: NDArray[np.float32] | None
    """Light above the shoulder as a factor, 1 or more, (H, W)."""

    negative: Planes | None
    """The negative parts, 0 or less, (3, H, W)."""


def show(planes: Planes) -> CarriedLight:
    """Turn linear Rec.709 light into display-encoded [0, 1], in place; return what is carried.

    ``planes`` is float32 (3, H, W), finite, and may be a view.
    """
    negative = None
    if planes.min() < 0:
        negative = np.minimum(planes, 0)
        np.maximum(planes, 0, out=planes)
    ratio = None
    brightest = np.maximum(planes[0], planes[1])
    np.maximum(brightest, planes[2], out=brightest)  # (H, W)
    if brightest.max() > SHOULDER:
        ratio = _shoulder_ratio(brightest)
        planes /= ratio
    encode_srgb(planes)
    return CarriedLight(ratio, negative)


def restore(painted: Planes, carried: CarriedLight) -> Planes:
    """Return the linear Rec.709 light, (3, H, W), of a painted picture and what was carried."""
    light = decode_srgb(painted)
    if carried.ratio is not None:
        light *= carried.ratio
    if carried.negative is not None:
        light += carried.negative
    return light


def mix(painted: Planes, shown: Planes, amount: float) -> Planes:
    """Return ``amount`` of a painted picture over the one that was shown, mixed as light.

    All three are (3, H, W), display encoded; amount is 0 to 1. What is carried round the network
    is put back by a factor and a sum that both share, so this equals a mix of the restored light.
    """
    light = decode_srgb(shown)
    light += (decode_srgb(painted) - light) * np.float32(amount)
    encode_srgb(light)
    return light


def encode_srgb(planes: Planes) -> None:
    """Apply the sRGB curve to linear values of 0 or more, in place."""
    for plane in planes:
        toe = plane * np.float32(12.92)
        is_toe = plane <= _CUT_LINEAR
        np.power(plane, np.float32(1 / 2.4), out=plane)
        plane *= np.float32(1.055)
        plane -= np.float32(0.055)
        np.copyto(plane, toe, where=is_toe)
        np.minimum(plane, 1, out=plane)


def decode_srgb(planes: Planes) -> Planes:
    """Return the linear values, (3, H, W), of sRGB-encoded ones, which are held to [0, 1]."""
    linear = np.clip(planes, 0, 1)
    for plane in linear:
        toe = plane / np.float32(12.92)
        is_toe = plane <= _CUT_ENCODED
        plane += np.float32(0.055)
        plane /= np.float32(1.055)
        np.power(plane, np.float32(2.4), out=plane)
        np.copyto(plane, toe, where=is_toe)
    return linear


def _shoulder_ratio(brightest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return m / f(m), (H, W), for the brightest channel m of each pixel."""
    above = np.maximum(brightest - SHOULDER, 0)
    seen = np.minimum(brightest, SHOULDER) - _HEADROOM * np.expm1(-above / _HEADROOM)
    ratio: NDArray[np.float32] = np.ones_like(brightest)
    np.divide(brightest, seen, out=ratio, where=above > 0)
    return ratio
