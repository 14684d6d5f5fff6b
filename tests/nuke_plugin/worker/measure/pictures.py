"""Pictures and painters that the measurements are tried on."""

from __future__ import annotations

import cv2
import numpy as np

from nuke_plugin.worker.measure.exact_motion import Frame


def detailed(width: int, height: int, seed: int = 0) -> Frame:
    """A picture with detail at several scales."""
    random = np.random.default_rng(seed)
    small = random.random((height // 10, width // 10, 3))
    coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(random.random((height, width, 3)), (0, 0), 2.0)
    return np.clip(0.7 * coarse + 1.5 * (fine - 0.5) + 0.15, 0, 1).astype(np.float32)


def untouched(frame: Frame, style: str, strength: float) -> Frame:
    """Paint nothing."""
    return frame


class FixedPattern:
    """Lays one noise over every frame, as a dirty lens would: it never moves with the picture."""

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """Replace the picture by the pattern."""
        noise = np.random.default_rng(5).normal(0, 0.2, frame.shape)
        return 0.5 + cv2.GaussianBlur(noise, (0, 0), 1.0).astype(np.float32)
