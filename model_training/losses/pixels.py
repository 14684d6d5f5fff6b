"""Holds the losses on pixels: identity, smoothness, light and dark; one value an image, (N,)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def identity_loss(painted: Tensor, image: Tensor) -> Tensor:
    """Mean absolute difference to the image: what strength 0 must bring to nothing."""
    return (painted - image).abs().flatten(1).mean(1)


def total_variation_loss(painted: Tensor) -> Tensor:
    """Mean absolute difference of neighbours (Mahendran & Vedaldi 2015, beta = 1)."""
    across = (painted[..., :, 1:] - painted[..., :, :-1]).abs().flatten(1).mean(1)
    down = (painted[..., 1:, :] - painted[..., :-1, :]).abs().flatten(1).mean(1)
    return across + down


def blur(image: Tensor, sigma_px: float) -> Tensor:
    """(N, C, H, W) smoothed by a Gaussian, the edge repeated."""
    radius = int(3 * sigma_px)
    taps = torch.exp(
        -0.5 * (torch.arange(-radius, radius + 1, device=image.device) / sigma_px) ** 2
    )
    taps = (taps / taps.sum()).to(image.dtype)
    channels = image.shape[1]
    row = taps[None, None, None, :].expand(channels, 1, 1, -1)
    x = F.pad(image, (radius, radius, radius, radius), mode="replicate")
    x = F.conv2d(x, row, groups=channels)
    x = F.conv2d(x, row.transpose(2, 3), groups=channels)
    return x


def high_pass(image: Tensor) -> Tensor:
    """The image minus its Gaussian blur of 4 px: the band that holds brush strokes."""
    return image - blur(image, 4.0)


def light_and_dark(image: Tensor) -> Tensor:
    """Blurred Rec. 709 luminance: (N, 3, H, W) -> (N, 1, H, W); form without brushwork."""
    weights = image.new_tensor([0.2126, 0.7152, 0.0722])[None, :, None, None]
    return blur((image * weights).sum(1, keepdim=True), 3.0)


def tone_loss(painted: Tensor, image: Tensor) -> Tensor:
    """1 - correlation of the blurred luminances: 0 when light and dark lie where they lay.

    Blind to contrast and brightness, which belong to the painting; a crop without contrast of its
    own asks for nothing.
    """
    ours, theirs = (light_and_dark(picture).flatten(1) for picture in (painted, image))
    ours, theirs = ours - ours.mean(1, keepdim=True), theirs - theirs.mean(1, keepdim=True)
    spread = theirs.square().mean(1)
    covariance = (ours * theirs).mean(1)
    correlation = covariance / (ours.square().mean(1) * spread + 1e-8).sqrt()
    return (1.0 - correlation) * spread / (spread + 0.05**2)


STROKE_WINDOW_PX = 32
SHARES = 16


def stroke_strength(image: Tensor, bands_px: Sequence[float]) -> Tensor:
    """How strong brushwork is in each window: (N, 3, H, W) -> (N, bands, windows), display units.

    The deviation of each band of the picture inside windows that overlap by half. A band lies
    between two neighbours in `bands_px`, which are Gaussian blurs: what is finer than the first is
    grain, what is coarser than the last is form.
    """
    blurred = [blur(image, sigma) for sigma in bands_px]
    found = []
    for fine, coarse in itertools.pairwise(blurred):
        energy = (fine - coarse).square().mean(1, keepdim=True)
        inside = F.avg_pool2d(energy, STROKE_WINDOW_PX, STROKE_WINDOW_PX // 2)
        found.append((inside.flatten(1) + 1e-6).sqrt())
    return torch.stack(found, dim=1)


TAUGHT_BANDS_PX = (0.7, 1.4, 2.8, 5.6)
"""Blurs between which a student's brushwork is compared with its teacher's."""


def contrast_loss(painted: Tensor, wanted: Tensor) -> Tensor:
    """How much weaker or stronger brushwork is than in a picture of the same plate: (N,), relative.

    Window by window and band by band, blind to where in the window each stroke lies. An absolute
    difference of pixels is least where a student paints the mean of all strokes that might be
    there, which is none; this asks for the strokes it does place to be as strong as they were.
    """
    ours, theirs = (stroke_strength(picture, TAUGHT_BANDS_PX) for picture in (painted, wanted))
    apart = (ours - theirs).abs().mean(2) / theirs.mean(2)
    return apart.mean(1)


def spread(values: Tensor) -> Tensor:
    """`SHARES` evenly spaced quantiles of the last axis, from the lowest to the highest."""
    shares = torch.linspace(0.0, 1.0, SHARES, device=values.device)
    return torch.quantile(values.float(), shares, dim=-1).movedim(0, -1)


def stroke_loss(
    painted: Tensor, target: Tensor, style: Tensor, bands_px: Sequence[float]
) -> Tensor:
    """How much brushwork is missing, calm windows against calm ones and busy against busy.

    One-dimensional optimal transport between the windows' stroke strengths (Heeger & Bergen 1995
    match the same band statistics over the whole picture): (N,), relative, 0 where every share of
    the windows is at least as rich as the painting's. `target` is `StyleTarget.strokes`.
    """
    wanted = target[style]
    missing = F.relu(wanted - spread(stroke_strength(painted, bands_px)))
    return (missing / wanted.mean(2, keepdim=True)).flatten(1).mean(1)
