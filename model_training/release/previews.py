"""Holds the pictures of a model folder: the project's own, painted by what is shipped."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from model_training.data.photos import read_picture
from model_training.release.model_folder import PreviewPicture
from model_training.release.session_painter import SessionPainter
from model_training.training.config import TrainingConfig

PREVIEW_SIZE = (480, 270)


def draw_previews(
    config: TrainingConfig, paint: SessionPainter, data: Path
) -> list[PreviewPicture]:
    """A picture for each style, and one with all of them as upright strips."""
    styles = paint.styles
    photo = read_picture(data / config.model.preview)
    width, height = 2 * PREVIEW_SIZE[0], 2 * PREVIEW_SIZE[1]
    scale = max(width / photo.shape[1], height / photo.shape[0])
    size = (math.ceil(photo.shape[1] * scale), math.ceil(photo.shape[0] * scale))
    photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    top, left = (photo.shape[0] - height) // 2, (photo.shape[1] - width) // 2
    photo = photo[top : top + height, left : left + width]
    frame = photo.astype(np.float32) / 255.0
    painted = [paint(frame, style, 1.0) for style in styles]
    edges = np.linspace(0, width, len(styles) + 1).astype(int)
    strips = [p[:, a:b] for p, a, b in zip(painted, edges[:-1], edges[1:], strict=True)]
    pictures = {
        "preview.png": np.concatenate(strips, axis=1),
        **{f"preview_{style}.png": p for style, p in zip(styles, painted, strict=True)},
    }
    return [
        PreviewPicture(
            name,
            (cv2.resize(p, PREVIEW_SIZE, interpolation=cv2.INTER_AREA) * 255.0 + 0.5).astype(
                np.uint8
            ),
        )
        for name, p in pictures.items()
    ]
