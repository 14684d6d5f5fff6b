"""Holds the picture and the movie of an effect's folder: its title as a matte, made by itself."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.effects.config import EffectConfig
from model_training.effects.making import FrameMaker
from model_training.effects.picture import display
from model_training.release.effect_sprites import SPRITES_FILE, write_sprites
from model_training.release.model_folder import PreviewPicture
from nuke_plugin.contract.effect_card import FRAMES_PER_SECOND, WATER, Sprites
from nuke_plugin.worker.effects.fields import Loop, Moment
from nuke_plugin.worker.movie import write_pictures

PREVIEW_FILE = "preview.png"
MOVIE_FILE = "preview.webm"
PREVIEW_SIZE = (480, 270)
MOVIE_FRAMES = 72
"""The movie's length; it closes, so a player may repeat it."""

SEED = 1


def draw_effect_previews(
    config: EffectConfig, maker: FrameMaker, folder: Path
) -> tuple[PreviewPicture, Sprites]:
    """Writes movie and sprites; returns the picture, one of the movie's, and what is in them."""
    frames = MOVIE_FRAMES
    matte = title_matte(config.model.title, full=config.effect.kind == WATER)
    controls = np.array([c.normalised(c.neutral) for c in config.effect.controls], np.float32)
    loop = Loop(float(frames))
    pictures = [
        display(
            config.effect.kind,
            maker.frame(matte, controls, Moment(float(t), 0.0, SEED, loop)),
            matte,
        )
        for t in range(frames)
    ]
    write_pictures(folder / MOVIE_FILE, pictures, FRAMES_PER_SECOND)
    sprites = write_sprites(folder / SPRITES_FILE, pictures, FRAMES_PER_SECOND)
    return PreviewPicture(PREVIEW_FILE, pictures[frames // 3]), sprites


def title_matte(title: str, full: bool) -> NDArray[np.float32]:
    """The title in the lower third of a frame, or, with `full`, the whole frame: (H, W)."""
    width, height = PREVIEW_SIZE
    if full:
        return np.ones((height, width), np.float32)
    matte = np.zeros((height, width), np.uint8)
    text, font, thick = title.upper(), cv2.FONT_HERSHEY_DUPLEX, 6
    (wide, _), _ = cv2.getTextSize(text, font, 1.0, thick)
    scale = min(2.4, 0.8 * width / wide)
    (wide, tall), _ = cv2.getTextSize(text, font, scale, thick)
    place = ((width - wide) // 2, height - (height // 3 - tall) // 2)
    cv2.putText(matte, text, place, font, scale, 255, thick, cv2.LINE_AA)
    return matte.astype(np.float32) / np.float32(255)
