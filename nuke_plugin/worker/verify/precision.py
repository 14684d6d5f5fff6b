"""Holds the comparison of a network in half precision with the same in single precision.

On a processor without half precision arithmetic ONNX Runtime counts in float32 and rounds tensors
to float16 between operators; weights are rounded everywhere. So what is measured here is near what
a GPU gives, whose sums are float32 too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.library import HALF_TOLERANCE as HALF_TOLERANCE
from nuke_plugin.worker.verify.pictures import extremes, small_stills

PROBE_SIDE_PX = 160

PaintTensor = Callable[[NDArray[np.float32], Sequence[float], float], NDArray[np.float32]]
"""Paints (1, 3, H, W) with a weight for each style at a strength."""


def half_difference(full: PaintTensor, half: PaintTensor, styles: int, at_most: int = 0) -> float:
    """Return the largest |half - full| over pictures, styles and strengths; NaN if there is one.

    ``styles`` is how many the network has; ``at_most`` of them are tried, 0 for all.
    """
    pictures = {**extremes(PROBE_SIDE_PX), **small_stills(PROBE_SIDE_PX)}
    worst = 0.0
    for style in np.eye(styles)[: at_most or styles]:
        weights = tuple(float(weight) for weight in style)
        for index, picture in enumerate(pictures.values()):
            strength = 0.5 if index == len(pictures) - 1 else 1.0
            image = picture[np.newaxis]
            difference = half(image, weights, strength) - full(image, weights, strength)
            worst = float(np.maximum(worst, np.abs(difference).max()))
    return worst
