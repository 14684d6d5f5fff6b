"""Holds an effect's channels as a picture to look at: shaded, over grey, display-encoded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import CHANNELS, FIRE, SMOKE
from nuke_plugin.contract.effect_shading import FireShading, Shading, SmokeShading, WaterShading
from nuke_plugin.worker.effects.shading.shade import MATTE, shade

GROUND = 0.05
"""Linear light of what lies behind."""

Planes = NDArray[np.float32]


def neutral_shading(effect: str) -> Shading:
    """The shading that nothing was changed in."""
    if effect == FIRE:
        return FireShading()
    return SmokeShading() if effect == SMOKE else WaterShading()


def display(effect: str, channels: Planes, matte: Planes) -> NDArray[np.uint8]:
    """Channels (C, H, W) of an effect on a matte (H, W) as (H, W, 3) uint8 RGB.

    Light above a third is compressed, x / (1 + x) scaled to keep the rest, as a film would.
    """
    planes = {name: channels[at] for at, name in enumerate(CHANNELS[effect])}
    shaded = shade({**planes, MATTE: matte}, neutral_shading(effect))
    rgb, alpha = shaded.rgba[:3], shaded.rgba[3:]
    over = rgb + GROUND * (1.0 - alpha)
    knee = 1.0 / 3.0
    above = np.maximum(over - knee, 0.0)
    held = np.minimum(over, knee) + (1.0 - knee) * above / (above + (1.0 - knee))
    encoded = np.clip(held, 0.0, 1.0) ** (1.0 / 2.2)
    return (encoded.transpose(1, 2, 0) * 255.0 + 0.5).astype(np.uint8)


def grey(plane: Planes) -> NDArray[np.uint8]:
    """A plane (H, W), 0 to 1, as (H, W, 3) uint8."""
    byte = (np.clip(plane, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
    return np.repeat(byte[..., None], 3, axis=2)


def joined(pictures: Sequence[Sequence[NDArray[np.uint8]]]) -> NDArray[np.uint8]:
    """Rows of pictures of one size as one picture."""
    return np.concatenate([np.concatenate(row, axis=1) for row in pictures], axis=0)
