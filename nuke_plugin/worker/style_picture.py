"""Holds the painting that some networks look at beside the plate: a PNG in the model's folder.

It stands there in the very size that the network is given, so that nothing resizes it twice.
"""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.errors import ModelFileMismatch, ModelFileMissing, ModelGraphMismatch
from nuke_plugin.contract.library import InstalledModel


def read_style_picture(installed: InstalledModel) -> NDArray[np.float32] | None:
    """Return a model's painting, (1, 3, h, w) RGB in [0, 1]; None when its card names none.

    Raises ``ModelFileMissing``, ``ModelFileMismatch``, or ``ModelGraphMismatch`` for a file that
    is no picture.
    """
    picture = installed.card.wiring.style_picture
    if picture is None:
        return None
    file = installed.folder / picture.file
    try:
        png = file.read_bytes()
    except OSError as error:
        raise ModelFileMissing(file) from error
    digest = hashlib.sha256(png).hexdigest()
    if digest != picture.sha256:
        raise ModelFileMismatch(file, picture.sha256, digest)
    bgr = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ModelGraphMismatch(file, "it is no picture")
    planes = np.asarray(bgr[..., ::-1], np.float32).transpose(2, 0, 1)[None] / np.float32(255)
    return np.ascontiguousarray(planes)
