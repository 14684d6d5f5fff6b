"""Holds the pictures that training reads: photos as crops, paintings as style targets."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

SUFFIXES = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"}


class PictureUnreadable(ValueError):
    """A training picture is missing, broken or too small; the sentence names file and remedy."""


def read_picture(path: Path, short_side_px: int | None = None) -> np.ndarray:
    """(H, W, 3) uint8 RGB; scaled down, never up, to `short_side_px` where it is given."""
    data = np.fromfile(path, np.uint8) if path.is_file() else np.zeros(0, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise PictureUnreadable(
            f"Training picture '{path}' cannot be read as an image ({data.size} bytes). "
            "Replace it or take it out of the configuration."
        )
    scale = (short_side_px or 10**9) / min(picture.shape[:2])
    if scale < 1.0:
        size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def as_tensor(picture: np.ndarray) -> Tensor:
    """(H, W, 3) uint8 -> (1, 3, H, W) float32 in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255.0


def read_painting(path: Path, short_side_px: int, crop_px: int) -> Tensor:
    """A painting at training scale, (1, 3, H, W); PictureUnreadable where a crop does not fit."""
    painting = as_tensor(read_picture(path, short_side_px))
    height, width = painting.shape[2:]
    if min(height, width) < crop_px:
        raise PictureUnreadable(
            f"Painting '{path}' is {width}x{height} at training scale, smaller than the crop of "
            f"{crop_px} px. Use a larger picture, or lower crop_px."
        )
    return painting


class PhotoCrops:
    """Random crops of a folder of photos, the same for the same seed and step.

    A crop spans one to two times its own size in the stored photo, so the network meets objects at
    the scale of frames between a third and the whole of `short_side_px`. Some crops are blurred
    (out-of-focus grounds), all vary in exposure.
    """

    def __init__(self, folders: list[Path], short_side_px: int, crop_px: int) -> None:
        self.crop_px = crop_px
        paths = sorted(p for f in folders for p in f.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not paths:
            names = ", ".join(f"'{f}'" for f in folders)
            raise PictureUnreadable(
                f"No photo found in {names}. Name folders that hold {', '.join(sorted(SUFFIXES))}."
            )
        self.photos = [read_picture(path, short_side_px) for path in paths]
        for path, photo in zip(paths, self.photos, strict=True):
            if min(photo.shape[:2]) < crop_px:
                raise PictureUnreadable(
                    f"Photo '{path}' is {photo.shape[1]}x{photo.shape[0]}, smaller than the crop "
                    f"of {crop_px} px. Take it out, or lower crop_px."
                )

    def batch(self, count: int, random: np.random.Generator) -> Tensor:
        """(count, 3, crop, crop) float32 in [0, 1]."""
        return torch.cat([self._crop(random) for _ in range(count)])

    def _crop(self, random: np.random.Generator) -> Tensor:
        photo = self.photos[random.integers(len(self.photos))]
        largest = min(2.2, min(photo.shape[:2]) / self.crop_px)
        span = int(self.crop_px * random.uniform(1.0, largest))
        top = random.integers(photo.shape[0] - span + 1)
        left = random.integers(photo.shape[1] - span + 1)
        crop = photo[top : top + span, left : left + span]
        size = (self.crop_px, self.crop_px)
        crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
        if random.random() < 0.5:
            crop = crop[:, ::-1]
        if random.random() < 0.15:
            crop = cv2.GaussianBlur(crop, (0, 0), random.uniform(1.5, 6.0))
        crop = np.clip(crop, 0, 1) ** random.uniform(0.75, 1.35) * random.uniform(0.75, 1.1)
        return torch.from_numpy(np.clip(crop, 0.0, 1.0).copy()).permute(2, 0, 1)[None]
