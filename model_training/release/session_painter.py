"""Holds the painter of an exported network that has no card yet: as the product paints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from model_training.networks.generator import STRIDE
from model_training.training.sheet import BORDER_PX
from nuke_plugin.worker.measure.exact_motion import Frame


@dataclass(frozen=True)
class SessionPainter:
    """Paints frames with the exported network as the product does: padded once, cropped after."""

    session: onnxruntime.InferenceSession
    styles: tuple[str, ...]

    def __call__(self, frame: Frame, style: str, strength: float) -> Frame:
        """(H, W, 3) -> the same; see `exact_motion.Painter`."""
        height, width = frame.shape[:2]
        bottom, right = BORDER_PX + -height % STRIDE, BORDER_PX + -width % STRIDE
        padded = cv2.copyMakeBorder(
            frame, BORDER_PX, bottom, BORDER_PX, right, cv2.BORDER_REFLECT_101
        )
        vector = [float(style == name) for name in self.styles]
        image = np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32)
        painted = self.paint_tensor(image, vector, strength)
        inside = painted[0, :, BORDER_PX : BORDER_PX + height, BORDER_PX : BORDER_PX + width]
        return np.ascontiguousarray(inside.transpose(1, 2, 0))

    def paint_tensor(
        self, image: NDArray[np.float32], style: Sequence[float], strength: float
    ) -> NDArray[np.float32]:
        """(1, 3, H, W) as the network takes it -> the same; `style` has a weight for each style."""
        (painted,) = self.session.run(
            None,
            {
                "image": image,
                "style": np.array([style], np.float32),
                "strength": np.full((1, 1), strength, np.float32),
            },
        )
        return np.asarray(painted, np.float32)
