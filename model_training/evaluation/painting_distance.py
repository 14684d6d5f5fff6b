"""Holds what of a style's measurements needs torch: its distance to the painting, by strength."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from model_training.data.style_target import read_paintings
from model_training.losses import perceptual
from model_training.networks.features import VggFeatures
from model_training.training.config import TrainingConfig
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure.exact_motion import Frame, Painter, shrink
from nuke_plugin.worker.measure.richness import calm_texture

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)

SWEEP_SIZE = (480, 270)
"""Width and height of the pictures that are compared with the painting."""


@dataclass(frozen=True)
class PaintingRuler:
    """Measures how near a painted frame comes to its painting, and how far from its plate.

    Both distances are relative squared ones over VGG16's layers, so the features' scales cancel and
    no photos are needed.
    """

    features: VggFeatures
    target: perceptual.StyleTarget
    paintings: Mapping[str, Sequence[Frame]]
    """By style id, at training scale; in the order of the target."""

    @classmethod
    def of(cls, config: TrainingConfig, data: Path) -> PaintingRuler:
        """Read the features and the paintings that a configuration names.

        Raises FeaturesUnreadable or PictureUnreadable.
        """
        features = VggFeatures(data / config.data.features)
        paintings = read_paintings(config, data, torch.device("cpu"))
        target = perceptual.measure_paintings(features, paintings, config.losses.stroke_bands_px)
        frames = {
            style.id: [np.ascontiguousarray(p[0].permute(1, 2, 0).numpy()) for p in own]
            for style, own in zip(config.styles, paintings, strict=True)
        }
        return cls(features, target, frames)

    @property
    def styles(self) -> tuple[str, ...]:
        """The ids of the styles whose paintings are known."""
        return tuple(self.paintings)

    def calm_texture(self, style: str) -> float:
        """Texture of the paintings' calm windows; see ``richness``."""
        return calm_texture(self.paintings[style])

    def distance(self, paint: Painter, style: str, stills: Sequence[Frame]) -> float:
        """Relative Gram distance to the painting at full strength."""
        index = self.styles.index(style)
        sweep = strength_sweep(stills, style, index, paint, self.features, self.target, (1.0,))
        return sweep["style_distance"]["1"]

    def measure(self, paint: Painter, style: str, stills: Sequence[Frame]) -> NumberTree:
        """``style_distance`` and ``content_distance`` at full strength, and ``strength_sweep``."""
        index = self.styles.index(style)
        sweep = strength_sweep(stills, style, index, paint, self.features, self.target)
        at_full = {name: by_strength["1"] for name, by_strength in sweep.items()}
        return NumberTree({**at_full, "strength_sweep": NumberTree(sweep)})


@torch.no_grad()
def strength_sweep(
    stills: Sequence[Frame],
    style: str,
    index: int,
    paint: Painter,
    features: VggFeatures,
    target: perceptual.StyleTarget,
    strengths: Sequence[float] = STRENGTHS,
) -> dict[str, dict[str, float]]:
    """Style and content distance by strength, means over the stills.

    As strength grows the style's must fall and the content's must rise.
    """
    which = torch.tensor([index])
    distances = np.zeros((2, len(strengths)))
    for still in stills:
        frame = shrink(still, SWEEP_SIZE)
        plate = features(_tensor(frame))["relu3_3"]
        for column, strength in enumerate(strengths):
            painted = features(_tensor(paint(frame, style, strength)))
            distances[0, column] += float(perceptual.style_loss(painted, target, which))
            distances[1, column] += float(perceptual.content_loss(painted["relu3_3"], plate))
    names = [f"{strength:g}" for strength in strengths]
    style_distances, content_distances = (distances / len(stills)).tolist()
    return {
        "style_distance": dict(zip(names, style_distances, strict=True)),
        "content_distance": dict(zip(names, content_distances, strict=True)),
    }


def _tensor(frame: Frame) -> torch.Tensor:
    """(H, W, 3) -> (1, 3, H, W)."""
    return torch.from_numpy(frame).permute(2, 0, 1)[None]
