"""Holds the upsampling that draws no lattice of its own, in two halves round a convolution."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def twice(x: Tensor, *, exporting: bool) -> Tensor:
    """Bilinear: (N, C, h, w) -> (N, C, 2h, 2w)."""
    if exporting:
        # Changes no value. ONNX Runtime lays channels out in blocks for a pooling, and then
        # upsamples in blocks, where it would reorder four times as many pixels afterwards.
        x = F.max_pool2d(x, 1)
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def soften(x: Tensor, pad_mode: str) -> Tensor:
    """The second half of a spline's upsampling: each pixel 1, 2, 1 with its neighbours.

    Bilinear upsampling has the taps 1, 3, 3, 1; with these behind it they are 1, 5, 10, 10, 5,
    1, the subdivision of a quartic B-spline (Lane & Riesenfeld 1980). It commutes with a
    convolution, so it stands behind the one that has fewest channels.
    """
    # Two means of two pixels: no constant that would stay on the device of an export.
    zeros = pad_mode == "zeros"
    if not zeros:
        x = F.pad(x, (1, 1, 1, 1), mode=pad_mode)
    x = F.avg_pool2d(x, 2, stride=1, padding=1 if zeros else 0)
    return F.avg_pool2d(x, 2, stride=1)
