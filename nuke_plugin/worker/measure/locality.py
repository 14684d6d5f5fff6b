"""Holds the tests of what a picture may depend on: nothing beyond the halo, nothing at strength 0.

A network that is local by construction gives the same pixels from a tile as from the whole frame,
and a bright corner changes nothing far away; both differences are 0 but for rounding.
"""

from __future__ import annotations

import numpy as np

from nuke_plugin.worker.measure.exact_motion import Frame, Painter, shrink

CORNER_PX = 128
"""Side of the corner that turns white for the far-field test."""

GRID_PX = 32
"""A crop starts on a multiple of this, so that it lies on the grid of the networks measured."""

FAR_PX = 256
"""How far off counts as far where no halo is declared."""

TILE_PX = 120
"""Side of the part that is compared."""


def identity_difference(still: Frame, style: str, paint: Painter) -> float:
    """Mean |painted - plate| at strength 0, which should be nothing."""
    frame = shrink(still)
    return float(np.abs(paint(frame, style, 0.0) - frame).mean())


def far_field(still: Frame, style: str, paint: Painter, halo_px: int | None) -> float:
    """Largest change beyond the halo when one corner of the frame turns white.

    Without a halo, what is farther than FAR_PX from the corner counts.
    """
    frame = shrink(still)
    changed = frame.copy()
    changed[:CORNER_PX, :CORNER_PX] = 1.0
    difference = np.abs(paint(frame, style, 1.0) - paint(changed, style, 1.0))
    reach = CORNER_PX + (FAR_PX if halo_px is None else halo_px)
    difference[:reach, :reach] = 0.0
    return float(difference.max())


def tile_difference(still: Frame, style: str, paint: Painter, halo_px: int) -> float | None:
    """Largest difference between a frame's part and the same part painted from a crop with halo.

    None when the frame has no room for such a crop.
    """
    frame = shrink(still)
    side = TILE_PX + 2 * halo_px
    if side > min(frame.shape[:2]):
        return None
    top, left = ((length - side) // 2 // GRID_PX * GRID_PX for length in frame.shape[:2])
    crop = np.ascontiguousarray(frame[top : top + side, left : left + side])
    inner = slice(halo_px, halo_px + TILE_PX)
    part = paint(crop, style, 1.0)[inner, inner]
    whole = paint(frame, style, 1.0)
    top, left = top + halo_px, left + halo_px
    return float(np.abs(part - whole[top : top + TILE_PX, left : left + TILE_PX]).max())
