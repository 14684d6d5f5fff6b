"""The recipe style's promises: every option takes part in a step, and means what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from model_training.training.config import AdversaryConfig, TrainingConfig, read_config
from model_training.training.step import ramp
from model_training.training.style_step import StyleTraining, permute_patches

CPU = torch.device("cpu")
PLAYING = 3
"""A step of the small configuration in which the adversary plays."""


@pytest.fixture
def config(config_file: Path) -> TrainingConfig:
    """The small configuration."""
    return read_config(config_file)


def test_the_adversary_may_see_the_plate(config: TrainingConfig, training_data: Path) -> None:
    """A conditional run of another form trains its discriminator on pairs."""
    pairs = config.model_copy(
        update={
            "adversary": AdversaryConfig(
                form="non_saturating", conditional=True, spectral_norm=False, permuted=1.0
            ),
            "losses": config.losses.model_copy(update={"feature_stability": 2.0}),
        }
    )
    training = StyleTraining(pairs, training_data, training_data, CPU)
    judge = training.adversary.discriminator
    assert judge.first.weight.shape[1] == 4
    before = judge.first.weight.detach().clone()
    report = training.step(PLAYING)
    assert {"adversarial", "discriminator", "feature_stability"} <= set(report)
    assert report["feature_stability"] > 0.0
    changed = (judge.first.weight.detach() != before).flatten(2).any(2).any(0)
    assert bool(changed.all())  # the plate's channel among them


def test_colours_are_asked_for_by_place(config: TrainingConfig, training_data: Path) -> None:
    """The recolouring counts with its weight; a run without it measures no table."""
    reports = {}
    for weight in (0.0, 2.0, 4.0):
        losses = config.losses.model_copy(update={"recolouring": weight})
        training = StyleTraining(
            config.model_copy(update={"losses": losses}), training_data, training_data, CPU
        )
        assert (training.recolouring is None) == (weight == 0.0)
        reports[weight] = training.step(PLAYING)
    assert "recolouring" not in reports[0.0]
    assert reports[2.0]["recolouring"] > 0.0
    assert reports[4.0]["recolouring"] == pytest.approx(2.0 * reports[2.0]["recolouring"], rel=1e-3)


def test_grain_that_grows_is_asked_for(config: TrainingConfig, training_data: Path) -> None:
    """The grain term counts what lies above its floor, and a run without it draws no grain."""
    terms = {}
    for floor in (0.0, 0.1, 4.0):
        losses = config.losses.model_copy(update={"grain": 3.0, "grain_floor": floor})
        training = StyleTraining(
            config.model_copy(update={"losses": losses}), training_data, training_data, CPU
        )
        terms[floor] = training.step(PLAYING)["grain"]
    assert terms[0.0] > terms[0.1] > terms[4.0] == 0.0
    plain = StyleTraining(config, training_data, training_data, CPU).step(PLAYING)
    assert "grain" not in plain


def test_a_ramp_without_a_length_is_a_step() -> None:
    """Nothing before, all from there on; a configuration may name one share for both ends."""
    assert [ramp(share, 0.5, 0.5) for share in (0.0, 0.49, 0.5, 1.0)] == [0.0, 0.0, 1.0, 1.0]
    assert [ramp(share, 0.2, 0.4) for share in (0.1, 0.3, 0.4)] == pytest.approx([0.0, 0.5, 1.0])


def test_strokes_join_when_they_are_asked_for(config: TrainingConfig, training_data: Path) -> None:
    """Before their ramp strokes count nothing, calm a tenth; behind it both count in full."""
    losses = config.losses.model_copy(update={"strokes": 5.0, "boil": 9.0})
    terms = {}
    for full in (0.0, 1.0):
        ramps = {"strokes_from": full, "strokes_full": full}
        ramps |= {"stability_from": full, "stability_full": full}
        update = {"losses": losses, "schedule": config.schedule.model_copy(update=ramps)}
        training = StyleTraining(
            config.model_copy(update=update), training_data, training_data, CPU
        )
        terms[full] = training.step(0)
    assert terms[0.0]["strokes"] > terms[1.0]["strokes"] == 0.0
    assert terms[1.0]["boil"] == pytest.approx(0.1 * terms[0.0]["boil"], rel=1e-4)


def test_the_adversary_yields_where_the_gate_is_missed(
    config: TrainingConfig, training_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each picture's adversarial term is in full up to the gate, and gate / boil of it beyond."""
    weighed = {}
    for gate in (1e-3, 1e3):
        losses = {"boil_gate": gate, "boil": 1.0, "adversarial": 0.5}
        ramps = {"stability_from": 0.0, "stability_full": 0.0}
        update = {
            "losses": config.losses.model_copy(update=losses),
            "schedule": config.schedule.model_copy(update=ramps),
        }
        training = StyleTraining(
            config.model_copy(update=update), training_data, training_data, CPU
        )
        monkeypatch.setattr(
            training.adversary, "play", lambda real, made, number: (torch.ones(len(made.image)), {})
        )
        terms, _ = training.terms(PLAYING)
        weighed[gate] = terms["adversarial"]
    played = weighed[1e3] > 0.0
    assert bool(played.any())
    assert weighed[1e3][played].tolist() == pytest.approx([0.5] * int(played.sum()))
    boil = terms["boil"][played]
    assert bool((boil > 1e-2).all())
    assert torch.allclose(weighed[1e-3][played], 0.5 * 1e-3 / boil)


