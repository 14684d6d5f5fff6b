"""The losses' promises: zero where nothing is wrong, their paper's value elsewhere."""

from __future__ import annotations

import pytest
import torch

from model_training.losses import perceptual, pixels, stability

BANDS = (1.5, 3.0, 6.0)


def features(seed: int) -> dict[str, torch.Tensor]:
    """One layer of random features."""
    random = torch.Generator().manual_seed(seed)
    return {"relu1_2": torch.rand(1, 4, 8, 8, generator=random)}


def target_of(seed: int) -> perceptual.StyleTarget:
    """A target that those features hit."""
    return perceptual.measure_paintings(
        lambda _: features(seed), [[torch.zeros(1, 3, 64, 64)]], BANDS
    )


def test_gram_is_the_mean_outer_product() -> None:
    """Gram of two constant channels a and b is [[aa, ab], [ab, bb]]."""
    feature = torch.tensor([2.0, 3.0])[None, :, None, None].expand(1, 2, 5, 7)
    assert torch.allclose(perceptual.gram(feature)[0], torch.tensor([[4.0, 6.0], [6.0, 9.0]]))


def test_style_losses_vanish_on_the_painting_itself() -> None:
    """The painting has no distance to itself, another picture has one."""
    index = torch.tensor([0])
    for loss in (perceptual.style_loss, perceptual.moment_loss):
        assert float(loss(features(1), target_of(1), index)) == pytest.approx(0.0, abs=1e-7)
        assert float(loss(features(2), target_of(1), index)) > 1e-4


def test_style_loss_is_relative() -> None:
    """A picture with no features at all is at distance 1."""
    nothing = {k: torch.zeros_like(v) for k, v in features(1).items()}
    assert float(perceptual.style_loss(nothing, target_of(1), torch.tensor([0]))) == pytest.approx(
        1.0
    )


def test_each_image_has_a_loss_of_its_own() -> None:
    """Losses return one value an image, so that strength can scale each."""
    image, other = torch.rand(3, 3, 16, 16), torch.rand(3, 3, 16, 16)
    assert pixels.identity_loss(image, other).shape == (3,)
    assert perceptual.content_loss(image, other).shape == (3,)
    assert pixels.total_variation_loss(image).shape == (3,)
    seen = torch.ones(3, 1, 16, 16)
    assert stability.stability_loss(image, other, seen).shape == (3,)
    assert stability.boil_loss(image, other, seen).shape == (3,)
    assert stability.grain_loss(image, other, other, image).shape == (3,)


def test_stability_counts_only_what_both_frames_see() -> None:
    """A difference where nothing is visible costs nothing."""
    image = torch.zeros(1, 3, 8, 8)
    other = image.clone()
    other[..., :4] = 1.0
    seen = torch.zeros(1, 1, 8, 8)
    seen[..., 4:] = 1.0
    assert float(stability.stability_loss(image, other, seen)) == 0.0
    assert float(stability.stability_loss(image, other, 1.0 - seen)) == pytest.approx(1.0)


def test_tone_is_blind_to_contrast_and_brightness() -> None:
    """A darker, flatter picture of the same scene costs nothing; an inverted one costs most."""
    image = pixels.blur(torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)), 2.0)
    image = (image - image.mean()) * 3.0 + 0.5
    assert float(pixels.tone_loss(0.3 * image + 0.1, image)) == pytest.approx(0.0, abs=0.01)
    inverted = float(pixels.tone_loss(1.0 - image, image))
    assert inverted > 10 * float(pixels.tone_loss(0.3 * image + 0.1, image)) + 0.5
    assert float(pixels.tone_loss(image, torch.full_like(image, 0.5))) < 1e-6


def test_boil_does_not_reward_a_flat_picture() -> None:
    """Halving the contrast of picture and flicker alike leaves boil where it was."""
    random = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 64, 64, generator=random)
    other = (image + 0.2 * torch.rand(1, 3, 64, 64, generator=random)).clamp(0, 1)
    seen = torch.ones(1, 1, 64, 64)
    rich = float(stability.boil_loss(image, other, seen))
    flat = float(stability.boil_loss(image / 2, other / 2, seen))
    assert flat == pytest.approx(rich, rel=0.02)


