"""Promises of the norm of the gates' twin: it trains, also on smooth pictures."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from model_training.networks.styled_conv import ResidualBlock, instance_norm

BLOCKS = 12


@pytest.mark.parametrize("grain", [0.0, 1e-4, 0.1])
def test_a_flat_picture_sends_back_a_sane_gradient(grain: float) -> None:
    """However little the channels change over a crop, two dozen layers of the norm stay finite."""
    torch.manual_seed(0)
    blocks = nn.ModuleList(ResidualBlock(8, 1, 1, instance_norm=True) for _ in range(BLOCKS))
    picture = (0.5 + grain * torch.randn(1, 8, 32, 32)).requires_grad_()
    y, mix = picture, torch.ones(1, 1)
    for block in blocks:
        y = block(y, mix)
    (y * torch.randn_like(y)).sum().backward()
    assert picture.grad is not None
    assert 0.0 < float(picture.grad.abs().max()) < 1e6


def test_what_is_not_flat_has_variance_1() -> None:
    """A channel with contrast is normalised as instance norm does, to within two parts in 100."""
    torch.manual_seed(0)
    picture = 3.0 + 0.3 * torch.randn(2, 4, 32, 32)
    difference = instance_norm(picture) - nn.functional.instance_norm(picture)
    assert float(difference.abs().max()) < 0.02 * float(picture.abs().max())
