"""Holds the view: the 8-bit picture that a person is shown of a plate or of a result.

Scene light does not fit a screen, and cutting it at 1 would hide what matters most here: whether
highlights survived the painting. So light above a knee of 0.6 is rolled off, the brightest channel
along the curve of ``log_shoulder`` with 12 as white; all channels follow it by one factor, so hues
stay. It only serves sheets and movies: no rendered pixel passes through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.lettering import Picture
from nuke_plugin.worker.light import encode_srgb
from nuke_plugin.worker.log_shoulder import LogShoulder
from nuke_plugin.worker.planes import Planes

KNEE = 0.6
"""Linear value up to which the picture shows the light as it is."""

WHITE = 12.0
"""Linear value that is shown as white; anything brighter is white too."""


@dataclass(frozen=True)
class View:
    """How files are turned into pictures."""

    config: ColourConfig
    """The colour config the files' colour spaces are found in."""

    colorspace: str | None = None
    """Colour space of the files; None for the default of each file's type."""

    def picture(self, path: Path) -> Picture:
        """Return what is in a file, (H, W, 3); raises ``PlateUnreadable`` and its like."""
        image = read_plate(path)
        space = self.config.plate_colour(self.colorspace, image.is_integer).space
        return self.picture_of(image.colours(), space)

    def picture_of(self, colours: Planes, space: str) -> Picture:
        """Return the picture, (H, W, 3), of colours, (3, H, W), in a space of the config."""
        planes = np.nan_to_num(colours, nan=0.0, posinf=WHITE, neginf=0.0)
        self.config.to_linear(space).apply(planes)
        return shown(planes)


def shown(light: Planes) -> Picture:
    """Return the picture, (H, W, 3), of finite linear Rec.709 light, (3, H, W)."""
    planes = np.maximum(light, 0)
    brightest = planes.max(axis=0)
    planes *= roll_off(brightest) / np.maximum(brightest, np.float32(1e-6))
    encode_srgb(planes)
    return np.ascontiguousarray(np.moveaxis(planes, 0, -1) * 255.0 + 0.5, np.uint8)


def roll_off(brightest: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the curve's values, in [0, 1], for values of 0 or more."""
    return _ROLL_OFF.squeeze(brightest)


_ROLL_OFF = LogShoulder(KNEE, WHITE)
