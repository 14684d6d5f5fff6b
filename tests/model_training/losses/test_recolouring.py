"""The recolouring's promises: a fixed, monotone table from plate colours to a painting's."""

from __future__ import annotations

import pytest
import torch

from model_training.losses.recolouring import BANDS, measure_recolouring, recolouring_loss


def picture(seed: int, side: int = 256) -> torch.Tensor:
    """Every colour, one a cell of 4 px, in random order: (1, 3, side, side)."""
    cells = torch.rand(1, 3, side // 4, side // 4, generator=torch.Generator().manual_seed(seed))
    return cells.repeat_interleave(4, 2).repeat_interleave(4, 3)


def test_a_painting_of_the_photos_colours_changes_little() -> None:
    """One distribution that luminance and warmth describe gives nearly the identity."""

    def tinted(seed: int) -> torch.Tensor:
        level, turn = picture(seed)[:, :1], 0.1 * (picture(seed)[:, 1:2] - 0.5)
        return torch.cat([level + turn, level, level - turn * (0.2126 / 0.0722)], dim=1)

    table = measure_recolouring(tinted(1), [[tinted(2)]])
    image = tinted(3)
    inside = (image[:, 1] > 0.15) & (image[:, 1] < 0.85)
    difference = (table(image, torch.tensor([0])) - image).abs().amax(1)[inside]
    assert float(difference.mean()) < 0.04


def test_colours_keep_their_order() -> None:
    """A brighter plate is not darker in the painting; a warmer one of one luminance not cooler."""
    painting = picture(3) * torch.tensor([0.9, 0.5, 0.3])[None, :, None, None]
    table = measure_recolouring(picture(4), [[painting]])
    style = torch.tensor([0])
    greys = torch.linspace(0.05, 0.95, 60)[None, None, None, :].expand(1, 3, 4, 60)
    bright = table(greys, style)[0].mean((0, 1))
    assert bool((bright.diff() > -1e-3).all())
    assert float(bright[-1] - bright[0]) > 0.2
    turn = torch.linspace(-0.15, 0.15, 40)
    red, blue = 0.5 + turn, 0.5 - turn * (0.2126 / 0.0722)
    warmer = torch.stack([red, torch.full_like(red, 0.5), blue])[None, :, None, :]
    found = table(warmer.expand(1, 3, 4, 40), style)[0].mean(1)
    assert bool(((found[0] - found[2]).diff() > -1e-3).all())


def test_each_style_has_its_own_table() -> None:
    """Images of one batch are recoloured by the paintings of their own styles."""
    red = picture(5) * torch.tensor([1.0, 0.02, 0.02])[None, :, None, None]
    blue = picture(5) * torch.tensor([0.02, 0.02, 1.0])[None, :, None, None]
    table = measure_recolouring(picture(6), [[red], [blue]])
    image = picture(7).expand(2, -1, -1, -1)
    found = table(image, torch.tensor([0, 1]))
    warmth = (found[:, 0] - found[:, 2]).flatten(1).mean(1)
    assert float(warmth[0]) > 0.3 > -0.3 > float(warmth[1])
    assert torch.equal(found[:1], table(image[:1], torch.tensor([0])))
    assert table.colours.shape == (2, BANDS, BANDS, 3)


def test_several_paintings_share_one_table() -> None:
    """Halves of a painting give the table of the whole."""
    painting = picture(8)
    whole = measure_recolouring(picture(9), [[painting]])
    halves = measure_recolouring(picture(9), [[painting[..., :128], painting[..., 128:]]])
    assert torch.allclose(whole.colours, halves.colours, atol=1e-6)


def test_the_loss_is_blind_to_strokes() -> None:
    """The wanted colours cost nothing, nor do fine strokes round them; a wrong colour does."""
    table = measure_recolouring(picture(10), [[picture(11) * 0.5]])
    image, style = torch.full((1, 3, 64, 64), 0.5), torch.tensor([0])
    wanted = table(image, style)
    lines = torch.ones(64).index_fill(0, torch.arange(0, 64, 2), -1.0)[None, None, :, None]

    def loss(painted: torch.Tensor) -> float:
        return float(recolouring_loss(painted, image, table, style))

    assert loss(wanted) == pytest.approx(0.0, abs=1e-6)
    assert loss(wanted + 0.2 * lines) == pytest.approx(0.0, abs=1e-5)
    assert loss(wanted + 0.1) == pytest.approx(0.1, abs=1e-5)


def test_grain_in_the_dark_chooses_no_colour() -> None:
    """Where photos have almost no warmth, a grain's worth of it moves the colour only a little."""
    grey = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(12))
    grey = grey.repeat_interleave(4, 2).repeat_interleave(4, 3).expand(1, 3, 256, 256)
    table = measure_recolouring(grey, [[picture(13)]])
    plate = torch.full((1, 3, 1, 1), 0.3)
    grainy = plate + torch.tensor([0.005, 0.0, -0.005])[None, :, None, None]
    style = torch.tensor([0])
    assert float((table(grainy, style) - table(plate, style)).abs().max()) < 0.08
