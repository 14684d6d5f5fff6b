"""The generator's promises: local by construction, identity at strength 0, any mix is valid."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model_training.networks.generator import (
    STRIDE,
    Generator,
    GeneratorSize,
    make_generator,
    window_mean,
)

SMALL = GeneratorSize(trunk=16, half=8, full=8, blocks=2)


SIZES = {
    "full, nearest": SMALL,
    "full, bilinear": replace(SMALL, upsample="bilinear"),
    "full, contours": replace(SMALL, upsample="bilinear", contours=True),
    "full, spline": replace(SMALL, upsample="spline", half_blocks=2, contours=True, grain=0.05),
    "fast, nearest": replace(SMALL, kind="fast"),
    "fast, contours": replace(SMALL, kind="fast", upsample="bilinear", contours=True),
    "fast, spline": replace(SMALL, kind="fast", upsample="spline", contours=True, grain=0.05),
}


@pytest.fixture(params=list(SIZES))
def generator(request: pytest.FixtureRequest) -> Generator:
    """A small generator with every layer at work."""
    torch.manual_seed(0)
    size = SIZES[request.param]
    made = make_generator(2, size).eval().requires_grad_(False)
    for parameter in made.parameters():  # away from the start, where most of the net is silent
        parameter.add_(0.2 * torch.randn_like(parameter))
    made.set_padding("zeros")
    return made


def paint(generator: Generator, image: Tensor, strength: float = 1.0) -> Tensor:
    """Paint in a mix of both styles."""
    return generator(image, torch.tensor([[0.7, 0.3]]), torch.full((1, 1), strength))


def test_strength_zero_is_the_image_whatever_was_learned(generator: Generator) -> None:
    """At strength 0 every layer may be at work: the image comes back to the logit's clamp."""
    image = torch.rand(1, 3, 32, 48)
    assert (paint(generator, image, 0.0) - image).abs().max() < 3e-3


def test_nothing_beyond_the_halo_matters(generator: Generator) -> None:
    """A change in a corner leaves every pixel beyond the halo exactly as it was."""
    halo = generator.halo_px
    side = halo + 64
    first = torch.rand(1, 3, side, side)
    second = first.clone()
    second[..., :8, :8] = 1.0 - second[..., :8, :8]
    change = (paint(generator, first) - paint(generator, second)).abs()
    assert change[..., :8, :8].max() > 1e-4
    assert change[..., 8 + halo :, :].max() == 0.0
    assert change[..., :, 8 + halo :].max() == 0.0


def test_the_halo_is_not_overstated(generator: Generator) -> None:
    """Something within the halo's last two strides is felt: no tile pads in vain."""
    halo = generator.halo_px
    side = 2 * halo + 64
    image = torch.rand(1, 3, side, side, requires_grad=True)
    middle = side // 2 // STRIDE * STRIDE
    reach = 0
    for offset in range(STRIDE):
        (gradient,) = torch.autograd.grad(
            paint(generator, image)[0, :, middle + offset, middle + offset].sum(), image
        )
        felt = gradient[0].abs().sum((0, 1)).nonzero().flatten()
        reach = max(reach, middle + offset - int(felt.min()), int(felt.max()) - middle - offset)
    assert halo - 2 * STRIDE <= reach <= halo


def test_a_tile_with_its_halo_equals_the_whole(generator: Generator) -> None:
    """Any crop on the grid, painted with the halo round it, equals the whole frame's part."""
    halo = generator.halo_px
    image = torch.rand(1, 3, 2 * halo + 96, 2 * halo + 128)
    whole = paint(generator, image)
    top, left, height, width = halo + 8, halo + 20, 48, 64
    crop = image[..., top - halo : top + height + halo, left - halo : left + width + halo]
    part = paint(generator, crop)[..., halo : halo + height, halo : halo + width]
    assert (part - whole[..., top : top + height, left : left + width]).abs().max() < 1e-5


@pytest.mark.parametrize("padding", ["zeros", "reflect"])
def test_size_is_kept(generator: Generator, padding: str) -> None:
    """Every multiple of the stride keeps its size, in [0, 1]; reflecting needs 12 px."""
    generator.set_padding(padding)
    smallest = 4 if padding == "zeros" else 12
    for height, width in ((smallest, smallest), (16, 20), (64, 36)):
        painted = paint(generator, torch.rand(1, 3, height, width))
        assert painted.shape == (1, 3, height, width)
        assert float(painted.min()) >= 0.0
        assert float(painted.max()) <= 1.0


def test_the_exported_form_changes_no_value(generator: Generator) -> None:
    """What is exported in other steps paints the same picture, its edge too."""
    image = torch.rand(1, 3, 64, 80)
    exported = paint(generator, image)
    assert generator.exporting
    generator.exporting = False
    assert (paint(generator, image) - exported).abs().max() < 1e-5


def test_a_window_mean_is_the_mean_of_what_is_inside() -> None:
    """In the middle the mean of the whole square, at the edge of the part within the frame."""
    image = torch.rand(2, 3, 12, 14)
    mean = window_mean(image, 5)
    assert torch.allclose(mean[..., 6, 7], image[..., 4:9, 5:10].mean((2, 3)), atol=1e-6)
    assert torch.allclose(mean[..., 0, 13], image[..., :3, 11:].mean((2, 3)), atol=1e-6)
