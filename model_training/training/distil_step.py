"""Holds the recipe *distil*: a finished generator teaches another one, usually a faster one.

The teacher's painting is the target, pixel by pixel (Hinton et al. 2015), so no feature is needed
to say what is wanted and a step costs a fraction of the recipe *style*'s.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from model_training.data import motion
from model_training.data.batch import TrainingBatch
from model_training.losses import perceptual, pixels, stability
from model_training.training.adversary import Adversary, yielding
from model_training.training.checkpoint import load_finished
from model_training.training.config import DistilConfig, TrainingConfig
from model_training.training.painting_step import PaintingTraining
from model_training.training.processes import ALONE, Processes
from model_training.training.step import ramp

PARTIAL_SHARE = 0.3
"""How many photos are painted at a random strength; the others at strength 1."""

MIXED_SHARE = 0.15
"""How many photos are painted in a mix of two styles."""


class DistilTraining(PaintingTraining):
    """Trains a generator to paint as the teacher does, for the styles of a configuration."""

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
        assert config.distil is not None
        self.weights: DistilConfig = config.distil
        styles = [style.id for style in config.styles]
        self.teacher, self.taught = load_finished(runs / self.weights.teacher, styles)
        self.teacher.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.teacher.to(device)
        self.taught = self.taught.to(device)
        self.adversary: Adversary | None = None
        if self.weights.adversarial > 0.0:
            self.adversary = self.add_adversary(3, self.weights.r1)
        if self.weights.style > 0.0:
            self.features, _, self.target = self.read_style(data)

    def losses(
        self, seen: TrainingBatch, number: int, random: torch.Generator
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """See the base class."""
        count = len(seen.image)
        style, strength, plain = self._asked(seen, random)
        images = torch.cat([seen.image, seen.moved])
        styles, strengths = torch.cat([style, style]), torch.cat([strength, strength])
        both = self.paint(images, styles, strengths)
        wanted = self.teach(images, styles, strengths)
        painted, painted_moved = both[:count], both[count:]
        apart = both - wanted
        terms = {
            "pixels": self.weights.pixels * _halves(apart.abs().flatten(1).mean(1)),
            "high_pass": self.weights.high_pass
            * _halves(pixels.high_pass(apart).abs().flatten(1).mean(1)),
        }
        if self.weights.contrast > 0.0:
            terms["contrast"] = self.weights.contrast * _halves(pixels.contrast_loss(both, wanted))
        schedule = self.config.schedule
        share = number / schedule.steps
        stable = ramp(share, schedule.stability_from, schedule.stability_full)
        adversary = ramp(share, schedule.adversarial_from, schedule.adversarial_full)
        plays = self.adversary is not None and adversary > 0.0
        boils = self.weights.boil > 0.0 and stable > 0.0
        if plays or boils:
            warped = motion.warp(painted, seen.displacement)
            boil = stability.boil_loss(warped, painted_moved, seen.visible)
        if boils:
            terms["boil"] = self.weights.boil * stable * boil
        if self.weights.style > 0.0:
            terms["style"] = (
                self.weights.style
                * plain
                * perceptual.style_loss(self.features(painted), self.target, seen.index)
            )
        if self.adversary is None or not plays:
            return terms, {}
        judged, report = self.adversary.play(
            self.shown(wanted, images, styles), self.shown(both, images, styles), number
        )
        terms["adversarial"] = (
            self.weights.adversarial
            * adversary
            * yielding(boil, self.weights.boil_gate)
            * _halves(judged)
        )
        return terms, report

    def teach(self, images: Tensor, styles: Tensor, strengths: Tensor) -> Tensor:
        """The teacher's paintings, (N, 3, H, W)."""
        with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16):
            painted: Tensor = self.teacher(
                images.contiguous(memory_format=torch.channels_last),
                styles @ self.taught,
                strengths,
            )
        return painted.float().clone()  # an inference tensor may not enter a loss's graph

    def _asked(self, seen: TrainingBatch, random: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Style (N, K) and strength (N, 1) of each photo, and 1 where it is one style in full.

        A teacher answers for any mix and strength, so all of them are learned, not only rows.
        """
        count, styles = seen.style.shape
        other = torch.randint(styles, (count,), generator=random)
        part = torch.rand(count, 1, generator=random)
        part = part * (torch.rand(count, 1, generator=random) < MIXED_SHARE)
        some = torch.rand(count, 1, generator=random)
        partial = torch.rand(count, 1, generator=random) < PARTIAL_SHARE
        part, some, partial = (x.to(self.device) for x in (part, some, partial))
        second = torch.nn.functional.one_hot(other, styles).to(seen.style)
        style = (1.0 - part) * seen.style + part * second
        strength = torch.where(partial, torch.minimum(seen.strength, some), seen.strength)
        plain = ((part == 0.0) & (strength == 1.0))[:, 0].float()
        return style, strength, plain


def _halves(values: Tensor) -> Tensor:
    """The mean of a photo's value and its moved twin's: (2N,) -> (N,)."""
    return values.reshape(2, -1).mean(0)
