"""The motions' promises: whole-pixel shifts are exact, what leaves the frame is out."""

from __future__ import annotations

import torch

from model_training.data import motion


def test_a_whole_pixel_shift_moves_pixels_unchanged() -> None:
    """Bicubic sampling at whole pixels is a copy."""
    image = torch.rand(1, 3, 20, 24)
    shift = torch.zeros(1, 2, 20, 24)
    shift[:, 0], shift[:, 1] = 3.0, -2.0
    moved = motion.warp(image, shift)
    assert torch.allclose(moved[..., 4:18, 2:18], image[..., 2:16, 5:21], atol=1e-5)


def test_what_leaves_the_frame_is_not_visible() -> None:
    """A shift of 5 px hides 5 columns and the margin hides the rim."""
    shift = torch.zeros(1, 2, 16, 16)
    shift[:, 0] = 5.0
    seen = motion.visible(shift, margin_px=1)
    assert seen[0, 0, 8, 1:10].min() == 1.0
    assert seen[0, 0, :, 10:].max() == 0.0
    assert seen[0, 0, 0].max() == 0.0


def test_half_of_the_motions_are_whole_pixels() -> None:
    """Both kinds occur, and the same seed gives the same motions."""
    many = motion.random_displacement(64, 16, 16, torch.Generator().manual_seed(5))
    whole = (many == many.round()).flatten(1).all(1)
    assert 16 < int(whole.sum()) < 48
    again = motion.random_displacement(64, 16, 16, torch.Generator().manual_seed(5))
    assert torch.equal(many, again)
