"""Holds how much a style paints where the plate itself has nothing: richness in flat areas.

A style that only redraws the plate's own detail leaves skies and out-of-focus grounds bare, and the
texture of the whole frame hides it. So texture is measured in the plate's smooth windows alone, and
held against the calm parts of the painting: a painter leaves few areas without brushwork.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.measure.exact_motion import Frame

WINDOW_PX = 48
"""Side of a window."""

SMOOTH_PLATE = 0.01
"""A window is flat where the plate's own texture is below this, in display units."""

CALM_SHARE = 0.25
"""The painting's calm windows are this share of them, those with the least texture."""

HIGH_PASS_SIGMA_PX = 4.0
"""As for ``texture``."""


def window_textures(frame: Frame) -> NDArray[np.float64]:
    """Texture inside each whole window of a frame, row by row: (rows, columns)."""
    square = np.square(frame - cv2.GaussianBlur(frame, (0, 0), HIGH_PASS_SIGMA_PX)).mean(axis=2)
    rows, columns = (length // WINDOW_PX for length in square.shape)
    cut = square[: rows * WINDOW_PX, : columns * WINDOW_PX].astype(np.float64)
    windows = cut.reshape(rows, WINDOW_PX, columns, WINDOW_PX).mean(axis=(1, 3))
    return np.asarray(np.sqrt(windows))


def flat_texture(plates: Sequence[Frame], painted: Sequence[Frame]) -> float | None:
    """Root mean square of the painted texture in windows where the plate is flat.

    None when no plate has such a window.
    """
    found = [
        window_textures(picture)[window_textures(plate) < SMOOTH_PLATE]
        for plate, picture in zip(plates, painted, strict=True)
    ]
    windows = np.concatenate(found)
    if windows.size == 0:
        return None
    return float(np.sqrt(np.square(windows).mean()))


def calm_texture(paintings: Sequence[Frame]) -> float:
    """Root mean square of the texture in the calm windows of a style's paintings, taken together.

    ValueError when they are all smaller than a window.
    """
    windows = np.sort(np.concatenate([window_textures(p).ravel() for p in paintings]))
    if windows.size == 0:
        raise ValueError(f"no painting holds a window of {WINDOW_PX} px")
    calm = windows[: max(1, round(CALM_SHARE * windows.size))]
    return float(np.sqrt(np.square(calm).mean()))
