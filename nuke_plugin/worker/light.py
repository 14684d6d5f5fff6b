"""Holds the transform pairs between scene light and what a network can see: three policies.

A network sees display-like values in [0, 1]; a plate holds anything from -100 to 65504. A policy
says what of a pixel is shown and what becomes of the rest. ``show`` gives a network's picture,
``restore`` the light of the painted one; of an unpainted one it is the plate again, within float
precision, except with *clip*. With m the brightest of r, g, b once negative parts are taken out::

    carry     negative = min(rgb, 0)                           carried, per channel
              f(m)     = m                                     for m <= 0.8
                       = 0.8 + 0.2 (1 - exp((0.8 - m) / 0.2))  above, so f' is continuous and f < 1
              ratio    = m / f(m)                              carried, per pixel; 1 up to 0.8
              shown    = encode((rgb - negative) / ratio)      the sRGB curve of IEC 61966-2-1
              back     : decode(painted) ratio + negative

    compress  negative                                         carried likewise
              g(m)     = ``log_shoulder``, 0.25 to 4 x 65504   nothing of the positive is carried
              shown    = encode((rgb - negative) g(m) / m)
              back     : decode(painted) n(p) / p + negative, p its brightest channel, g(n) = p

    clip      shown    = encode(min(max(rgb, 0), 1))           nothing is carried
              back     : decode(painted), in [0, 1]

One factor serves all three channels, so the hue survives. With *carry* a highlight of 40 is still
40 times brighter than white after it was painted, yet the network has seen only white. With
*compress* it has seen what is in it, and decides how bright it becomes; white paint would then be
65504, so no paint may be brighter than white and than the brightest light near it (``hold``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.light_settings import CARRY, CLIP, COMPRESS
from nuke_plugin.worker.log_shoulder import LogShoulder
from nuke_plugin.worker.planes import Planes

SHOULDER = np.float32(0.8)
"""Linear value up to which *carry* shows the plate as it is."""

LOG_SHOULDER = LogShoulder(knee=0.25, top=4 * 65504.0)
"""What *compress* does to the brightest channel. In the widest spaces, ACES2065-1 or XYZ, 65504 is
up to four times as much in Rec.709's narrow ones."""

NEAR_PX = 16
"""How far *compress* looks for light that paint may be as bright as; within twice that it fades."""

_HEADROOM = np.float32(0.2)
_CUT_LINEAR = np.float32(0.0031308)
_CUT_ENCODED = np.float32(0.04045)


@dataclass(frozen=True)
class CarriedLight:
    """What the network does not see of a frame; None where there is nothing to carry."""

    ratio: NDArray[np.float32] | None = None
    """Light above the shoulder as a factor, 1 or more, (H, W)."""

    negative: Planes | None = None
    """The negative parts, 0 or less, (3, H, W)."""


class LightPolicy(ABC):
    """One transform pair between linear Rec.709 light and display-encoded [0, 1]."""

    name: str
    """As the wire and the command call it."""

    @abstractmethod
    def show(self, planes: Planes) -> CarriedLight:
        """Turn light into what the network sees, in place; return what is carried.

        ``planes`` is float32 (3, H, W), finite, and may be a view.
        """

    def restore(self, painted: Planes, carried: CarriedLight) -> Planes:
        """Return the light, (3, H, W), of a painted picture and what was carried."""
        light = self._light_of(painted)
        if carried.ratio is not None:
            light *= carried.ratio
        if carried.negative is not None:
            light += carried.negative
        return light

    def mix(self, painted: Planes, shown: Planes, amount: float) -> Planes:
        """Return ``amount`` of a painted picture over the one that was shown, mixed as light.

        All three are (3, H, W), display encoded; amount is 0 to 1. What is carried round the
        network is put back by a factor and a sum that both share, so this equals a mix of the
        restored light.
        """
        light = self._light_of(shown)
        light += (self._light_of(painted) - light) * np.float32(amount)
        self._encode(light)
        return light

    def hold(self, painted: Planes, shown: Planes) -> None:
        """Hold a painted picture to what it may be beside the one shown, in place."""
        return None

    def _light_of(self, encoded: Planes) -> Planes:
        return decode_srgb(encoded)

    def _encode(self, light: Planes) -> None:
        encode_srgb(light)


