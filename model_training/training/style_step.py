"""Holds the recipe *style*: paintings teach a generator through VGG's features and an adversary."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model_training.data import motion
from model_training.data.batch import TrainingBatch
from model_training.losses import palette, perceptual, pixels, stability
from model_training.losses.recolouring import Recolouring, measure_recolouring, recolouring_loss
from model_training.training.adversary import yielding
from model_training.training.config import TrainingConfig
from model_training.training.painting_step import PaintingTraining
from model_training.training.processes import ALONE, Processes
from model_training.training.step import ramp

SHUFFLED_PATCH_PX = 32

RECOLOURED_PHOTOS = 64
"""Crops whose colours stand for those of plates."""

GRAIN_SIGMA = 0.02
"""Deviation, in display units, of the grain that must not grow: what the gate measures with."""


def permute_patches(image: Tensor, patch_px: int, random: torch.Generator) -> Tensor:
    """Shuffles an image's square patches, so that only what is inside one can be judged."""
    count, channels, height, width = image.shape
    rows, columns = height // patch_px, width // patch_px
    x = image[..., : rows * patch_px, : columns * patch_px]
    x = x.reshape(count, channels, rows, patch_px, columns, patch_px).permute(0, 2, 4, 1, 3, 5)
    x = x.reshape(count, rows * columns, channels, patch_px, patch_px)
    x = x[:, torch.randperm(rows * columns, generator=random)]
    x = x.reshape(count, rows, columns, channels, patch_px, patch_px).permute(0, 3, 1, 4, 2, 5)
    return x.reshape(count, channels, rows * patch_px, columns * patch_px)


class StyleTraining(PaintingTraining):
    """Trains all styles of a configuration in one generator."""

    def __init__(
        self,
        config: TrainingConfig,
        data: Path,
        runs: Path,
        device: torch.device,
        processes: Processes = ALONE,
    ) -> None:
        super().__init__(config, data, device, processes)
        if config.start is not None:
            self.start(runs / config.start)
        self.adversary = self.add_adversary(1, config.losses.r1)
        self.features, self.paintings, self.target = self.read_style(data)
        self.recolouring: Recolouring | None = None
        if config.losses.recolouring > 0.0:
            photos = self.photos.batch(RECOLOURED_PHOTOS, np.random.default_rng(1))
            self.recolouring = measure_recolouring(photos.to(device), self.paintings)
        self.style_weights = torch.tensor([s.weight for s in config.styles], device=device)

    def losses(
        self, seen: TrainingBatch, number: int, random: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """See the base class."""
        schedule, weights = self.config.schedule, self.config.losses
        share = number / schedule.steps
        image, index, full = seen.image, seen.index, seen.strength[:, 0]
        both = self.paint(
            torch.cat([image, seen.moved]),
            torch.cat([seen.style, seen.style]),
            torch.cat([seen.strength, seen.strength]),
        )
        painted, painted_moved = both[: len(image)], both[len(image) :]
        warped = motion.warp(painted, seen.displacement)
        boil = stability.boil_loss(warped, painted_moved, seen.visible)
        found = self.features(painted)
        with torch.no_grad():
            wanted = self.features(image, stages=3)["relu3_3"]

        style_factor = self.style_weights[index] * full
        stable = 0.1 + 0.9 * ramp(share, schedule.stability_from, schedule.stability_full)
        strokes = weights.strokes * ramp(share, schedule.strokes_from, schedule.strokes_full)
        terms = {
            "content": weights.content
            * (1.0 + 2.0 * (1.0 - full))
            * perceptual.content_loss(found["relu3_3"], wanted),
            "style": weights.style
            * style_factor
            * perceptual.style_loss(found, self.target, index),
            "moments": weights.moments
            * style_factor
            * perceptual.moment_loss(found, self.target, index),
            "palette": weights.palette
            * full
            * palette.palette_loss(painted, self.target.palettes, index),
            "strokes": strokes
            * full
            * pixels.stroke_loss(painted, self.target.strokes, index, weights.stroke_bands_px),
            "identity": weights.identity
            * (1.0 - full).square()
            * pixels.identity_loss(painted, image),
            "stability": weights.stability
            * stable
            * stability.stability_loss(warped, painted_moved, seen.visible),
            "boil": weights.boil * stable * (boil - weights.boil_floor).clamp_min(0.0),
            "tone": weights.tone * pixels.tone_loss(painted, image),
            "total_variation": weights.total_variation * pixels.total_variation_loss(painted),
        }
        if self.recolouring is not None:
            terms["recolouring"] = (
                weights.recolouring
                * full
                * recolouring_loss(painted, image, self.recolouring, index)
            )
        if weights.feature_stability > 0.0:
            terms["feature_stability"] = (
                weights.feature_stability
                * stable
                * stability.feature_stability_loss(
                    self.features(warped, stages=2),
                    self.features(painted_moved, stages=2),
                    seen.visible,
                )
            )
        if weights.grain > 0.0:
            terms["grain"] = weights.grain * stable * self._grown_grain(seen, painted, random)
        adversary = ramp(share, schedule.adversarial_from, schedule.adversarial_full)
        adversary *= weights.adversarial
        chosen = full == 1.0
        if adversary == 0.0 or not bool(chosen.any()):
            return terms, {}
        real = self._painting_crops(index[chosen].tolist(), random)
        judged, report = self.adversary.play(
            self.shown(real, pixels.light_and_dark(real), seen.style[chosen]),
            self.shown(painted[chosen], pixels.light_and_dark(image[chosen]), seen.style[chosen]),
            number,
        )
        term = painted.new_zeros(len(painted))
        term[chosen] = judged * self.style_weights[index[chosen]]
        terms["adversarial"] = adversary * yielding(boil, weights.boil_gate) * term
        return terms, report

    def _grown_grain(self, seen: TrainingBatch, painted: Tensor, random: torch.Generator) -> Tensor:
        """What grain grew above its floor, (N,): the first half of the batch stands for all."""
        half = len(painted) // 2
        clean = seen.image[:half]
        grain = torch.randn(clean.shape, generator=random).to(clean.device) * GRAIN_SIGMA
        grainy = (clean + grain).clamp(0.0, 1.0)
        gain = stability.grain_loss(
            grainy,
            clean,
            self.paint(grainy, seen.style[:half], seen.strength[:half]),
            painted[:half],
        )
        grown = (gain - self.config.losses.grain_floor).clamp_min(0.0)
        return torch.cat([grown, grown.new_zeros(len(painted) - half)]) * (len(painted) / half)

    def _painting_crops(self, styles: list[int], random: torch.Generator) -> Tensor:
        """A random crop of one of each style's paintings, a share with its patches shuffled."""
        side, permuted = self.config.data.crop_px, self.config.adversary.permuted
        crops = []
        for position, index in enumerate(styles):
            paintings = self.paintings[index]
            painting = paintings[0]
            if len(paintings) > 1:
                painting = paintings[int(torch.randint(len(paintings), (1,), generator=random))]
            top = int(torch.randint(painting.shape[2] - side + 1, (1,), generator=random))
            left = int(torch.randint(painting.shape[3] - side + 1, (1,), generator=random))
            crop = painting[..., top : top + side, left : left + side]
            if int((position + 1) * permuted) > int(position * permuted):
                crop = permute_patches(crop, SHUFFLED_PATCH_PX, random)
            crops.append(crop)
        return torch.cat(crops)
