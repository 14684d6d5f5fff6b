"""The promises of an effect's training: the same loop, bit for bit; NaN teaches nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_training.cli import estimate, main
from model_training.effects.config import EffectConfig
from model_training.effects.effect_step import EffectTraining
from model_training.training.checkpoint import RunMismatch, saved_step
from model_training.training.diverged import TrainingDiverged
from model_training.training.loop import train
from tests.model_training.effects.small_effect import FRAMES, HEIGHT, WIDTH

CPU = torch.device("cpu")


def run(config: EffectConfig, data: Path, folder: Path, until: int, resume: bool = False) -> None:
    """Train to a step without a word."""
    train(config, data, folder, resume=resume, report=lambda progress: None, until=until)


def state(folder: Path) -> dict[str, torch.Tensor]:
    """What a run folder holds."""
    return load_file(str(folder / "state.safetensors"))


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run impasto-train in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["impasto-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_resumed_run_ends_in_the_same_weights(
    effect_config: EffectConfig, effect_data: Path, tmp_path: Path
) -> None:
    """Two steps and one after a stop are three steps, bit for bit, both judges among them."""
    run(effect_config, effect_data, tmp_path / "whole", 3)
    run(effect_config, effect_data, tmp_path / "parts", 2)
    begun = state(tmp_path / "parts")
    run(effect_config, effect_data, tmp_path / "parts", 3, resume=True)
    whole, parts = state(tmp_path / "whole"), state(tmp_path / "parts")
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[key], parts[key]) for key in whole)
    assert {key.split("/")[0] for key in whole} >= {"generator", "average", "spatial", "temporal"}
    for part in ("generator", "average", "spatial", "temporal"):
        moved = [key for key in whole if key.startswith(f"{part}/")]
        assert any(not torch.equal(whole[key], begun[key]) for key in moved), part
    assert (tmp_path / "whole" / "sheet_000003.png").is_file()


def test_a_loss_that_is_no_number_stops_the_run(
    effect_config: EffectConfig, effect_data: Path
) -> None:
    """The step and the losses are named, and the averaged weights are left as they were."""
    training = EffectTraining(effect_config, effect_data, CPU)
    before = {k: v.clone() for k, v in training.average.state_dict().items()}
    with torch.no_grad():
        training.generator.to_channels.bias[:] = float("nan")
    with pytest.raises(TrainingDiverged, match="step 0: "):
        training.step(0)
    assert all(torch.equal(before[k], v) for k, v in training.average.state_dict().items())


def test_the_baseline_has_no_adversary(effect_config: EffectConfig, effect_data: Path) -> None:
    """L1 alone trains on the pixels and on nothing else."""
    alone = {"spatial": 0.0, "temporal": 0.0, "low_band": 0.0, "pixels": 1.0}
    losses = effect_config.losses.model_copy(update=alone)
    config = effect_config.model_copy(update={"losses": losses})
    training = EffectTraining(config, effect_data, CPU)
    assert not training.adversaries
    assert not config.adversary_joins
    assert set(training.step(0)) == {"pixels", "variety"}


@pytest.mark.parametrize("resumed_as", ["effect", "style"])
def test_a_run_of_another_kind_is_refused_by_name(
    effect_config: EffectConfig,
    effect_file: Path,
    effect_data: Path,
    config_file: Path,
    training_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    resumed_as: str,
) -> None:
    """An effect's run is not resumed as a style's, nor a style's as an effect's, and stays."""
    from model_training.training.config import read_config

    folder = tmp_path / "run"
    kept = {"effect": "style", "style": "effect"}[resumed_as]
    if kept == "effect":
        run(effect_config, effect_data, folder, 1)
        (folder / "run.json").write_text(json.dumps({"data": str(effect_data)}), encoding="utf-8")
        other, data = config_file, training_data
    else:
        style = read_config(config_file)
        train(style, training_data, folder, resume=False, report=lambda p: None, until=1)
        (folder / "run.json").write_text(json.dumps({"data": str(training_data)}), encoding="utf-8")
        other, data = effect_file, effect_data
    before = state(folder)
    assert command(monkeypatch, resumed_as, "--run", folder, "--resume") == 2
    assert f"a run of the kind '{kept}'" in capsys.readouterr().err
    named = ("--config", other, "--data", data, "--run", folder, "--resume")
    assert command(monkeypatch, resumed_as, *named, "--threads", "1") == 2
    assert f"impasto-train {kept}" in capsys.readouterr().err
    assert saved_step(folder) == 1
    assert all(torch.equal(before[key], value) for key, value in state(folder).items())
    wrong = ("--config", effect_file if kept == "effect" else config_file, "--data", data)
    assert command(monkeypatch, resumed_as, *wrong, "--run", tmp_path / "new") == 2
    assert f"Train it with impasto-train {kept}" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "fire"', 'kind = "smoke"', "channels of smoke are density, temperature"),
        ("crop_px = 32", "crop_px = 64", f"is {WIDTH}x{HEIGHT} with {FRAMES} frames"),
        ("minimum = -3.0", "minimum = -0.1", "wind"),
        ('id = "cooling"', 'id = "warmth"', "does not say its warmth"),
        ("rise_px = 3.0", "rise_pixels = 3.0", "rise_pixels"),
    ],
)
def test_what_does_not_go_together_is_told_before_a_step(
    effect_file: Path,
    effect_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    said: str,
) -> None:
    """Runs and configuration that do not fit are one sentence, exit code 2, and no run folder."""
    text = effect_file.read_text(encoding="utf-8")
    assert old in text
    effect_file.write_text(text.replace(old, new), encoding="utf-8")
    options = ("--config", effect_file, "--data", effect_data, "--run", tmp_path / "run")
    assert command(monkeypatch, "effect", *options) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_another_configuration_does_not_resume(
    effect_config: EffectConfig, effect_data: Path, tmp_path: Path
) -> None:
    """A recipe that was changed since is another run."""
    run(effect_config, effect_data, tmp_path / "run", 1)
    data = effect_config.data.model_copy(update={"busy": 0.5})
    changed = effect_config.model_copy(update={"data": data})
    with pytest.raises(RunMismatch, match="another configuration"):
        run(changed, effect_data, tmp_path / "run", 2, resume=True)


def test_a_dry_run_says_what_it_will_take(
    effect_file: Path,
    effect_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Steps, time, memory and disk are told as for a style, and no run folder appears."""
    for count in ("WARM_UP", "TIMED_EARLY", "TIMED_LATE"):
        monkeypatch.setattr(estimate, count, 1)
    options = ("--config", effect_file, "--data", effect_data, "--run", tmp_path / "run")
    assert command(monkeypatch, "effect", *options, "--dry-run", "--threads", "1") == 0
    figures = capsys.readouterr().out.partition("\n}\n")[2]
    assert [line.split()[0] for line in figures.splitlines()] == ["steps", "time", "memory", "disk"]
    assert not (tmp_path / "run").exists()