class Carry(LightPolicy):
    """A smooth shoulder into the network's range; the ratio above it goes round the network."""

    name = CARRY

    def show(self, planes: Planes) -> CarriedLight:
        """Show the plate below the shoulder as it is."""
        negative = _take_negative(planes)
        ratio = None
        brightest = _brightest(planes)
        if brightest.max() > SHOULDER:
            ratio = _shoulder_ratio(brightest)
            planes /= ratio
        encode_srgb(planes)
        return CarriedLight(ratio, negative)


class Compress(LightPolicy):
    """A logarithm above a knee: all light, up to 65504 in any space, goes through the network."""

    name = COMPRESS

    def show(self, planes: Planes) -> CarriedLight:
        """Show what is bright darker, in steps that follow its ratios."""
        negative = _take_negative(planes)
        self._encode(planes)
        return CarriedLight(None, negative)

    def hold(self, painted: Planes, shown: Planes) -> None:
        """Dim paint that is brighter than white and than all that was shown near it."""
        ceiling = np.maximum(_brightest(shown), _WHITE_COMPRESSED)  # (H, W)
        side = 2 * NEAR_PX + 1
        ceiling = cv2.dilate(ceiling, np.ones((side, side), np.uint8))
        # A mean of what reached at least to its own middle, so still no less than the pixel's own.
        ceiling = cv2.blur(ceiling, (side, side), borderType=cv2.BORDER_REPLICATE)
        brightest = _brightest(painted)
        too_bright = brightest > ceiling
        if too_bright.any():
            factor = np.ones_like(brightest)
            np.divide(ceiling, brightest, out=factor, where=too_bright)
            painted *= factor

    def _light_of(self, encoded: Planes) -> Planes:
        light = decode_srgb(encoded)
        squeezed = _brightest(light)
        light *= _quotient(LOG_SHOULDER.expand(squeezed), squeezed)
        return light

    def _encode(self, light: Planes) -> None:
        brightest = _brightest(light)
        light *= _quotient(LOG_SHOULDER.squeeze(brightest), brightest)
        encode_srgb(light)


class Clip(LightPolicy):
    """Only what a display shows: light is cut off at 0 and 1, also in the result."""

    name = CLIP

    def show(self, planes: Planes) -> CarriedLight:
        """Show the plate cut off at 0 and 1."""
        np.clip(planes, 0, 1, out=planes)
        encode_srgb(planes)
        return CarriedLight()


POLICIES: dict[str, LightPolicy] = {policy.name: policy for policy in (Carry(), Compress(), Clip())}
"""The policies by name."""


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


def _take_negative(planes: Planes) -> Planes | None:
    """Take the negative parts out, in place, and return them; None when there are none."""
    if planes.min() >= 0:
        return None
    negative: Planes = np.minimum(planes, 0)
    np.maximum(planes, 0, out=planes)
    return negative


def _brightest(planes: Planes) -> NDArray[np.float32]:
    """Return the greatest channel of each pixel, (H, W)."""
    brightest = np.maximum(planes[0], planes[1])
    np.maximum(brightest, planes[2], out=brightest)
    return np.asarray(brightest, np.float32)


def _quotient(above: NDArray[np.float32], below: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return above / below, 1 where below is 0."""
    quotient = np.ones_like(below)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient


def _shoulder_ratio(brightest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return m / f(m), (H, W), for the brightest channel m of each pixel."""
    above = np.maximum(brightest - SHOULDER, 0)
    seen = np.minimum(brightest, SHOULDER) - _HEADROOM * np.expm1(-above / _HEADROOM)
    ratio: NDArray[np.float32] = np.ones_like(brightest)
    np.divide(brightest, seen, out=ratio, where=above > 0)
    return ratio


def _white_compressed() -> np.float32:
    """Return what *compress* shows of white."""
    white: Planes = np.ones((3, 1, 1), np.float32)
    Compress().show(white)
    return np.float32(white[0, 0, 0])


_WHITE_COMPRESSED = _white_compressed()
