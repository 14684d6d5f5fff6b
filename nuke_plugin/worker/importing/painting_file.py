"""Holds the painting for a network of two image inputs, on its way into the model's folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import OptionInvalid, PlateError
from nuke_plugin.worker.image_file import read_plate
from nuke_plugin.worker.importing.signature import PicturePort
from nuke_plugin.worker.resizing import resized

LONG_SIDE_PX = 512
"""Long side of a painting for a network that takes any size."""

_GRID_PX = 32
"""Its sides are multiples of this, which suits what halves a picture five times."""

Pixels = NDArray[np.uint8]


def read_painting(file: Path, port: PicturePort) -> Pixels:
    """Return the painting, (h, w, 3) RGB, as the network takes it; raise ``OptionInvalid``.

    Its middle is cut out in the shape of a network of one size, and resized.
    """
    try:
        image = read_plate(file)
    except PlateError as error:
        raise OptionInvalid("--style-image", error.message) from error
    if not image.is_integer:
        reason = f"{file} holds scene light; give a painting as PNG, JPEG or TIFF of whole numbers"
        raise OptionInvalid("--style-image", reason)
    planes = image.colours()  # (3, H, W) in [0, 1]
    height, width = planes.shape[1:]
    if port.width:
        size = (port.width, port.height)
    else:
        scale = min(1.0, LONG_SIDE_PX / max(width, height))
        size = (_on_grid(width * scale), _on_grid(height * scale))
    zoom = min(width / size[0], height / size[1])
    cut = (max(1, round(size[0] * zoom)), max(1, round(size[1] * zoom)))
    left, top = (width - cut[0]) // 2, (height - cut[1]) // 2
    middle = np.ascontiguousarray(planes[:, top : top + cut[1], left : left + cut[0]])
    sized = resized(np.clip(middle, 0, 1), *size)
    return np.ascontiguousarray(sized.transpose(1, 2, 0) * 255 + 0.5, np.uint8)


def png_of(picture: Pixels) -> bytes:
    """Return a picture, (H, W, 3) RGB, as a PNG file's bytes."""
    _, png = cv2.imencode(".png", picture[..., ::-1])
    return png.tobytes()


def _on_grid(side: float) -> int:
    return max(_GRID_PX, int(side) // _GRID_PX * _GRID_PX)
