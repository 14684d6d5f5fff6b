"""Holds the keeping of the plate's colour, on pixels; the formula is ``contract/plate_colour``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.plate_colour import LEAST_LUMA, LUMA_WEIGHTS
from nuke_plugin.worker.planes import Planes


def keep_plate_colour(painted: Planes, plate: Planes, amount: float) -> None:
    """Give a painting the plate's chroma, in place, by ``amount`` from 0 (none) to 1 (all of it).

    Both are finite scene light in the result's space, (3, H, W).
    """
    if amount == 0:
        return
    plate_luma, painted_luma = _luma(plate), _luma(painted)  # (H, W)
    dimmed = np.minimum(painted_luma / np.maximum(plate_luma, np.float32(LEAST_LUMA)), 1)
    white = np.maximum(painted_luma - plate_luma, 0)
    for result, channel in zip(painted, plate, strict=True):
        kept = np.maximum(channel, 0) * dimmed + white + np.minimum(channel, 0)
        result += np.float32(amount) * (kept - result)


def _luma(planes: Planes) -> NDArray[np.float32]:
    """Return the luma of the positive parts, (H, W)."""
    weights = np.array(LUMA_WEIGHTS, np.float32)
    luma: NDArray[np.float32] = np.tensordot(weights, np.maximum(planes, 0), axes=1)
    return luma
