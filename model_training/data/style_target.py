"""Holds what a configuration's paintings ask for: the same numbers train a run and measure it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model_training.data.photos import PhotoCrops, read_painting
from model_training.losses import perceptual
from model_training.networks.features import VggFeatures
from model_training.training.config import TrainingConfig

CALIBRATION_PHOTOS = 16


def read_photos(config: TrainingConfig, data: Path) -> PhotoCrops:
    """The photos that a configuration names; PictureUnreadable where one cannot serve."""
    folders = [data / folder for folder in config.data.photos]
    return PhotoCrops(folders, config.data.photo_short_side_px, config.data.crop_px)


def read_paintings(config: TrainingConfig, data: Path, device: torch.device) -> list[list[Tensor]]:
    """Each style's paintings at training scale, each (1, 3, H, W), in the order of the styles."""
    side, crop = config.data.painting_short_side_px, config.data.crop_px
    return [
        [read_painting(data / path, side, crop).to(device) for path in style.paintings]
        for style in config.styles
    ]


def measure_target(
    features: VggFeatures, photos: PhotoCrops, paintings: list[list[Tensor]], config: TrainingConfig
) -> perceptual.StyleTarget:
    """Calibrates the features on photos, in place, and measures the paintings with them."""
    batch = photos.batch(CALIBRATION_PHOTOS, np.random.default_rng(0))
    features.calibrate(batch.to(features.scale.device))
    return perceptual.measure_paintings(features, paintings, config.losses.stroke_bands_px)
