"""Holds the numbers that an effect's card publishes, each beside those of the two baselines.

::

    onnx_max_abs, fp16_max_abs, kmac_per_pixel, steps
    <maker>.{tof,spatial_spectrum,temporal_spectrum,seeds,e_stab,pop}    made, hand_made, l1, solver
    coupling.{empty,outside,follows}, loop_max_abs, frame_max_abs, tile_max_abs

``made`` is the generator; ``l1`` one that was trained with plain L1 alone, where one was named.
``solver`` stands for another throw of the solver: of each held-out run one half is held against the
other, so its tOF and spectra are what two equal fires are apart. ``seeds`` is the variance over
seeds, over the solver's own variance, where a held-out matte stands still or comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model_training.effects.config import EffectConfig
from model_training.effects.flow import flow_difference, largest_pop, warping_error
from model_training.effects.making import FrameMaker, Planes
from model_training.effects.spectra import spatial_spectrum, spectral_distance, temporal_spectrum
from model_training.effects.windows import control_values
from model_training.networks.effect_generator import STRIDE
from model_training.solvers.run_files import SolvedRun
from nuke_plugin.contract.effect_card import WIND
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.effects.fields import Moment
from nuke_plugin.worker.measure import effect_coupling
from nuke_plugin.worker.measure.effect_coupling import FAR_AWAY, SEEDS

APART = 24
"""Frames after which a solved effect is taken to be another one."""

MOST_RUNS = 6
MOST_FRAMES = 48


@dataclass(frozen=True)
class HeldOutShot:
    """A held-out run as it is measured: mattes (T, H, W), channels (T, C, H, W), controls, wind."""

    mattes: Planes
    solved: Planes
    controls: Planes
    wind: float

    @classmethod
    def of(cls, run: SolvedRun, config: EffectConfig, frames: int) -> HeldOutShot:
        """The first frames of a run."""
        span = slice(0, min(frames, run.record.frames))
        return cls(
            run.matte(span),
            run.channels(span),
            control_values(config, run.controls),
            run.controls.get(WIND, 0.0),
        )

    def half(self, second: bool) -> Planes:
        """The solved frames of the first or the second half, of one length."""
        length = len(self.solved) // 2
        return self.solved[length : 2 * length] if second else self.solved[:length]

    def made_by(self, maker: FrameMaker, seed: int, start: float = FAR_AWAY) -> Planes:
        """The same mattes and controls by a maker, (T, C, H, W)."""
        return maker.shot(self.mattes, self.controls, seed, self.wind, start)


class EffectRuler:
    """Measures makers of one effect on held-out runs."""

    def __init__(
        self,
        config: EffectConfig,
        runs: Sequence[SolvedRun],
        most_runs: int = MOST_RUNS,
        most_frames: int = MOST_FRAMES,
    ) -> None:
        self.config = config
        self.shots = [HeldOutShot.of(run, config, most_frames) for run in runs[:most_runs]]
        self.scales = np.array(config.effect.scales, np.float32)[:, None, None]

    def measure(self, maker: FrameMaker) -> NumberTree:
        """All that stands under a maker's name."""
        made = [shot.made_by(maker, 1) for shot in self.shots]
        found = NumberTree(self._motion_and_spectra(made, [shot.solved for shot in self.shots]))
        seeds = self._seeds(maker)
        if seeds is not None:
            found["seeds"] = seeds
        return found

    def measure_solver(self) -> NumberTree:
        """The same of the solver against itself."""
        first, second = ([shot.half(late) for shot in self.shots] for late in (False, True))
        return NumberTree(self._motion_and_spectra(second, first))

    def measure_coupling(self, maker: FrameMaker) -> NumberTree:
        """What matte and moment promise, on the first held-out matte; see `effect_coupling`."""
        probe = self._probe(maker)
        found = NumberTree(effect_coupling.coupling(maker.frame, probe))
        found["follows"] = effect_coupling.follows(maker.frame, probe)
        return NumberTree(coupling=found, **effect_coupling.random_access(maker.frame, probe))

    def tile_difference(self, maker: FrameMaker, halo_px: int) -> float | None:
        """Largest |tile - whole| of channels over their usual values; see `effect_coupling`."""
        return effect_coupling.tile_difference(maker.generate, self._probe(maker), halo_px, STRIDE)

    def _probe(self, maker: FrameMaker) -> effect_coupling.Probe:
        shot = self.shots[0]
        return effect_coupling.Probe(
            maker.recipe, self.scales, shot.mattes[0], shot.controls, shot.wind
        )

    def _motion_and_spectra(
        self, made: Sequence[Planes], solved: Sequence[Planes]
    ) -> dict[str, float]:
        ours, theirs = ([self._seen(shot) for shot in shots] for shots in (made, solved))
        pairs = list(zip(ours, theirs, strict=True))
        return {
            "tof": float(np.mean([flow_difference(a, b) for a, b in pairs])),
            "spatial_spectrum": spectral_distance(
                [spatial_spectrum(shot) for shot in ours],
                [spatial_spectrum(shot) for shot in theirs],
            ),
            "temporal_spectrum": spectral_distance(
                [temporal_spectrum(shot) for shot in ours],
                [temporal_spectrum(shot) for shot in theirs],
            ),
            "e_stab": float(np.mean([warping_error(shot) for shot in ours])),
            "pop": float(np.max([largest_pop(shot) for shot in ours])),
        }

    def _seen(self, shot: Planes) -> Planes:
        """What is looked at of (T, C, H, W): the first channel, 0 to 1, (T, H, W)."""
        first = self.config.effect.channels[0]
        usual = self.config.effect.scales[0]
        if first.minimum < 0.0:
            seen = 0.5 + shot[:, 0] / (6.0 * usual)
        else:
            seen = shot[:, 0] / first.maximum
        return np.asarray(np.clip(seen, 0.0, 1.0), np.float32)

    def _seeds(self, maker: FrameMaker) -> float | None:
        """Variance over seeds at one moment over the solver's, both means over runs and pixels.

        The solver's is half the mean squared difference of frames far apart in time between which
        its matte did not change; None where no run's matte ever comes back.
        """
        ours, theirs = [], []
        for shot in self.shots:
            pairs = still_pairs(shot.mattes)
            if not pairs:
                continue
            difference = np.stack([shot.solved[a] - shot.solved[b] for a, b in pairs])
            theirs.append(float((0.5 * (difference / self.scales) ** 2).mean()))
            matte = shot.mattes[pairs[0][0]]
            moments = [Moment(FAR_AWAY, shot.wind * FAR_AWAY, seed) for seed in SEEDS]
            made = np.stack(
                [maker.frame(matte, shot.controls, moment, shot.wind) for moment in moments]
            )
            ours.append(float((made / self.scales).var(axis=0, ddof=1).mean()))
        return float(np.sum(ours) / np.sum(theirs)) if theirs else None


def still_pairs(mattes: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pairs of frames at least APART frames apart with (nearly) the same matte."""
    covered = float(np.abs(mattes).mean())
    return [
        (first, second)
        for first in range(0, len(mattes), 4)
        for second in range(first + APART, len(mattes), 4)
        if float(np.abs(mattes[first] - mattes[second]).mean()) <= 0.02 * covered
    ]
