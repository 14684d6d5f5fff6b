"""Holds what of a style's measurements needs torch: its distance to the painting, by strength."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from model_training.losses import perceptual
from model_training.networks.features import VggFeatures
from nuke_plugin.worker.measure.exact_motion import Frame, Painter, shrink

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)

SWEEP_SIZE = (480, 270)
"""Width and height of the pictures that are compared with the painting."""


@torch.no_grad()
def strength_sweep(
    stills: Sequence[Frame],
    style: str,
    index: int,
    paint: Painter,
    features: VggFeatures,
    target: perceptual.StyleTarget,
) -> dict[str, dict[str, float]]:
    """Style and content distance at five strengths: style must fall, content must rise."""
    sweep: dict[str, dict[str, float]] = {"style_distance": {}, "content_distance": {}}
    which = torch.tensor([index])
    for strength in STRENGTHS:
        style_distances, content_distances = [], []
        for still in stills:
            frame = shrink(still, SWEEP_SIZE)
            images = [frame, paint(frame, style, strength)]
            plate, painted = (
                features(torch.from_numpy(image).permute(2, 0, 1)[None]) for image in images
            )
            style_distances.append(float(perceptual.style_loss(painted, target, which)))
            layer = "relu3_3"
            content_distances.append(float(perceptual.content_loss(painted[layer], plate[layer])))
        sweep["style_distance"][f"{strength:g}"] = float(np.mean(style_distances))
        sweep["content_distance"][f"{strength:g}"] = float(np.mean(content_distances))
    return sweep
