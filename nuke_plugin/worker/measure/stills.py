"""Holds the stills that every model is measured on: shipped, so that numbers can be compared.

A dark interior with lettering, a landscape under a smooth sky, an animal before an out-of-focus
ground, and foliage against the light. Origin and licence: ``still_pictures/SOURCES.tsv``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.worker.measure.exact_motion import Frame

PICTURES = Path(__file__).parent / "still_pictures"

LEAST_SIZE = (1024, 576)
"""Width and height that hold every camera move without showing what lies beyond the still."""


def shipped_stills() -> dict[str, Frame]:
    """The shipped stills by name, in the order of their table."""
    table = (PICTURES / "SOURCES.tsv").read_text(encoding="utf-8").splitlines()
    files = [row["file"] for row in csv.DictReader(table, delimiter="\t")]
    return {file.partition(".")[0]: read_still(PICTURES / file) for file in files}


def read_still(path: Path) -> Frame:
    """A picture as (H, W, 3) in [0, 1], enlarged where it would not hold the camera moves.

    ValueError when it is no picture.
    """
    data = np.frombuffer(path.read_bytes(), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise ValueError(f"{path} is no picture")
    return covering(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.float32) / np.float32(255))


def covering(still: Frame) -> Frame:
    """``still``, enlarged (bicubic) where it is smaller than LEAST_SIZE."""
    height, width = still.shape[:2]
    scale = max(LEAST_SIZE[0] / width, LEAST_SIZE[1] / height)
    if scale <= 1.0:
        return still
    size = (round(width * scale), round(height * scale))
    return np.clip(cv2.resize(still, size, interpolation=cv2.INTER_CUBIC), 0.0, 1.0)
