"""The recipe distil's promises: the student nears its teacher, cheaply, and styles go by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_training.training.checkpoint import RunMismatch, load_finished
from model_training.training.config import (
    ConfigInvalid,
    DistilConfig,
    SizeConfig,
    TrainingConfig,
    read_config,
)
from model_training.training.distil_step import DistilTraining
from model_training.training.loop import train

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, training_data: Path) -> Path:
    """A folder of runs with one finished run, `teacher`, whose styles differ clearly."""
    from tests.model_training.conftest import CONFIG

    folder = tmp_path_factory.mktemp("runs")
    (folder / "teacher.toml").write_text(CONFIG, encoding="utf-8")
    config = read_config(folder / "teacher.toml")
    train(
        config,
        training_data,
        folder / "teacher",
        resume=False,
        report=lambda progress: None,
        until=1,
    )
    return folder


@pytest.fixture
def config(config_file: Path) -> TrainingConfig:
    """A small fast generator that learns from `teacher`, with its styles the other way round."""
    settings = read_config(config_file)
    size = {"kind": "fast", "trunk": 16, "half": 8, "full": 0, "blocks": 2}
    return settings.model_copy(
        update={
            "distil": DistilConfig(teacher="teacher"),
            "generator": SizeConfig.model_validate(size),
            "styles": settings.styles[::-1],
            "schedule": settings.schedule.model_copy(
                update={"steps": 40, "learning_rate": 5e-3, "sheet_every": 1000}
            ),
        }
    )


def test_the_student_nears_its_teacher_without_features(
    config: TrainingConfig, training_data: Path, runs: Path, tmp_path: Path
) -> None:
    """The distance to the teacher falls by half in forty steps, and no features are needed."""
    without = config.model_copy(
        update={"data": config.data.model_copy(update={"features": Path("not there")})}
    )
    seen: list[float] = []
    train(
        without,
        training_data,
        runs / "student",
        resume=False,
        report=lambda progress: seen.append(progress.terms["pixels"]),
    )
    assert sum(seen[-5:]) < 0.5 * sum(seen[:5])
    assert set(load_file(str(runs / "student" / "state.safetensors")))


def test_styles_go_by_name_and_not_by_place(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """The teacher is asked for the style that has the same id, wherever it stands in its list."""
    training = DistilTraining(config, training_data, runs, CPU)
    teacher, ours = load_finished(runs / "teacher", ["first", "second"])
    image = torch.rand(2, 3, 64, 64)
    full = torch.ones(2, 1)
    asked = training.teach(image, torch.eye(2), full)  # ours: second, first
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(asked, teacher(image, ours[[1, 0]], full))
        assert not torch.equal(asked, teacher(image, ours, full))


def test_a_gram_term_brings_the_features_and_boil_the_motion(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """Each term is there when its weight is above 0; boil not before there can be strokes."""
    assert config.distil is not None
    plain = DistilTraining(config, training_data, runs, CPU)
    assert set(plain.step(0)) == {"pixels", "high_pass"}
    assert not hasattr(plain, "features")
    weights = {"style": 2.0, "boil": 1.0, "adversarial": 0.1, "contrast": 0.2}
    more = config.model_copy(update={"distil": config.distil.model_copy(update=weights)})
    training = DistilTraining(more, training_data, runs, CPU)
    assert "boil" not in training.step(0)
    assert set(training.step(39)) == {"pixels", "high_pass", "discriminator", *weights}


def test_the_adversary_yields_where_the_gate_is_missed(
    config: TrainingConfig, training_data: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A photo's adversarial term is in full up to the gate and gate / boil of it beyond.

    Boil is measured for it also where it is no loss, and the run is known to become dearer.
    """
    assert config.distil is not None
    weighed = {}
    for gate in (1e-3, 1e3):
        weights = {"adversarial": 0.5, "boil": float(gate > 1.0), "boil_gate": gate}
        ramps = {"stability_from": 0.0, "stability_full": 0.0}
        update = {
            "distil": config.distil.model_copy(update=weights),
            "schedule": config.schedule.model_copy(update=ramps),
        }
        gated = config.model_copy(update=update)
        assert gated.adversary_joins
        training = DistilTraining(gated, training_data, runs, CPU)
        assert training.adversary is not None
        monkeypatch.setattr(
            training.adversary, "play", lambda real, made, number: (torch.ones(len(made.image)), {})
        )
        terms, _ = training.terms(39)
        weighed[gate] = terms["adversarial"]
    assert weighed[1e3].tolist() == pytest.approx([0.5] * len(weighed[1e3]))
    boil = terms["boil"]
    assert bool((boil > 1e-2).all())
    assert torch.allclose(weighed[1e-3], 0.5 * 1e-3 / boil)
    assert not config.adversary_joins


def test_a_style_that_the_teacher_does_not_know_is_named(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """Nothing is learned from a teacher that lacks a style or is not there."""
    assert config.distil is not None
    third = config.styles[0].model_copy(update={"id": "third"})
    more = config.model_copy(update={"styles": [*config.styles, third]})
    with pytest.raises(RunMismatch, match=r"does not know third; it knows first, second"):
        DistilTraining(more, training_data, runs, CPU)
    typo = config.model_copy(update={"distil": DistilConfig(teacher="teecher")})
    with pytest.raises(RunMismatch, match=r"'distil\.teacher' names run"):
        DistilTraining(typo, training_data, runs, CPU)


def test_weights_that_would_not_be_used_are_refused(config_file: Path) -> None:
    """A [losses] section beside a teacher is a mistake that is named."""
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text(
        text + '\n[distil]\nteacher = "teacher"\n\n[losses]\nstyle = 3.0\n', encoding="utf-8"
    )
    with pytest.raises(ConfigInvalid, match="from distil, not from losses"):
        read_config(config_file)


def test_resume_equals_one_go(config: TrainingConfig, training_data: Path, runs: Path) -> None:
    """A distilled run that was stopped and resumed ends in bit-equal weights."""
    short = config.model_copy(update={"schedule": config.schedule.model_copy(update={"steps": 4})})
    for name, stops in (("whole", (4,)), ("parts", (2, 4))):
        for number, until in enumerate(stops):
            train(
                short,
                training_data,
                runs / name,
                resume=number > 0,
                report=lambda progress: None,
                until=until,
            )
    whole, parts = (load_file(str(runs / n / "state.safetensors")) for n in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[k], parts[k]) for k in whole)


def test_strength_begins_at_the_plate(
    config: TrainingConfig, training_data: Path, runs: Path
) -> None:
    """At strength 0 the teacher shows the plate, whatever it learned; at 1 its own painting."""
    training = DistilTraining(config, training_data, runs, CPU)
    with torch.no_grad():
        training.teacher.to_rgb.bias[0] += 0.5  # type: ignore[index, union-attr]
    images = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    styles = torch.eye(2)[torch.tensor([0, 1, 0])]
    shown = training.teach(images, styles, torch.tensor([[0.0], [0.5], [1.0]]))
    plain = training.teacher(images, styles @ training.taught, torch.ones(3, 1))
    assert torch.allclose(shown[0], images[0], atol=3e-3)  # the logit's clamp
    assert torch.allclose(shown[2], plain[2], atol=2e-2)  # bf16
