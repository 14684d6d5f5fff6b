"""Holds the losses on VGG16 features: what is in the picture, and how it is painted.

Every loss is a pure function whose body is the formula of its paper, and returns one value an
image, (N,), so that a style's weight and the strength can scale it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model_training.losses.palette import palette
from model_training.losses.pixels import spread, stroke_strength


def gram(feature: Tensor) -> Tensor:
    """Channel correlations (Gatys et al. 2016, eq. 3), (N, C, h, w) -> (N, C, C), in float32."""
    flat = feature.float().flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


@dataclass(frozen=True)
class StyleTarget:
    """What the style losses compare with, measured over whole paintings at training scale.

    Each maps a layer to a tensor whose first axis is the style: Gram (K, C, C), mean and
    deviation (K, C).
    `strokes` (K, bands, SHARES) is how strong brushwork is from the calmest of the painting's
    windows to the busiest; `palettes` (K, directions, shares) which colours it has.
    """

    grams: Mapping[str, Tensor]
    means: Mapping[str, Tensor]
    deviations: Mapping[str, Tensor]
    strokes: Tensor
    palettes: Tensor


@torch.no_grad()
def measure_paintings(
    features: Callable[[Tensor], Mapping[str, Tensor]],
    paintings: Sequence[Tensor],
    bands_px: Sequence[float],
) -> StyleTarget:
    """The target of whole paintings, each (1, 3, H, W) in [0, 1] at training scale."""
    measured = [features(painting) for painting in paintings]
    layers = list(measured[0])
    flat = {k: [m[k].float().flatten(2) for m in measured] for k in layers}
    return StyleTarget(
        grams={k: torch.cat([gram(m[k]) for m in measured]) for k in layers},
        means={k: torch.cat([f.mean(2) for f in flat[k]]) for k in layers},
        deviations={k: torch.cat([f.std(2) for f in flat[k]]) for k in layers},
        palettes=torch.cat([palette(painting) for painting in paintings]),
        strokes=torch.cat([spread(stroke_strength(painting, bands_px)) for painting in paintings]),
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