def test_grain_is_counted_by_how_much_it_grew() -> None:
    """Grain that comes out as it went in is 1, doubled grain 2, none 0, however large it was."""
    clean = torch.full((1, 3, 32, 32), 0.5)
    grain = torch.randn(clean.shape, generator=torch.Generator().manual_seed(5))
    painted = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(6))
    for sigma in (0.01, 0.03):
        for gain in (0.0, 1.0, 2.0):
            found = stability.grain_loss(
                clean + sigma * grain, clean, painted + gain * sigma * grain, painted
            )
            assert float(found) == pytest.approx(gain, abs=0.02)


def test_brushwork_is_missed_where_there_is_none() -> None:
    """A painting misses nothing of itself; a flat picture misses all of it, half as much half."""
    painting = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(2))
    target = pixels.spread(pixels.stroke_strength(painting, BANDS))
    index = torch.tensor([0])
    flat, half = torch.full_like(painting, 0.5), 0.5 + 0.5 * (painting - 0.5)
    assert float(pixels.stroke_loss(painting, target, index, BANDS)) == pytest.approx(0.0, abs=1e-6)
    assert float(pixels.stroke_loss(half, target, index, BANDS)) == pytest.approx(0.5, abs=0.02)
    assert float(pixels.stroke_loss(flat, target, index, BANDS)) == pytest.approx(1.0, abs=0.05)


def test_several_paintings_are_measured_as_one_large_one() -> None:
    """Two halves of a painting ask for what the whole asks for, each place counting alike."""
    random = torch.Generator().manual_seed(4)
    painting = torch.rand(1, 3, 64, 128, generator=random)

    def seen(image: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"layer": image * 2.0}

    whole, halves = (
        perceptual.measure_paintings(seen, [images], BANDS)
        for images in ([painting], [painting[..., :64], painting[..., 64:]])
    )
    for name in ("grams", "means", "deviations"):
        asked, found = getattr(whole, name)["layer"], getattr(halves, name)["layer"]
        assert torch.allclose(asked, found, atol=1e-5), name
    assert torch.allclose(whole.palettes, halves.palettes, atol=1e-5)
    first = perceptual.measure_paintings(seen, [[painting[..., :64]]], BANDS)
    assert not torch.allclose(first.grams["layer"], whole.grams["layer"], atol=1e-5)


def test_feature_stability_counts_what_both_frames_see() -> None:
    """Equal features cost nothing, absent ones 1, and what is hidden is not looked at."""
    feature = {"layer": torch.rand(1, 4, 8, 8, generator=torch.Generator().manual_seed(5)) + 0.1}
    nothing = {"layer": torch.zeros(1, 4, 8, 8)}
    seen = torch.ones(1, 1, 16, 16)
    assert float(stability.feature_stability_loss(feature, feature, seen)) == 0.0
    assert float(stability.feature_stability_loss(nothing, feature, seen)) == pytest.approx(1.0)
    half = {"layer": feature["layer"].clone()}
    half["layer"][..., :4] = 0.0
    seen[..., :8] = 0.0
    assert float(stability.feature_stability_loss(half, feature, seen)) == 0.0
    seen = 1.0 - seen
    assert float(stability.feature_stability_loss(half, feature, seen)) == pytest.approx(1.0)


def test_contrast_is_blind_to_places_and_sees_what_was_averaged_away() -> None:
    """Strokes elsewhere in a window cost little, strokes that were averaged away cost all."""
    generator = torch.Generator().manual_seed(3)
    ground = torch.full((1, 3, 128, 128), 0.5)
    strokes = pixels.blur(torch.randn(1, 3, 128, 128, generator=generator), 1.5)
    strokes = 0.05 * strokes / strokes.std()
    wanted = ground + strokes
    moved = ground + strokes.roll((5, 7), (2, 3))
    weaker = ground + 0.5 * strokes
    gone = ground.clone().requires_grad_()

    assert float(pixels.contrast_loss(wanted, wanted)) == 0
    assert float(pixels.contrast_loss(moved, wanted)) < 0.2
    assert float(pixels.contrast_loss(weaker, wanted)) == pytest.approx(0.5, abs=0.03)
    lost = pixels.contrast_loss(gone, wanted)
    assert lost.item() > 0.9
    lost.sum().backward()
    assert gone.grad is not None
    assert bool(torch.isfinite(gone.grad).all())
