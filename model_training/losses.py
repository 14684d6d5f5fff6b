"""Holds the losses as pure functions: each body is the formula of its paper.

Every loss returns one value an image, (N,), so that a style's weight and the strength can scale it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


def gram(feature: Tensor) -> Tensor:
    """Channel correlations (Gatys et al. 2016, eq. 3), (N, C, h, w) -> (N, C, C), in float32."""
    flat = feature.float().flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


@dataclass(frozen=True)
class StyleTarget:
    """What the style losses compare with, measured over whole paintings at training scale.

    Each maps a layer to a tensor whose first axis is the style: Gram (K, C, C), mean and
    deviation (K, C).
    """

    grams: Mapping[str, Tensor]
    means: Mapping[str, Tensor]
    deviations: Mapping[str, Tensor]


@torch.no_grad()
def measure_paintings(
    features: Callable[[Tensor], Mapping[str, Tensor]], paintings: Sequence[Tensor]
) -> StyleTarget:
    """The target of whole paintings, each (1, 3, H, W) in [0, 1] at training scale."""
    measured = [features(painting) for painting in paintings]
    layers = list(measured[0])
    flat = {k: [m[k].float().flatten(2) for m in measured] for k in layers}
    return StyleTarget(
        grams={k: torch.cat([gram(m[k]) for m in measured]) for k in layers},
        means={k: torch.cat([f.mean(2) for f in flat[k]]) for k in layers},
        deviations={k: torch.cat([f.std(2) for f in flat[k]]) for k in layers},
    )


def style_loss(features: Mapping[str, Tensor], target: StyleTarget, style: Tensor) -> Tensor:
    """Relative squared Gram distance (Gatys et al. 2016, eq. 4), averaged over the layers.

    `style` (N,) is each image's style index.
    """
    total = torch.zeros(style.shape[0], device=style.device)
    for layer, feature in features.items():
        wanted = target.grams[layer][style]
        distance = (gram(feature) - wanted).square().flatten(1).sum(1)
        total = total + distance / wanted.square().flatten(1).sum(1)
    return total / len(features)


def moment_loss(features: Mapping[str, Tensor], target: StyleTarget, style: Tensor) -> Tensor:
    """Relative distance of channel means and deviations (Huang & Belongie 2017, eq. 13)."""
    total = torch.zeros(style.shape[0], device=style.device)
    for layer, feature in features.items():
        flat = feature.float().flatten(2)
        for value, wanted in (
            (flat.mean(2), target.means[layer][style]),
            (flat.std(2), target.deviations[layer][style]),
        ):
            total = total + (value - wanted).square().sum(1) / wanted.square().sum(1)
    return total / (2 * len(features))


def content_loss(feature: Tensor, wanted: Tensor) -> Tensor:
    """Relative squared feature distance (Johnson et al. 2016, eq. 2)."""
    wanted = wanted.float()
    return (feature.float() - wanted).square().flatten(1).mean(1) / wanted.square().flatten(1).mean(
        1
    )


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


def tone_loss(painted: Tensor, image: Tensor) -> Tensor:
    """1 - correlation of the blurred luminances: 0 when light and dark lie where they lay.

    Blind to contrast and brightness, which belong to the painting; a crop without contrast of its
    own asks for nothing.
    """
    weights = image.new_tensor([0.2126, 0.7152, 0.0722])[None, :, None, None]
    ours, theirs = (
        blur((picture * weights).sum(1, keepdim=True), 3.0).flatten(1)
        for picture in (painted, image)
    )
    ours, theirs = ours - ours.mean(1, keepdim=True), theirs - theirs.mean(1, keepdim=True)
    spread = theirs.square().mean(1)
    covariance = (ours * theirs).mean(1)
    correlation = covariance / (ours.square().mean(1) * spread + 1e-8).sqrt()
    return (1.0 - correlation) * spread / (spread + 0.05**2)


def stability_loss(warped: Tensor, painted: Tensor, visible: Tensor) -> Tensor:
    """Mean absolute difference where both see the same scene (Wang et al. 2020, eq. 9).

    warped  (N, 3, H, W) the first painting moved by the known motion
    painted (N, 3, H, W) the painting of the moved picture
    visible (N, 1, H, W) 1 where both are defined
    """
    difference = (warped - painted).abs() * visible
    return difference.flatten(1).sum(1) / (3.0 * visible.flatten(1).sum(1).clamp_min(1.0))


def boil_loss(warped: Tensor, painted: Tensor, visible: Tensor) -> Tensor:
    """Stability over the texture it rides on: (N,), near 0 when strokes move with the picture.

    The same ratio as the *boil* that is measured on the finished style: a flat picture wins nothing
    by being flat. The texture enters as a constant: else the cheapest way down were to boil more.
    """
    difference = (warped - painted).square() * visible
    error = difference.flatten(1).sum(1) / (3.0 * visible.flatten(1).sum(1).clamp_min(1.0))
    texture = high_pass(painted).flatten(1).var(1).detach()
    return (error + 1e-6).sqrt() / (2.0 * texture + 1e-4).sqrt()


def generator_hinge_loss(scores: Tensor) -> Tensor:
    """-E[D(G(x))] (Lim & Ye 2017)."""
    return -scores.flatten(1).mean(1)


def discriminator_hinge_loss(real: Tensor, painted: Tensor) -> Tensor:
    """E[max(0, 1 - D(real))] + E[max(0, 1 + D(painted))] (Lim & Ye 2017)."""
    return F.relu(1.0 - real).flatten(1).mean(1) + F.relu(1.0 + painted).flatten(1).mean(1)


def r1_penalty(scores: Tensor, real: Tensor) -> Tensor:
    """E[|grad D(real)|^2] / 2 (Mescheder et al. 2018, eq. 9) for one of the patches judged.

    `real` must require gradients. Without the division by the patches the penalty grows with the
    crop and silences the discriminator.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
    patches = scores.numel() / real.shape[0]
    return 0.5 * gradient.square().flatten(1).sum(1) / patches
