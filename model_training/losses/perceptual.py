"""Holds the losses on VGG16 features: what is in the picture, and how it is painted.

Every loss is a pure function whose body is the formula of its paper, and returns one value an
image, (N,), so that a style's weight and the strength can scale it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model_training.losses.palette import cells, palette
from model_training.losses.pixels import spread, stroke_strength


def gram(feature: Tensor) -> Tensor:
    """Channel correlations (Gatys et al. 2016, eq. 3), (N, C, h, w) -> (N, C, C), in float32."""
    return _gram(feature.float().flatten(2))


def _gram(flat: Tensor) -> Tensor:
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
    paintings: Sequence[Sequence[Tensor]],
    bands_px: Sequence[float],
) -> StyleTarget:
    """The target of each style's paintings, each (1, 3, H, W) in [0, 1] at training scale.

    Several paintings of a style are measured as one large one: every place counts alike.
    """
    flat = [_pooled([features(painting) for painting in style]) for style in paintings]
    layers = list(flat[0])
    return StyleTarget(
        grams={k: torch.cat([_gram(f[k]) for f in flat]) for k in layers},
        means={k: torch.cat([f[k].mean(2) for f in flat]) for k in layers},
        deviations={k: torch.cat([f[k].std(2) for f in flat]) for k in layers},
        palettes=torch.cat([palette(torch.cat([cells(p) for p in s], 2)) for s in paintings]),
        strokes=torch.cat(
            [
                spread(torch.cat([stroke_strength(p, bands_px) for p in style], 2))
                for style in paintings
            ]
        ),
    )


def _pooled(measured: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Each layer's features at all places of all images: (1, C, places)."""
    return {k: torch.cat([m[k].float().flatten(2) for m in measured], 2) for k in measured[0]}


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
