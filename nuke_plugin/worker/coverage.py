"""Holds the way from colours that are multiplied by alpha to straight ones, and back.

A premultiplied element stands over black: painted so, its soft edge gets a dark rim, and the paint
on its empty surroundings lights up whatever it is put over. So by each pixel's share s in [0, 1]::

    straight  = rgb / s                      what is shown
    result    = painted s                    what comes back; unpainted it is rgb again

Where nothing is (s = 0) the straight colours nearby are shown, so that strokes near an edge meet no
black, and the pixel itself comes back as it was. The share is alpha, but

* light without alpha (a glow, a spark: alpha 0, or 1000 times less than its colours) has a share
  of its own, 1 from a brightness of 0.001 on: it is painted as it stands and added as before;
* ``auto`` looks at what lies beside an edge, where alpha is 0. If that is a picture, the alpha is
  a matte over a plate that was never multiplied, and s tends to 1: nothing is divided. If it is
  black, the alpha is taken at its word. ``on`` always takes it so.

Everything is worked out from within ``REACH_PX`` of a pixel, so frames and crops agree, and no
threshold is a step: a frame can never jump because one of its pixels changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.light_settings import AUTO
from nuke_plugin.worker.planes import Planes

Plane = NDArray[np.float32]
"""One value a pixel, float32 (H, W)."""

REACH_PX = 128
"""How far from a pixel the plate may change what its straight colour is."""

_BESIDE_PX = 32
"""How far ``auto`` looks for a picture beside an edge."""

_EXTENDED_PX = (64, 16, 4)
"""How far empty pixels look for a colour; what is found nearest counts most."""

_LEAST_SHARE = np.float32(2.0**-12)
"""Shares below are 0: dividing by them would show a half float's last bit."""

_OWN_LIGHT = np.float32(0.001)
"""Brightness from which light without alpha has the share 1."""

_LIGHT_STOPS = (7.0, 10.0)
"""By how many stops colours exceed alpha, none and all of them being light without alpha."""

_BESIDE = (0.005, 0.05)
"""Brightness beside an edge against that of the element, between nothing and a picture."""

_FAINT = np.float32(1e-4)
"""Coverage within a reach that yields to the colours found within a larger one."""


@dataclass(frozen=True)
class Coverage:
    """How much of each painted pixel lies in the result, and what is not painted at all."""

    share: Plane
    """The s of the module's text, (H, W)."""

    kept: Planes | None
    """Linear colours of pixels whose share is 0, (3, H, W), and 0 elsewhere; None if all are 0."""

    def restore(self, light: Planes, rows: slice) -> None:
        """Bring the straight light of some rows, (3, rows, W), to the result's, in place."""
        light *= self.share[rows]
        if self.kept is not None:
            light += self.kept[:, rows]


def uncover(planes: Planes, alpha: Plane, premult: str) -> Coverage | None:
    """Make linear premultiplied colours, (3, H, W), straight, in place; return the way back.

    ``planes`` are finite; ``alpha`` (H, W) may be anything, what is no number counts as 1.
    ``premult`` is ``auto`` or ``on``. None where there is nothing to divide by: alpha is 1 in the
    whole frame, or, with ``auto``, 0 in the whole frame, which is a channel that nobody filled.
    """
    opacity: Plane = np.clip(np.nan_to_num(alpha, nan=1.0), 0, 1).astype(np.float32)
    if opacity.min() == 1 or (premult == AUTO and opacity.max() == 0):
        return None
    brightest: Plane = np.maximum(planes.max(axis=0), 0)
    share = np.maximum(opacity, _own_light(brightest, opacity))
    if premult == AUTO:
        picture = _picture_beside(brightest, opacity)
        picture *= np.minimum(brightest / _OWN_LIGHT, 1)
        np.maximum(share, opacity + (1 - opacity) * picture, out=share)
    share[share < _LEAST_SHARE] = 0
    is_empty = share == 0
    kept = None
    if is_empty.any():
        if planes[:, is_empty].any():
            kept = np.where(is_empty, planes, np.float32(0))
        planes[:, is_empty] = 0
        planes /= np.where(is_empty, np.float32(1), share)
        _extend(planes, share, is_empty)
    else:
        planes /= share
    return Coverage(share, kept)


def _own_light(brightest: Plane, opacity: Plane) -> Plane:
    """Return the share, (H, W), of light that no alpha accounts for."""
    stops = np.log2(np.maximum(brightest, 1e-12)) - np.log2(np.maximum(opacity, 1e-12))
    own: Plane = _rise(stops, *_LIGHT_STOPS) * np.minimum(brightest / _OWN_LIGHT, 1)
    return own


def _picture_beside(brightest: Plane, opacity: Plane) -> Plane:
    """Return whether a picture lies where alpha is 0 near each pixel, (H, W) in [0, 1]."""
    is_outside = (1 - opacity) ** 64  # 0.5 at an alpha of 0.01
    is_inside = opacity * (1 - is_outside)
    inside = _mean(brightest * (1 - is_outside), _BESIDE_PX)
    inside /= np.maximum(_mean(is_inside, _BESIDE_PX), _FAINT)
    inside += _OWN_LIGHT
    # One spark is no picture, however bright.
    outside = _mean(np.minimum(brightest, inside) * is_outside, _BESIDE_PX)
    outside /= np.maximum(_mean(is_outside, _BESIDE_PX), _FAINT)
    return _rise(outside / inside, *_BESIDE)


def _extend(planes: Planes, share: Plane, is_empty: NDArray[np.bool_]) -> None:
    """Fill empty pixels with the colours nearby, in place; beyond reach they fade to black."""
    cover = [_mean(share, reach_px) + _FAINT for reach_px in _EXTENDED_PX]
    for plane in planes:
        multiplied = plane * share
        filled: Plane = np.zeros_like(plane)
        for reach_px, covered in zip(_EXTENDED_PX, cover, strict=True):
            filled = (_mean(multiplied, reach_px) + _FAINT * filled) / covered
        np.copyto(plane, filled, where=is_empty)


def _mean(plane: Plane, reach_px: int) -> Plane:
    """Return the mean round each pixel, (H, W), weighted less towards the reach; outside is 0.

    Two means over squares: after one, a network would see the squares' edges and paint them.
    """
    side = 2 * (reach_px // 2) + 1
    once = cv2.blur(plane, (side, side), borderType=cv2.BORDER_CONSTANT)
    mean = cv2.blur(once, (side, side), borderType=cv2.BORDER_CONSTANT)
    # Running sums may end a little below 0 where there is nothing.
    return np.asarray(np.maximum(mean, 0) if plane.min() >= 0 else mean, np.float32)


def _rise(value: Plane, low: float, high: float) -> Plane:
    """Return a smooth step from 0 at ``low`` to 1 at ``high``."""
    t: Plane = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    rise: Plane = t * t * (3 - 2 * t)
    return rise
