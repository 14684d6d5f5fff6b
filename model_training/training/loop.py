"""Holds the one training loop: it knows a configuration and folders, and no command line."""

from __future__ import annotations

import copy
import json
import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from model_training.data import motion
from model_training.data.batch import make_batch
from model_training.data.style_target import measure_target, read_paintings, read_photos
from model_training.losses import adversarial, palette, perceptual, pixels, stability
from model_training.networks.discriminator import PatchDiscriminator
from model_training.networks.features import VggFeatures
from model_training.networks.generator import make_generator
from model_training.training.checkpoint import (
    RunState,
    check_run_folder,
    load_state,
    save_state,
    start_from,
)
from model_training.training.config import ScheduleConfig, TrainingConfig
from model_training.training.sheet import write_sheet

R1_EVERY = 8
"""Steps between two R1 penalties; the penalty is scaled by it (lazy regularisation)."""


class TrainingDiverged(ArithmeticError):
    """A loss is no longer a number; the last saved state is kept."""


@dataclass(frozen=True)
class Progress:
    """One reported step: number, of how many, seconds a step, and each weighted loss term."""

    step: int
    steps: int
    seconds_per_step: float
    terms: dict[str, float]


def ramp(share: float, start: float, full: float) -> float:
    """0 before `start`, 1 from `full` on, linear between; all are shares of the run."""
    return 1.0 if share >= full else max(0.0, (share - start) / (full - start))


def learning_rate(schedule: ScheduleConfig, share: float) -> float:
    """Cosine from the first to the final rate, after a warm-up over the first 2 %."""
    low, high = schedule.final_learning_rate, schedule.learning_rate
    warm = min(1.0, share / 0.02 + 0.05)
    return warm * (low + 0.5 * (high - low) * (1.0 + math.cos(math.pi * share)))


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


class StyleTraining:
    """A run in the making: networks, targets and optimisers for one configuration."""

    def __init__(
        self,
        config: TrainingConfig,
        data: Path,
        start: Path | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.config = config
        self.device = device or torch.device("cpu")
        torch.manual_seed(config.schedule.seed)
        count = len(config.styles)
        self.generator = make_generator(count, config.generator.generator_size())
        self.generator.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if start is not None:
            start_from(start, self.generator, [style.id for style in config.styles])
        self.discriminator = PatchDiscriminator(count).to(self.device)
        self.generator.to(self.device)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.features = VggFeatures(data / config.data.features)
        self.features.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.features.to(self.device)
        self.photos = read_photos(config, data)
        self.paintings = read_paintings(config, data, self.device)
        self.target = measure_target(self.features, self.photos, self.paintings, config)
        self.features.to(torch.bfloat16)
        self.style_weights = torch.tensor(
            [style.weight for style in config.styles], device=self.device
        )
        betas = (0.5, 0.99)
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), betas=(0.9, 0.99))
        self.discriminator_optimiser = torch.optim.Adam(
            self.discriminator.parameters(),
            lr=config.schedule.discriminator_learning_rate,
            betas=betas,
        )
        self.state = RunState(
            modules={
                "generator": self.generator,
                "average": self.average,
                "discriminator": self.discriminator,
            },
            optimisers={
                "generator_optimiser": self.generator_optimiser,
                "discriminator_optimiser": self.discriminator_optimiser,
            },
        )

    def step(self, number: int) -> dict[str, float]:
        """Trains one step; everything random comes from the seed and `number` alone."""
        schedule, weights = self.config.schedule, self.config.losses
        share = number / schedule.steps
        random = torch.Generator().manual_seed(schedule.seed * 1_000_003 + number)
        count = len(self.config.styles)
        seen = make_batch(self.photos, schedule.batch, count, schedule.seed, number, random).to(
            self.device
        )
        batch, image, index, full = schedule.batch, seen.image, seen.index, seen.strength[:, 0]

        with torch.autocast(self.device.type, torch.bfloat16):
            both = self.generator(
                torch.cat([image, seen.moved]).contiguous(memory_format=torch.channels_last),
                torch.cat([seen.style, seen.style]),
                torch.cat([seen.strength, seen.strength]),
            )
        painted, painted_moved = both[:batch].float(), both[batch:].float()
        warped = motion.warp(painted, seen.displacement)
        found = self.features(painted)
        with torch.no_grad():
            wanted = self.features(image, stages=3)["relu3_3"]

        style_factor = self.style_weights[index] * full
        stable = ramp(share, schedule.stability_from, schedule.stability_full)
        stable = 0.1 + 0.9 * stable
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
            "strokes": weights.strokes
            * full
            * pixels.stroke_loss(painted, self.target.strokes, index, weights.stroke_bands_px),
            "identity": weights.identity
            * (1.0 - full).square()
            * pixels.identity_loss(painted, image),
            "stability": weights.stability
            * stable
            * stability.stability_loss(warped, painted_moved, seen.visible),
            "boil": weights.boil
            * stable
            * stability.boil_loss(warped, painted_moved, seen.visible),
            "tone": weights.tone * pixels.tone_loss(painted, image),
            "total_variation": weights.total_variation * pixels.total_variation_loss(painted),
        }
        adversary = ramp(share, schedule.adversarial_from, schedule.adversarial_full)
        adversary *= weights.adversarial
        judge_report: dict[str, float] = {}
        if adversary > 0.0:
            calm = stability.measured_boil(warped, painted_moved, seen.visible)
            gate = (weights.boil_gate / calm.clamp_min(1e-3)).clamp(max=1.0)
            term, judge_report = self._adversarial(
                painted, seen.style, index, full == 1.0, number, random
            )
            terms["adversarial"] = adversary * gate * term
        total = torch.stack([term.mean() for term in terms.values()]).sum()
        report = {name: float(term.detach().mean()) for name, term in terms.items()}
        if not math.isfinite(sum(report.values())):
            wrong = ", ".join(name for name, value in report.items() if not math.isfinite(value))
            raise TrainingDiverged(
                f"Training diverged at step {number}: {wrong} is not a number. The last saved "
                "state is kept; lower learning_rate or that term's weight and resume from it."
            )
        self.generator_optimiser.param_groups[0]["lr"] = learning_rate(schedule, share)
        self.generator_optimiser.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), schedule.gradient_norm)
        self.generator_optimiser.step()
        decay = min(schedule.ema, (number + 1) / (number + 10))
        with torch.no_grad():
            for mean, value in zip(
                self.average.parameters(), self.generator.parameters(), strict=True
            ):
                mean.lerp_(value, 1.0 - decay)
        return report | judge_report

    def _adversarial(
        self,
        painted: Tensor,
        style: Tensor,
        index: Tensor,
        chosen: Tensor,
        number: int,
        random: torch.Generator,
    ) -> tuple[Tensor, dict[str, float]]:
        """Trains the discriminator on the chosen paintings and returns the generator's term, (N,).

        Each is judged beside a crop of the painting of its own style.
        """
        report: dict[str, float] = {}
        term = painted.new_zeros(len(painted))
        if not bool(chosen.any()):
            return term, report
        fake, asked = painted[chosen].detach(), style[chosen]
        real = self._painting_crops(index[chosen].tolist(), random)
        penalised = number % R1_EVERY == 0
        real = real.requires_grad_(penalised)
        scores_real = self.discriminator(real, asked)
        scores_fake = self.discriminator(fake, asked)
        loss = adversarial.discriminator_hinge_loss(scores_real, scores_fake).mean()
        if penalised:
            penalty = adversarial.r1_penalty(scores_real, real).mean()
            loss = loss + self.config.losses.r1 * R1_EVERY * penalty
        self.discriminator_optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self.discriminator_optimiser.step()
        report["discriminator"] = float(loss.detach())
        self.discriminator.requires_grad_(False)
        scores = self.discriminator(painted[chosen], asked)
        self.discriminator.requires_grad_(True)
        term[chosen] = adversarial.generator_hinge_loss(scores) * self.style_weights[index[chosen]]
        return term, report

    def _painting_crops(self, styles: list[int], random: torch.Generator) -> Tensor:
        """A random crop of each style's painting, every second with its patches shuffled."""
        side = self.config.data.crop_px
        crops = []
        for position, index in enumerate(styles):
            painting = self.paintings[index]
            top = int(torch.randint(painting.shape[2] - side + 1, (1,), generator=random))
            left = int(torch.randint(painting.shape[3] - side + 1, (1,), generator=random))
            crop = painting[..., top : top + side, left : left + side]
            crops.append(permute_patches(crop, 32, random) if position % 2 else crop)
        return torch.cat(crops)