def test_a_style_may_have_several_images(config: TrainingConfig, training_data: Path) -> None:
    """All of them set the target and are shown to the discriminator."""
    both = config.styles[0].model_copy(
        update={"painting": [Path("paintings/first.png"), Path("paintings/second.png")]}
    )
    several = config.model_copy(update={"styles": [both, config.styles[1]]})
    one, two = (StyleTraining(c, training_data, training_data, CPU) for c in (config, several))
    layer = "relu2_2"
    mean = one.target.grams[layer].mean(0)  # both paintings have the same size
    assert torch.allclose(two.target.grams[layer][0], mean, rtol=1e-4)
    assert torch.equal(two.target.grams[layer][1], one.target.grams[layer][1])
    crops = two._painting_crops([0] * 12, torch.Generator().manual_seed(0))
    first_rows = [crop[0, 0] for crop in crops[::2]]  # of the crops whose patches stay in place
    plain = {
        which
        for row in first_rows
        for which, painting in enumerate(two.paintings[0])
        if bool((painting[0, 0].unfold(1, 64, 1) == row).all(2).any())
    }
    assert plain == {0, 1}


def test_shuffled_patches_are_the_same_patches() -> None:
    """Every 32 px patch is still there, whole, at another place."""
    image = torch.arange(9.0)[None, None].reshape(1, 1, 3, 3)
    image = image.repeat_interleave(32, 2).repeat_interleave(32, 3)
    shuffled = permute_patches(image, 32, torch.Generator().manual_seed(1))
    corners = shuffled[0, 0, ::32, ::32].flatten()
    assert sorted(corners.tolist()) == list(range(9))
    assert corners.tolist() != list(range(9))
    whole = corners.reshape(3, 3).repeat_interleave(32, 0).repeat_interleave(32, 1)
    assert torch.equal(shuffled[0, 0], whole)


def test_the_instance_norm_twin_trains(config: TrainingConfig, training_data: Path) -> None:
    """The gates' twin is the same configuration with one word changed."""
    size = config.generator.model_copy(update={"norm": "instance"})
    twin = config.model_copy(update={"generator": size})
    training = StyleTraining(twin, training_data, training_data, CPU)
    before = training.generator.to_rgb.weight.detach().clone()
    training.step(0)
    assert not torch.equal(training.generator.to_rgb.weight, before)
    assert training.generator.stem.instance_norm
