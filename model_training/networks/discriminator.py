"""Holds the patch discriminator: it judges brushwork in small windows, never composition.

Its receptive field is 19 px, as in P2-GAN (Zheng & Liu 2020) and Texler et al. 2020: larger windows
would judge what is in the picture, which is the plate's business.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class PatchDiscriminator(nn.Module):
    """Scores overlapping windows of an image, one score map for each style.

    image (N, 3, H, W) in [0, 1]; style (N, K) weights choose whose brushwork is asked for;
    condition (N, condition_channels, H, W) in [0, 1] is what was painted: the judge sees both, as
    in D(x, G(x)) (Isola et al. 2017, eq. 1).
    returns (N, 1, H/4, W/4) unbounded scores, higher for what looks like the painting.

    `spectral` divides each filter by its largest singular value (Miyato et al. 2018), which bounds
    how steeply a score can change with the image.
    """

    def __init__(
        self, styles: int, width: int = 48, condition_channels: int = 0, spectral: bool = True
    ) -> None:
        super().__init__()

        def bounded(layer: nn.Conv2d) -> nn.Module:
            return spectral_norm(layer) if spectral else layer

        self.first = bounded(nn.Conv2d(3 + condition_channels, width, 4, stride=2, padding=1))
        self.second = bounded(nn.Conv2d(width, 2 * width, 4, stride=2, padding=1))
        self.third = bounded(nn.Conv2d(2 * width, 2 * width, 3, padding=1))
        self.score = bounded(nn.Conv2d(2 * width, styles, 1))

    def forward(self, image: Tensor, style: Tensor, condition: Tensor | None = None) -> Tensor:
        """Score; see the class for shapes and ranges."""
        seen = image if condition is None else torch.cat([image, condition], dim=1)
        x = F.leaky_relu(self.first(seen * 2.0 - 1.0), 0.2)
        x = F.leaky_relu(self.second(x), 0.2)
        x = F.leaky_relu(self.third(x), 0.2)
        scores: Tensor = self.score(x) * style[:, :, None, None]
        return scores.sum(1, keepdim=True)
