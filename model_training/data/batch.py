"""Holds what one training step sees: photos, their known motion, and the styles asked for.

Everything random comes from the seed and the step's number alone, so a resumed run meets the same
batches. It is made on the CPU and moved to the training's device whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from model_training.data import motion
from model_training.data.photos import PhotoCrops

IDENTITY_SHARE = 0.35
"""How often the batch's one partial strength is 0."""

LARGEST_GRAIN = 0.035
LARGEST_EXPOSURE_STEP = 0.02


@dataclass(frozen=True)
class TrainingBatch:
    """N photos and the same N a moment later."""

    image: Tensor
    """(N, 3, H, W) in [0, 1]."""

    moved: Tensor
    """The same scene after the motion, with grain and a touch of exposure: (N, 3, H, W)."""

    displacement: Tensor
    """Where each pixel of `moved` came from, (N, 2, H, W) pixels, x first."""

    visible: Tensor
    """(N, 1, H, W), 1 where both pictures see the same scene."""

    index: Tensor
    """Style of each photo, (N,) integers."""

    style: Tensor
    """The same as weights, (N, K)."""

    strength: Tensor
    """(N, 1): 1, but for one photo, which has any strength in [0, 1]."""

    def to(self, device: torch.device) -> TrainingBatch:
        """The same batch on another device."""
        return TrainingBatch(
            **{field.name: getattr(self, field.name).to(device) for field in fields(self)}
        )


def make_batch(
    photos: PhotoCrops,
    count: int,
    styles: int,
    trained: Sequence[int],
    seed: int,
    number: int,
    random: torch.Generator,
    share: int = 0,
    shares: int = 1,
) -> TrainingBatch:
    """The batch of step `number`: `count` photos, each in one of the `trained` of all `styles`.

    A batch may be made in `shares` of `count` photos each, of which this is number `share`: as in
    a whole one, the first of its photos carries the cut-out and the last has the partial strength.
    """
    chance = np.random.default_rng((seed, number, share) if share else (seed, number))
    image = photos.batch(count, chance)
    places = torch.arange(count) + share * count + number
    index = torch.tensor(trained)[places % len(trained)]
    index = index[torch.randperm(count, generator=random)]
    strength = torch.ones(count, 1)
    partial = torch.rand(1, generator=random)
    if share == shares - 1:
        strength[-1] = 0.0 if chance.random() < IDENTITY_SHARE else partial
    image, moved, displacement, visible = _moving_layers(image, random, cut_out=share == 0)
    sigma = torch.rand(count, 1, 1, 1, generator=random) * LARGEST_GRAIN
    grain = torch.randn(moved.shape, generator=random) * sigma
    exposure = 1.0 + (torch.rand(count, 1, 1, 1, generator=random) * 2 - 1) * LARGEST_EXPOSURE_STEP
    return TrainingBatch(
        image=image,
        moved=(moved * exposure + grain).clamp(0.0, 1.0),
        displacement=displacement,
        visible=visible,
        index=index,
        style=F.one_hot(index, styles).float(),
        strength=strength,
    )


def _moving_layers(
    image: Tensor, random: torch.Generator, cut_out: bool
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Picture, moved picture, displacement and visibility of (N, 3, H, W) photos.

    With `cut_out` the first photo carries a cut-out of the last one that moves on its own, so that
    the edge between two motions, where ground appears and vanishes, is met in every step.
    """
    count, height, width = image.shape[0], image.shape[2], image.shape[3]
    displacement = motion.random_displacement(count, height, width, random)
    moved = motion.warp(image, displacement)
    visible = motion.visible(displacement, margin_px=4)
    if not cut_out:
        return image, moved, displacement, visible
    own = motion.random_displacement(1, height, width, random)
    shape = motion.random_cut_outs(1, height, width, random)
    covered = motion.warp(shape, own)
    there = covered > 0.5
    front = motion.warp(image[-1:], own)
    # Bicubic sampling overshoots beside an edge: more than 1 and less than 0 are its rim as well.
    uncovered = motion.warp(shape, displacement[:1]).abs() < 1e-3
    covering = (covered - 1.0).abs() < 1e-3
    seen = torch.where(
        there, covering & (motion.visible(own, 4) > 0), uncovered & (visible[:1] > 0)
    )
    image, moved, displacement, visible = (x.clone() for x in (image, moved, displacement, visible))
    image[:1] = torch.where(shape > 0, image[-1:], image[:1])
    moved[:1] = torch.where(there, front, moved[:1])
    displacement[:1] = torch.where(there, own, displacement[:1])
    visible[:1] = seen.float()
    return image, moved, displacement, visible
