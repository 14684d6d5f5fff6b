"""The loop's promises: it starts and stops where it is told, and never trains on NaN."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_training.training.checkpoint import RunMismatch, saved_step
from model_training.training.config import TrainingConfig, read_config
from model_training.training.diverged import TrainingDiverged
from model_training.training.loop import train
from model_training.training.style_step import StyleTraining

CPU = torch.device("cpu")


@pytest.fixture
def config(config_file: Path) -> TrainingConfig:
    """The small configuration."""
    return read_config(config_file)


def run(config: TrainingConfig, data: Path, folder: Path, until: int) -> dict[str, torch.Tensor]:
    """Train to a step and return the state."""
    train(config, data, folder, resume=False, report=lambda progress: None, until=until)
    return load_file(str(folder / "state.safetensors"))


def test_it_stops_at_a_step(config: TrainingConfig, training_data: Path, tmp_path: Path) -> None:
    """`until` leaves a state of just that step."""
    seen: list[int] = []
    folder = tmp_path / "run"
    train(
        config,
        training_data,
        folder,
        resume=False,
        report=lambda progress: seen.append(progress.step),
        until=1,
    )
    assert seen == [1]
    assert (folder / "state.safetensors").is_file()


def test_it_starts_from_another_run(
    config: TrainingConfig, training_data: Path, tmp_path: Path
) -> None:
    """A run that starts from another one begins with its averaged generator."""
    first = run(config, training_data, tmp_path / "first", 1)
    start = config.model_copy(update={"start": "first"})
    training = StyleTraining(start, training_data, tmp_path, CPU)
    for name, value in training.generator.state_dict().items():
        assert torch.equal(value, first[f"average/{name}"]), name


def test_a_start_that_is_not_there_is_named(
    config: TrainingConfig, training_data: Path, tmp_path: Path
) -> None:
    """Nothing is trained from scratch when the run to start from is missing."""
    start = config.model_copy(update={"start": "nothing"})
    with pytest.raises(RunMismatch, match="nothing"):
        run(start, training_data, tmp_path / "second", 1)


def test_a_run_is_not_overwritten(
    config: TrainingConfig, training_data: Path, tmp_path: Path
) -> None:
    """Without resume an existing run is refused; with resume a missing one is."""
    folder = tmp_path / "run"
    run(config, training_data, folder, 1)
    before = (folder / "state.safetensors").read_bytes()
    with pytest.raises(RunMismatch, match="already holds a run"):
        run(config, training_data, folder, 1)
    assert (folder / "state.safetensors").read_bytes() == before
    with pytest.raises(RunMismatch, match="no run to resume"):
        train(config, training_data, tmp_path / "typo", resume=True, report=lambda progress: None)
    assert not (tmp_path / "typo").exists()


def test_a_loss_that_is_no_number_stops_the_run(
    config: TrainingConfig, training_data: Path
) -> None:
    """The step and the losses are named, and the weights are left as they were."""
    training = StyleTraining(config, training_data, training_data, CPU)
    with torch.no_grad():
        training.generator.to_rgb.bias[:] = float("nan")
    before = {k: v.clone() for k, v in training.average.state_dict().items()}
    with pytest.raises(TrainingDiverged, match=r"step 0: content"):
        training.step(0)
    assert all(torch.equal(before[k], v) for k, v in training.average.state_dict().items())


def test_a_gradient_that_is_no_number_reaches_no_weight(
    config: TrainingConfig, training_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Losses may be finite where a gradient is not; the step is named and nothing has changed."""
    training = StyleTraining(config, training_data, training_data, CPU)
    before = {k: v.clone() for k, v in training.generator.state_dict().items()}
    training.generator.to_rgb.bias.register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(TrainingDiverged, match=r"step 0: the generator's gradient"):
        training.step(0)
    assert all(torch.equal(before[k], v) for k, v in training.generator.state_dict().items())


def diverge_at(step_number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a run's weights become no numbers before a step."""
    step = StyleTraining.step

    def diverging(training: StyleTraining, number: int) -> dict[str, float]:
        if number == step_number:
            with torch.no_grad():
                training.generator.to_rgb.bias[:] = float("nan")
        return step(training, number)

    monkeypatch.setattr(StyleTraining, "step", diverging)


def test_a_run_that_diverges_keeps_its_last_state(
    config: TrainingConfig, training_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state on disk is that of the last save, and a run may start from it as it is told."""
    schedule = config.schedule.model_copy(update={"save_every": 1})
    config = config.model_copy(update={"schedule": schedule})
    diverge_at(1, monkeypatch)
    kept = r"step 1: .*The state of step 1 is kept; .*start = 'run'"
    with pytest.raises(TrainingDiverged, match=kept):
        train(config, training_data, tmp_path / "run", resume=False, report=lambda progress: None)
    state = load_file(str(tmp_path / "run" / "state.safetensors"))
    assert saved_step(tmp_path / "run") == 1
    assert all(bool(value.isfinite().all()) for value in state.values())


def test_a_run_that_diverges_before_it_saved_says_so(
    config: TrainingConfig, training_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No state is promised that is not there, and none to start from."""
    diverge_at(0, monkeypatch)
    with pytest.raises(
        TrainingDiverged, match=r"step 0: .*No state was saved before; lower"
    ) as end:
        train(config, training_data, tmp_path / "run", resume=False, report=lambda progress: None)
    assert "start =" not in str(end.value)
    assert saved_step(tmp_path / "run") is None
