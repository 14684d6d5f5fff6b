"""Holds the runs that a configuration trains on, and the check that they can serve it."""

from __future__ import annotations

from pathlib import Path

from model_training.data.checker import CheckReport, Finding, Severity
from model_training.effects.config import EffectConfig
from model_training.effects.windows import FRAMES, control_values
from model_training.solvers.run_files import SolvedRun, find_runs, split_runs

FEW_RUNS = 12
FEW_FRAMES = 24


class RunsUnfit(ValueError):
    """Solved runs cannot serve a configuration; the sentence names the run and what to change."""


def open_runs(config: EffectConfig, data: Path) -> tuple[list[SolvedRun], list[SolvedRun]]:
    """The runs to train on and those held out.

    Raises RunsMissing, RunUnreadable, EffectControlInvalid, or RunsUnfit where a run is of another
    effect, smaller than a window, or all of them stand on one side.
    """
    runs = [run for folder in config.data.runs for run in find_runs(data / folder)]
    for run in runs:
        _check_fits(config, run)
    taught, held_out = split_runs(runs)
    if not taught or not held_out:
        raise RunsUnfit(
            f"Of the {len(runs)} runs in '{data}' {len(taught)} are for training and "
            f"{len(held_out)} held out, by their index: every sixth is. Solve six or more."
        )
    return taught, held_out


def check_effect_data(config: EffectConfig, data: Path) -> CheckReport:
    """Opens every run that training and evaluation will read; raises what `open_runs` does.

    Runs are mapped, not loaded, so they take no memory of their own.
    """
    taught, held_out = open_runs(config, data)
    findings = []
    if len(taught) < FEW_RUNS:
        says = f"only {len(taught)} runs to train on; {FEW_RUNS} or more show an effect's variety"
        findings.append(Finding(Severity.WARNING, "few", taught[0].folder.parent, says))
    findings += [
        Finding(Severity.WARNING, "small", run.folder, f"only {run.record.frames} frames")
        for run in (*taught, *held_out)
        if run.record.frames < FEW_FRAMES
    ]
    frames = sum(run.record.frames for run in (*taught, *held_out))
    return CheckReport(frames, 0, tuple(findings))


def _check_fits(config: EffectConfig, run: SolvedRun) -> None:
    record, crop = run.record, config.data.crop_px
    if record.effect != config.effect.kind:
        raise RunsUnfit(
            f"Run '{run.folder}' is one of {record.effect}, and the configuration is one of "
            f"{config.effect.kind}. Name other runs in data.runs."
        )
    if min(record.width, record.height) < crop or record.frames < FRAMES:
        raise RunsUnfit(
            f"Run '{run.folder}' is {record.width}x{record.height} with {record.frames} frames, "
            f"and windows are {crop} px with {FRAMES} frames. Lower data.crop_px, or solve larger."
        )
    unknown = [c.id for c in config.effect.controls if c.id not in run.controls]
    if unknown:
        raise RunsUnfit(
            f"Run '{run.folder}' does not say its {', '.join(unknown)}; it says "
            f"{', '.join(run.controls)}. Change effect.controls."
        )
    control_values(config, run.controls)