def train(
    config: TrainingConfig,
    data: Path,
    run: Path,
    *,
    resume: bool,
    report: Callable[[Progress], None],
    until: int | None = None,
    device: torch.device | None = None,
) -> None:
    """Trains a run to its end, to step `until`, or to SIGINT or SIGTERM; it can be resumed."""
    check_run_folder(run, resume)
    run.mkdir(parents=True, exist_ok=True)
    text = config.deciding()
    start = run.parent / config.start if config.start is not None else None
    training = StyleTraining(config, data, start, device)
    first = load_state(run, training.state, text) if resume else 0
    (run / "config.json").write_text(config.model_dump_json(indent=1), encoding="utf-8")
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    previous = {kind: signal.signal(kind, stop) for kind in (signal.SIGINT, signal.SIGTERM)}
    torch.set_flush_denormal(True)  # saturated pixels' tiny gradients make a step 4 times as long
    board = SummaryWriter(str(run / "tensorboard"), purge_step=first)
    last = first
    try:
        for number in range(first, min(until or config.schedule.steps, config.schedule.steps)):
            started = time.perf_counter()
            terms = training.step(number)
            last = number + 1
            seconds = time.perf_counter() - started
            report(Progress(last, config.schedule.steps, seconds, terms))
            if last % 25 == 0:
                for name, value in terms.items():
                    board.add_scalar(f"loss/{name}", value, last)
                with (run / "losses.jsonl").open("a", encoding="utf-8") as log:
                    log.write(json.dumps({"step": last, "seconds": seconds, **terms}) + "\n")
            if last % config.schedule.sheet_every == 0:
                write_sheet(run / f"sheet_{last:06d}.png", training.average, training.photos.photos)
            if last % config.schedule.save_every == 0:
                save_state(run, training.state, last, text)
            if stopping:
                break
        save_state(run, training.state, last, text)
    finally:
        board.close()
        torch.set_flush_denormal(False)
        for kind, handler in previous.items():
            signal.signal(kind, handler)
