"""Holds the file that an effect's frame is written to: its channels as layers, and its picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import OpenImageIO as oiio
from numpy.typing import NDArray

from nuke_plugin.contract.effect_card import WATER, EffectCard
from nuke_plugin.worker.effects.matte import Matte
from nuke_plugin.worker.effects.shading.channel_file import ChannelFile
from nuke_plugin.worker.effects.shading.shade import MATTE
from nuke_plugin.worker.image_file import PlatePart

_IN_FLOAT = ("height",)
"""Channels written in 32 bits: a normal is made of differences, and half a wave has few of them."""


def region_of(spec: Any) -> tuple[int, int, int, int]:
    """Return what an effect is made for: x, y, width, height in pixels from the format's corner.

    That is the format, for flames leave the matte's data window, and what of the matte lies beyond
    it, as overscan does.
    """
    at_x, at_y = int(spec.x - spec.full_x), int(spec.y - spec.full_y)
    wide, high = int(spec.full_width or spec.width), int(spec.full_height or spec.height)
    left, top = min(0, at_x), min(0, at_y)
    right, bottom = max(wide, at_x + int(spec.width)), max(high, at_y + int(spec.height))
    return left, top, right - left, bottom - top


def windows_of(spec: Any) -> tuple[int, ...]:
    """Return the windows of a matte's result: x, y, width, height, and the format's two sides."""
    left, top, width, height = region_of(spec)
    x, y = int(spec.full_x) + left, int(spec.full_y) + top
    return x, y, width, height, int(spec.full_width) or width, int(spec.full_height) or height


def matte_of_region(matte: Matte) -> NDArray[np.float32]:
    """Return a matte over its whole region, (H, W), 0 beyond its data window."""
    left, top, width, height = region_of(matte.spec)
    whole: NDArray[np.float32] = np.zeros((height, width), np.float32)
    x = int(matte.spec.x - matte.spec.full_x) - left
    y = int(matte.spec.y - matte.spec.full_y) - top
    own_height, own_width = matte.values.shape
    whole[y : y + own_height, x : x + own_width] = matte.values
    return whole


def effect_file(
    card: EffectCard,
    spec: Any,
    channels: NDArray[np.float32],
    matte: NDArray[np.float32],
) -> ChannelFile:
    """Return the file of an effect's channels, (C, H, W), with its matte's windows and timecode.

    Layers are called after the effect: ``fire.temperature``. Water's ``matte``, (H, W), goes with
    them, for its picture needs it. What is shaded is what is stored, so that the picture can be
    made of the file again.
    """
    layer = f"{card.effect}."
    stored: dict[str, NDArray[Any]] = {}
    for known, plane in zip(card.channels, channels, strict=True):
        stored[known.name] = plane if known.name in _IN_FLOAT else plane.astype(np.float16)
    if card.effect == WATER:
        stored[MATTE] = matte.astype(np.float16)
    own = oiio.ImageSpec(spec)
    own.x, own.y, own.width, own.height, own.full_width, own.full_height = windows_of(spec)
    own.nchannels = len(stored)
    own.channelnames = tuple(layer + name for name in stored)
    own.alpha_channel = own.z_channel = -1
    for attribute in spec.extra_attribs:
        if attribute.name.startswith("impasto/"):  # said of the matte's making
            own.erase_attribute(attribute.name)
    part = PlatePart(own, tuple(stored.values()))
    planes = {name: plane.astype(np.float32) for name, plane in stored.items()}
    return ChannelFile((part,), 0, planes, layer, has_matte=True, broken_pixels=0)
