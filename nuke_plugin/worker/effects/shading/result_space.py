"""Holds the space that an effect's light goes out in: scene-linear, with primaries of its own.

Colours multiply one another in linear Rec.709, in which settings are said, and the light is
converted after that: a product of three numbers is another colour in other primaries. A black body
alone is made in the space itself, which may hold what Rec.709 cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_shading import Colour
from nuke_plugin.contract.errors import OptionInvalid
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.planes import Planes


@dataclass(frozen=True, eq=False)
class ResultSpace:
    """A scene-linear space."""

    name: str
    """What the colour config calls it."""

    matrix: NDArray[np.float64]
    """From linear Rec.709 to it, (3, 3); a matrix is all there is between scene-linear spaces."""

    @classmethod
    def of(cls, config: ColourConfig, colorspace: str | None) -> ResultSpace:
        """Return a config's space; None is linear Rec.709.

        Raises ``OptionInvalid`` for one that is not scene-linear, and any ``ColourSpaceUnknown`` or
        ``ColourConfigInvalid``.
        """
        colour = config.plate_colour(colorspace, is_integer=False)
        if not colour.is_linear:
            reason = f"{colour.space!r} is not scene-linear, and light is written in no other space"
            raise OptionInvalid("--colorspace", reason)
        unit = np.eye(3, dtype=np.float32)[:, None, :].copy()  # (3, 1, 3): red, green, blue pixels
        colour.from_linear.apply(unit)
        return cls(colour.result_space, unit[:, 0, :].astype(np.float64))

    def of_rec709(self, light: Planes) -> Planes:
        """Return light of linear Rec.709, (3, H, W), in this space."""
        if np.allclose(self.matrix, np.eye(3), atol=1e-6):
            return light
        made: Planes = np.tensordot(self.matrix.astype(np.float32), light, axes=1)
        return made


def filling(colour: Colour) -> NDArray[np.float32]:
    """Return a colour that fills planes, (3, 1, 1)."""
    return np.array(colour, np.float32)[:, None, None]


LINEAR_REC709 = ResultSpace("Linear Rec.709 (sRGB)", np.eye(3))
"""The space in which effects are trained and settings are said."""
