"""Holds the wiring of a network: how the worker gives it a picture and reads what it painted.

A network that was trained here has the graph that ``card`` describes and the neutral wiring. One
that others trained differs, in its numbers, its size, or in what it lacks; the worker makes up for
that, and the card says how, so that nothing of it has to be guessed again at every render.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Optional

from nuke_plugin.contract.field_checks import check, check_file_name, check_range, check_text

WHOLE, TILES, RESIZED = "whole", "tiles", "resized"
SIZINGS = (WHOLE, TILES, RESIZED)

_LARGEST_SIDE_PX = 16384
_MOST_AXES = 6
_SHA256 = re.compile(r"[0-9a-f]{64}")

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class StylePicture:
    """The picture of a painting that the network looks at, beside the plate, each time it runs."""

    name: str
    """Name of the tensor in the graph; layout, channels and numbers are those of ``image``."""

    file: str
    """PNG in the model folder, 8-bit RGB, of the very size that the network is given."""

    sha256: str
    """SHA-256 of the file, 64 lower-case hexadecimal digits."""

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_file_name("file", self.file)
        check(bool(_SHA256.fullmatch(self.sha256)), "sha256", self.sha256, "64 digits 0-9a-f")


@dataclass(frozen=True)
class Wiring:
    """What the worker does round a network.

    A tensor's number is ``(low + x (high - low) - mean) / deviation``, where x is display encoded
    in [0, 1] and low, high are the tensor's ``range``; what was painted goes the same way back.
    """

    image_mean: Triple = (0.0, 0.0, 0.0)
    """Mean of the input in the units of its range, by channel in its order; 0 for none."""

    image_deviation: Triple = (1.0, 1.0, 1.0)
    """Deviation of the input, likewise; above 0, 1 for none."""

    output_mean: Triple = (0.0, 0.0, 0.0)
    """Mean of the output, likewise."""

    output_deviation: Triple = (1.0, 1.0, 1.0)
    """Deviation of the output, likewise."""

    sizing: str = WHOLE
    """How a frame is fitted: ``whole`` (as it is, in windows if the network is local), ``tiles`` of
    the network's fixed size, or ``resized`` to the network's size and back, which is softer."""

    fixed_width_px: int = 0
    """The only width the network takes, in pixels; 0 when it takes any."""

    fixed_height_px: int = 0
    """The only height the network takes, in pixels; 0 when it takes any."""

    long_side_px: int = 0
    """Long side that a frame is resized to for a network of free size; 0 when it is not."""

    style_shape: Optional[tuple[int, ...]] = (1, 0)
    """Shape of the style weights' tensor; its sides multiply to the number of styles, 0 standing
    for it; null when the network has no such input."""

    strength_shape: Optional[tuple[int, ...]] = (1, 1)
    """Shape of the strength's tensor, of one number; null when the network has no such input: then
    the worker mixes painting and plate in linear light."""

    style_picture: Optional[StylePicture] = None
    """The painting that the network looks at; null for a network that needs none."""

    def __post_init__(self) -> None:
        for key in ("image_mean", "output_mean", "image_deviation", "output_deviation"):
            triple = getattr(self, key)
            check(all(map(math.isfinite, triple)), key, list(triple), "finite numbers")
            if key.endswith("deviation"):
                check(min(triple) > 0, key, list(triple), "numbers above 0")
        check(self.sizing in SIZINGS, "sizing", self.sizing, " or ".join(SIZINGS))
        for key in ("fixed_width_px", "fixed_height_px", "long_side_px"):
            check_range(key, getattr(self, key), 0, _LARGEST_SIDE_PX)
        is_fixed = self.is_fixed_size
        both = bool(self.fixed_width_px) == bool(self.fixed_height_px)
        check(both, "fixed_height_px", self.fixed_height_px, "0 where the width is, and only there")
        check(self.sizing != TILES or is_fixed, "sizing", self.sizing, "tiles of a fixed size")
        check(self.sizing != WHOLE or not is_fixed, "sizing", self.sizing, "tiles or resized")
        needs_side = self.sizing == RESIZED and not is_fixed
        side = self.long_side_px
        check(needs_side == bool(side), "long_side_px", side, "above 0 to resize to it, else 0")
        for key in ("style_shape", "strength_shape"):
            shape = getattr(self, key)
            if shape is not None:
                fits = len(shape) <= _MOST_AXES and all(0 <= axis <= 1024 for axis in shape)
                check(fits, key, list(shape), "a short list of sides")

    @property
    def is_fixed_size(self) -> bool:
        """Whether the network takes pictures of one size only."""
        return self.fixed_width_px > 0

    @property
    def is_mixed_by_worker(self) -> bool:
        """Whether the strength is applied outside the network."""
        return self.strength_shape is None


NEUTRAL = Wiring()
"""The wiring of a network with the graph that ``card`` describes."""
