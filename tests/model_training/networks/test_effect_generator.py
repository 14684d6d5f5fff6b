"""The promises of the effect generator: silent without support, local, and cheap enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model_training.effects.config import read_effect_config
from model_training.networks.effect_discriminator import WindowDiscriminator, in_sequence
from model_training.networks.effect_generator import EffectGenerator, EffectShape, HandMadeStart
from nuke_plugin.contract.field_recipe import FieldRecipe, Octave

CONFIGS = Path(__file__).parents[3] / "model_training" / "configs"

SHAPE = EffectShape(
    recipe=FieldRecipe("up", (6, 16), 0.1, 3.0, 2, (Octave.rising(16, 2.0, 12, channels=2),)),
    controls=2,
    signed=(False, True),
    scales=(0.5, 4.0),
    trunk=8,
    half=8,
    full=4,
    blocks=2,
)


@pytest.fixture
def generator() -> EffectGenerator:
    """A small one, as it is exported, its last layers loud enough to be heard."""
    torch.manual_seed(1)
    made = EffectGenerator(SHAPE).eval().requires_grad_(False)
    made.to_channels.gain[0] = 1.0
    made.set_padding("zeros")
    return made


def fields(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """Fields whose support is 1."""
    made = torch.rand(1, 6, height, width, generator=torch.Generator().manual_seed(seed))
    made[:, -1] = 1.0
    return made


def test_no_support_is_nothing(generator: EffectGenerator) -> None:
    """Where the support is 0 every channel is 0 exactly, and elsewhere none is."""
    seen = fields(16, 16)
    seen[..., :8, :][:, -1] = 0.0
    made = generator(seen, torch.zeros(1, 2))
    assert bool((made[..., :8, :] == 0.0).all())
    assert bool((made[..., 8:, :] != 0.0).all())
    assert 0.0 <= float(made[:, 0].min()) <= float(made[:, 0].max()) <= 1.0


def test_it_sees_as_far_as_its_halo_says(generator: EffectGenerator) -> None:
    """What lies beyond the halo changes nothing; what lies just inside may."""
    halo = generator.halo_px
    seen = fields(32, 2 * halo + 32)
    other = seen.clone()
    other[:, :-1, :, :8] = torch.rand(1, 5, 32, 8, generator=torch.Generator().manual_seed(5))
    apart = (generator(seen, torch.zeros(1, 2)) - generator(other, torch.zeros(1, 2))).abs()
    assert float(apart[..., 8 + halo :].max()) == 0.0
    assert float(apart[..., 8 : 8 + halo // 2].max()) > 0.0


def test_controls_begin_without_a_say_and_can_get_one(generator: EffectGenerator) -> None:
    """A fresh generator makes the same for any control; a row that has learned changes it."""
    seen, one = fields(16, 16), torch.tensor([[1.0, 0.0]])
    still = generator(seen, torch.zeros(1, 2))
    assert torch.equal(generator(seen, one), still)
    generator.detail.gain[1] = 0.5
    assert not torch.equal(generator(seen, one), still)


def test_training_and_export_see_the_same_inside(generator: EffectGenerator) -> None:
    """Both paddings agree beyond the halo from the edge."""
    reach = generator.halo_px
    seen, none = fields(2 * reach + 8, 2 * reach + 8), torch.zeros(1, 2)
    exported = generator(seen, none)
    generator.set_padding("reflect")
    middle = (..., slice(reach, -reach), slice(reach, -reach))
    assert torch.allclose(exported[middle], generator(seen, none)[middle], atol=1e-6)


@pytest.mark.parametrize("name", ["fire", "smoke", "water"])
def test_shipped_effects_are_quick_enough(name: str) -> None:
    """Below 60,000 multiplications a pixel; the baseline differs in what it is trained for."""
    config = read_effect_config(CONFIGS / f"{name}.toml")
    assert EffectGenerator(config.generator_shape()).kmac_per_pixel < 60.0
    baseline = read_effect_config(CONFIGS / f"{name}_l1.toml")
    assert baseline.generator_shape() == config.generator_shape()
    assert baseline.effect == config.effect
    assert not baseline.adversary_joins


def test_a_judge_sees_change_and_condition() -> None:
    """Scores are an eighth of the size, and depend on the matte and on what moves."""
    torch.manual_seed(0)
    frames = torch.rand(2, 3, 2, 32, 32)
    judge = WindowDiscriminator(6, 1, 4).eval()
    matte = torch.zeros(2, 1, 32, 32)
    still = in_sequence(frames[:, 1:2].expand(-1, 3, -1, -1, -1))
    assert bool((still[:, 2:] == 0.0).all())
    scores = judge(in_sequence(frames), matte)
    assert tuple(scores.shape) == (2, 1, 4, 4)
    assert not torch.equal(scores, judge(still, matte))
    assert not torch.equal(scores, judge(in_sequence(frames), matte + 1.0))


def test_water_begins_with_foam_on_its_crests() -> None:
    """A fresh generator of water leaves most of it clear; where there is foam the water is high."""
    config = read_effect_config(CONFIGS / "water.toml")
    torch.manual_seed(2)
    fresh = EffectGenerator(config.generator_shape()).eval()
    seen = torch.ones(1, config.effect.recipe.count, 32, 32)
    noise = slice(1 + len(config.effect.recipe.smears_px), -1)
    seen[:, noise] = torch.randn(seen[:, noise].shape)
    with torch.inference_mode():
        height, foam = fresh(seen, torch.zeros(1, 2))[0]
    assert 0.0 < float(foam.mean()) < 0.1
    assert float(height[foam > 0.1].min()) > float(height.std())


def test_it_starts_as_configured() -> None:
    """Bias, smears and noise of the field that training starts from; the longest wave may go."""
    octaves = (Octave.rising(32, 2.0, 24, channels=1), Octave.rising(16, 2.0, 12, channels=1))
    shape = replace(
        SHAPE,
        recipe=replace(SHAPE.recipe, octaves=octaves),
        signed=(False, False),
        scales=(0.5, 0.5),
        start=HandMadeStart(noise=0.8, coarse=0.0, smear=2.6, bias=-1.5),
    )
    started = EffectGenerator(shape).requires_grad_(False).hand_made
    weight = started.weight[0, :, 0, 0]
    smears, noise = weight[1:3], weight[3:-1]
    assert started.bias is not None
    assert float(started.bias[0]) == pytest.approx(-1.5)
    assert smears.tolist() == pytest.approx([-0.8, 2.6])
    waves = noise.reshape(2, -1)
    assert not waves[0].any()
    assert bool((waves[1] > 0.0).all())
