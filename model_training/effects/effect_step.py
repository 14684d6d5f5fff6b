"""Holds the recipe *effect*: solved runs teach a generator of channels, as a distribution.

Two adversaries judge, one single frames and one three in a row, both beside matte and smears. What
matte and controls determine, the blurred mean and its spread, comes from an energy score; no pixel
is asked to equal the solver's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model_training.effects.config import EffectConfig
from model_training.effects.effect_sheet import make_effect_sheet
from model_training.effects.runs import open_runs
from model_training.effects.windows import FRAMES, Windows, WindowSource
from model_training.losses import energy
from model_training.networks.effect_discriminator import WindowDiscriminator, in_sequence
from model_training.networks.effect_generator import EffectGenerator
from model_training.training.adversary import Adversary, Shown
from model_training.training.processes import ALONE, Processes
from model_training.training.step import SHEET_ROWS, Training, ramp

MIDDLE = FRAMES // 2


class EffectTraining(Training):
    """Trains the generator of one effect."""

    config: EffectConfig
    generator: EffectGenerator
    average: EffectGenerator

    def __init__(
        self,
        config: EffectConfig,
        data: Path,
        device: torch.device,
        processes: Processes = ALONE,
    ) -> None:
        super().__init__(config, device, processes)
        taught, self.held_out = open_runs(config, data)
        self.source = WindowSource(config, taught)
        recipe = config.effect.recipe
        self.seen = 1 + len(recipe.smears_px)  # matte and smears: what discriminators see too
        channels = len(config.effect.channels)
        if config.losses.spatial > 0.0:
            self.adversaries["spatial"] = self._adversary(channels)
        if config.losses.temporal > 0.0:
            self.adversaries["temporal"] = self._adversary(FRAMES * channels)
        scales = torch.tensor(config.effect.scales, device=device)
        self.scales = scales[:, None, None]

    def fresh_generator(self) -> EffectGenerator:
        """See the base class."""
        return EffectGenerator(self.config.generator_shape())

    def sheet(self, rows: int = SHEET_ROWS) -> np.ndarray:
        """See the base class: held-out runs, and what the generator makes of their mattes."""
        return make_effect_sheet(self.config, self.average, self.held_out, rows)

    def batch(self, number: int) -> Windows:
        """Our process's share of a step's windows."""
        seed = (self.config.schedule.seed, number, self.processes.rank)
        count = self.own_share(1, "windows")
        return self.source.batch(count, np.random.default_rng(seed)).to(self.device)

    def make(self, fields: Tensor, controls: Tensor) -> Tensor:
        """Channels over their usual values in float32, computed in bf16: (N, C, h, w)."""
        with torch.autocast(self.device.type, torch.bfloat16):
            made: Tensor = self.generator(
                fields.contiguous(memory_format=torch.channels_last), controls
            )
        return made.float() / self.scales

    def terms(self, number: int) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """See the base class."""
        seen = self.batch(number)
        weights, schedule = self.config.losses, self.config.schedule
        count = len(seen.fields)
        controls = seen.controls.repeat_interleave(FRAMES, 0)
        both = self.make(
            torch.cat([seen.fields.flatten(0, 1), seen.twin]), torch.cat([controls, seen.controls])
        )
        made = both[: FRAMES * count].reshape(count, FRAMES, *both.shape[1:])  # (N, 3, C, h, w)
        twin = both[FRAMES * count :]  # (N, C, h, w)
        solved = seen.solved / self.scales
        now = made[:, MIDDLE]
        terms: dict[str, Tensor] = {}
        if weights.low_band > 0.0:
            terms["low_band"] = weights.low_band * energy.energy_score(
                now, twin, solved[:, MIDDLE], weights.low_band_px, weights.diversity
            )
        if weights.change > 0.0:
            terms["change"] = weights.change * energy.change_loss(made, solved)
        if weights.pixels > 0.0:
            terms["pixels"] = weights.pixels * (made - solved).abs().flatten(1).mean(1)
        watched = {"variety": energy.variety(now.detach(), twin.detach(), solved[:, MIDDLE])}
        share = number / schedule.steps
        joined = ramp(share, schedule.adversarial_from, schedule.adversarial_full)
        if joined > 0.0:
            condition = seen.fields[:, MIDDLE, : self.seen]
            shown = {
                "spatial": (solved[:, MIDDLE], now),
                "temporal": (in_sequence(solved), in_sequence(made)),
            }
            for name, adversary in self.adversaries.items():
                real, ours = (Shown(frames, (condition,)) for frames in shown[name])
                judged, report = adversary.play(real, ours, number, f"{name}_judge")
                terms[name] = joined * getattr(weights, name) * judged
                watched |= report
        return terms, watched

    def _adversary(self, channels: int) -> Adversary:
        game = self.config.adversary
        judge = WindowDiscriminator(channels, self.seen, game.width, game.spectral_norm)
        judge.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return Adversary(
            judge.to(self.device),
            game.form,
            game.r1,
            self.config.schedule.discriminator_learning_rate,
            self.processes,
            bf16=True,
        )
