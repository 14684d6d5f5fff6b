"""Holds the matte of an effect: read from a file's channel, made fit to burn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from nuke_plugin.contract.errors import MatteChannelMissing
from nuke_plugin.worker.image_file import read_parts, unit_values

ALPHA = "A"
_ALPHA_NAMES = ("a", "alpha", "rgba.a", "rgba.alpha")
_GREY_NAMES = ("y", "i", "grey", "gray", "l")


@dataclass(frozen=True)
class Matte:
    """One frame of a matte in memory."""

    values: NDArray[np.float32]
    """Where the effect burns, (H, W) in [0, 1]; what is no number is 0."""

    spec: Any
    """OpenImageIO's ``ImageSpec`` of its part: windows and attributes."""

    broken_pixels: int
    """How many pixels were NaN or infinite."""

    cut_pixels: int
    """How many were below 0 or above 1."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing burns."""
        return not self.values.any()

    @classmethod
    def read(cls, path: Path, channel: str = ALPHA) -> Matte:
        """Return the matte in a file's channel, by its name in any case.

        ``A`` finds the alpha, and in a file of one channel that one: a mask written as a grey
        picture. Whole numbers become [0, 1]. Raises ``MatteChannelMissing``, ``PlateUnreadable`` or
        ``OutOfMemory``.
        """
        parts = read_parts(path)
        wanted = _ALPHA_NAMES if channel.casefold() in ("a", "alpha") else (channel.casefold(),)
        for part in parts:
            names = [name.casefold() for name in part.spec.channelnames]
            at = next((names.index(name) for name in wanted if name in names), None)
            if at is None and wanted is _ALPHA_NAMES and len(parts) == len(names) == 1:
                at = 0 if names[0] in _GREY_NAMES else None
            if at is not None:
                return cls.of(unit_values(part.channels[at]), part.spec)
        raise MatteChannelMissing(
            path, channel, [name for part in parts for name in part.spec.channelnames]
        )

    @classmethod
    def of(cls, values: NDArray[Any], spec: Any) -> Matte:
        """Return the matte that values, (H, W) of any kind, mean."""
        numbers = np.array(values, np.float32)
        is_broken = ~np.isfinite(numbers)
        numbers[is_broken] = 0
        is_cut = (numbers < 0) | (numbers > 1)
        np.clip(numbers, 0, 1, out=numbers)
        return cls(numbers, spec, int(is_broken.sum()), int(is_cut.sum()))


def header_of(path: Path) -> Any:
    """Return OpenImageIO's ``ImageSpec`` of a file's first part; None where it cannot be read."""
    file = oiio.ImageInput.open(str(path))
    if file is None:
        oiio.geterror()  # clears it for the next caller
        return None
    try:
        return oiio.ImageSpec(file.spec())
    finally:
        file.close()
